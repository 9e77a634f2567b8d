"""Requests straight into the application, without a network: many a second, and paths that no client would send."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI

PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Ask:
    """One request; `host` is what its Host header says."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    host: str = "127.0.0.1"
    body: bytes = b""


@dataclass(slots=True)
class Told:
    """What came back; a stream is left after its first part."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def answers(app: FastAPI, asks: Iterable[Ask]) -> list[Told]:
    """The answer to each, one after the other."""

    async def every() -> list[Told]:
        return [await asyncio.wait_for(_answer(app, ask), PATIENCE_S) for ask in asks]

    return asyncio.run(every())


async def _answer(app: FastAPI, ask: Ask) -> Told:
    told, sent = Told(), False
    left = asyncio.Event()

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await left.wait()
            return {"type": "http.disconnect"}
        sent = True
        return {"type": "http.request", "body": ask.body, "more_body": False}

    async def send(message: Any) -> None:  # noqa: ANN401 - an ASGI message
        if message["type"] == "http.response.start":
            told.status = message["status"]
            told.headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in message["headers"]}
        elif message["type"] == "http.response.body":
            told.body += message.get("body", b"")
            left.set()

    await app(_scope(ask), receive, send)
    return told


def _scope(ask: Ask) -> dict[str, Any]:
    path, _, query = ask.path.partition("?")
    named = {"host": ask.host, **ask.headers}
    headers: Sequence[tuple[bytes, bytes]] = [
        (k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in named.items()
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": ask.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
