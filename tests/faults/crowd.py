"""A crowd of senders on raw sockets: so many requests a second, each answer timed; gives up on none."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field

CONNECTIONS = 200
"""Senders side by side; each waits for its answer before it sends again."""


@dataclass
class Heard:
    """What the crowd was told: statuses, seconds each took, ids that were taken, refusals without Retry-After."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    rude: int = 0
    broken: int = 0

    def at(self, share: float) -> float:
        """The seconds within which that share was answered."""
        ordered = sorted(self.took)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def _hook(number: int) -> tuple[str, bytes]:
    name = f"flood-{number}"
    body = {"id": name, "service": "checkout", "environment": "staging", "title": "x" * 700}
    return name, json.dumps(body).encode()


def _samples(number: int) -> tuple[str, bytes]:
    at = time.time() - 3600 + number % 3000
    body = {"sli": "load", "samples": [[at + i / 50, 1.0] for i in range(20)]}
    return f"push-{number}", json.dumps(body).encode()


@dataclass
class Crowd:
    """The senders; `rate` requests a second in all, for `seconds`, to one path."""

    host: str
    port: int
    path: str
    rate: float
    seconds: float
    pushes: bool = False
    heard: Heard = field(default_factory=Heard)
    _next: int = 0

    async def send(self) -> Heard:
        """All of it."""
        begun = time.monotonic()
        await asyncio.gather(*(self._sender(begun) for _ in range(CONNECTIONS)))
        return self.heard

    async def _sender(self, begun: float) -> None:
        streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        while True:
            number = self._next
            self._next += 1
            due = begun + number / self.rate
            if due - begun >= self.seconds:
                break
            await asyncio.sleep(max(due - time.monotonic(), 0))
            try:
                streams = streams or await asyncio.open_connection(self.host, self.port)
                if not await self._one(number, *streams):
                    streams[1].close()
                    streams = None
            except (OSError, asyncio.IncompleteReadError):
                self.heard.broken += 1
                streams = None
        if streams:
            streams[1].close()

    async def _one(
        self, number: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """One request; whether the connection may be used again."""
        name, body = _samples(number) if self.pushes else _hook(number)
        writer.write(
            f"POST {self.path} HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        at = time.monotonic()
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        await reader.readexactly(length)
        self.heard.took.append(time.monotonic() - at)
        status = int(head.split(b" ")[1])
        self.heard.statuses[status] += 1
        if status < 300:
            self.heard.taken.append(name)
        elif b"retry-after:" not in head:
            self.heard.rude += 1
        return b"connection: close" not in head
