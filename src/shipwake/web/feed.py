"""The verdicts of all processes in order, read once a second for all who listen; refuses to queue for a slow one.

A listener holds only its place in the sequence. It is served from the shared window of recent verdicts, or from the
store where it is further behind, so that a slow reader costs nothing and a lost connection loses nothing.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog
from starlette.concurrency import run_in_threadpool

from shipwake.domain import Verdict
from shipwake.flow import River
from shipwake.web.metrics import Meters

log = structlog.get_logger()
EVERY_S = 1.0
HEARTBEAT_S = 15.0
WINDOW = 1000
"""Verdicts that are held for all listeners together."""
BATCH = 200
MOST = 500
"""Listeners a process takes; each is an open connection."""


@dataclass(frozen=True, slots=True)
class Told:
    """One verdict at its place in the sequence over all changes."""

    seq: int
    verdict: Verdict


class Feed:
    """One poller a process, running only while somebody listens."""

    def __init__(self, river: River, meters: Meters) -> None:
        self._river = river
        self._meters = meters
        self._window: deque[Told] = deque(maxlen=WINDOW)
        self._head: int | None = None
        self._listeners = 0
        self._reading = asyncio.Lock()
        self._moved = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def full(self) -> bool:
        """Whether no further listener is taken."""
        return self._listeners >= MOST

    async def listen(self, after: int | None) -> AsyncIterator[Sequence[Told]]:
        """Verdicts after that place (None: from now on) as they come; an empty batch is a heartbeat."""
        self._enter()
        try:
            head = await self._catch_up()
            place = head if after is None else min(after, head)
            yield ()
            while not self._closed:
                moved = self._moved
                batch = await self._after(place)
                if batch:
                    place = batch[-1].seq
                    yield batch
                elif not await _set_within(moved, HEARTBEAT_S):
                    yield ()
        finally:
            self._leave()

    def close(self) -> None:
        """End every stream, so that the server can stop; they resume elsewhere by their last id."""
        self._closed = True
        self._wake()

    def _enter(self) -> None:
        self._listeners += 1
        self._meters.listeners(self._listeners)
        if self._poller is None:
            self._window.clear()
            self._head = None
            self._poller = asyncio.create_task(self._poll())

    def _leave(self) -> None:
        self._listeners -= 1
        self._meters.listeners(self._listeners)
        if not self._listeners and self._poller is not None:
            self._poller.cancel()
            self._poller = None

    async def _poll(self) -> None:
        while not self._closed:
            await asyncio.sleep(EVERY_S)
            try:
                await self._catch_up()
            except Exception:
                log.exception("verdicts could not be read; tried again")

    async def _catch_up(self) -> int:
        """Read what is new since the head, on a first look only where the sequence stands; returns the head."""
        async with self._reading:
            if self._head is None:
                self._head = await run_in_threadpool(self._last)
            while new := await run_in_threadpool(self._read, self._head):
                self._window.extend(new)
                self._head = new[-1].seq
                self._wake()
            return self._head

    async def _after(self, place: int) -> Sequence[Told]:
        if self._head is None or place >= self._head:
            return ()
        if self._window and self._window[0].seq <= place + 1:
            return [t for t in self._window if t.seq > place][:BATCH]
        return await run_in_threadpool(self._read, place)

    def _wake(self) -> None:
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    def _read(self, place: int) -> list[Told]:
        with self._river.store.read() as tx:
            return [Told(seq, verdict) for seq, verdict in tx.verdicts.since(place, BATCH)]

    def _last(self) -> int:
        with self._river.store.read() as tx:
            return tx.verdicts.head()


async def _set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()
