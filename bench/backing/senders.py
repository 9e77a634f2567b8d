"""Those who write while a copy is made, one thing after another, and remember what they were told is kept."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

import httpx

from shipwake.domain import rfc3339
from shipwake.wire.clock import SystemClock
from tests.stop.running import SLIS

REST_S = 0.02
PAST_DAYS = 10


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing that was acknowledged: its name, when it was sent and when it was answered, in seconds."""

    name: str
    sent: float
    told: float


@dataclass(slots=True)
class Sender:
    """One that sends by `one`, and what it was told is kept, in the order in which it was sent."""

    what: str
    one: Callable[[httpx.Client, int], str]
    kept: list[Kept] = field(default_factory=list)

    def before(self, at: float) -> list[str]:
        """What was acknowledged by then."""
        return [kept.name for kept in self.kept if kept.told <= at]

    def after(self, at: float) -> list[str]:
        """What was not yet sent then."""
        return [kept.name for kept in self.kept if kept.sent > at]

    def between(self, start: float, end: float) -> int:
        """How many were sent and acknowledged in that time."""
        return sum(start <= kept.sent and kept.told <= end for kept in self.kept)

    def waited(self, start: float, end: float) -> float:
        """The longest wait of a request that was open in that time."""
        open_then = (k.told - k.sent for k in self.kept if k.told >= start and k.sent <= end)
        return max(open_then, default=0.0)


def senders() -> tuple[Sender, ...]:
    """Of changes, of deliveries that hold a change, and of samples."""
    return Sender("change", _change), Sender("delivery", _delivery), Sender("push", _push)


@contextmanager
def sending(url: str, each: Sequence[Sender]) -> Iterator[None]:
    """They send until the block ends."""
    stop = Event()
    threads = [Thread(target=_send, args=(url, stop, one)) for one in each]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _send(url: str, stop: Event, sender: Sender) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        number = 0
        while not stop.is_set():
            number += 1
            sent = time.time()
            name = sender.one(client, number)
            sender.kept.append(Kept(name, sent, time.time()))
            time.sleep(REST_S)


def _said(id: str) -> dict[str, str]:
    at = rfc3339(SystemClock().now())
    return {"id": id, "service": "checkout", "environment": "production", "at": at}


def _change(client: httpx.Client, number: int) -> str:
    id = f"load-{number}"
    client.post("/api/v1/changes", json=_said(id)).raise_for_status()
    return id


def _delivery(client: httpx.Client, number: int) -> str:
    id = f"hook-{number}"
    client.post("/hooks/plain", json=_said(id)).raise_for_status()
    return id


def _push(client: httpx.Client, number: int) -> str:
    """One sample a slot of its own, in the past, where nothing is yet."""
    at = 60 * (int(time.time()) // 60 - PAST_DAYS * 1440 - 1 - number)
    said = {"sli": f"s{number % SLIS}", "samples": [[at, float(number)]]}
    client.post("/api/v1/samples", json=said).raise_for_status()
    return f"{said['sli']} {at} {number}"
