"""Records the shop's past on this machine, in pieces that run side by side; refuses to make anything up.

A piece is one shop with shops of its own kind beside it, so half an hour takes less than one. Each has processes of its
own, and so counters of its own: laid one after the other, no count is carried from one to the next.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from live.pages import Reader
from live.running import running
from shop.stories import PLAIN_TITLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from live.running import Deploy, Shop

# From deploy to deploy, of checkout and of front in turn: so each has stretches of some minutes in which nothing
# changed, as it has in life, and the judge learns from those what chance does.
EVERY_S = 150.0
TURNS = ("checkout", "front")
LAST_S = 50.0  # before the end, so that what follows a deploy is in the same piece
SETTLE_S = 1.0
WARM_S = 120.0


@dataclass(frozen=True, slots=True)
class Length:
    """How many shops, and how many seconds each."""

    shops: int
    seconds: int


class Piece:
    """One shop, its pages and its deploys; `progress` is the share of it that is recorded."""

    def __init__(self, number: int, folder: Path) -> None:
        """Record nothing yet."""
        self._number, self._folder = number, folder
        self._rng = random.Random(number)
        self._deploys: list[dict[str, Any]] = []
        self._start = 0
        self._seconds = 1

    @property
    def progress(self) -> float:
        """From 0 to 1."""
        return min(1.0, max(0.0, time.time() - self._start) / self._seconds) if self._start else 0.0

    async def record(self, seconds: int, door: asyncio.Lock) -> None:
        """Open a shop (one at a time, for that is heavy), deploy to it and read its pages."""
        self._seconds = seconds
        name = f"piece-{self._number}"
        async with running(self._folder / name, self._number) as shop:
            async with door:
                opened = await shop.open()
                await asyncio.sleep(SETTLE_S)
            # Caches fill for two minutes after a shop has opened; one that has long been open does not do that.
            await asyncio.sleep(WARM_S)
            self._start = int(time.time()) + 1
            for deploy in opened:
                self._note(deploy, 0.0)
            reader = Reader(shop, self._start, self._folder / f"{name}.gz")
            deploying = asyncio.create_task(self._deploy(shop, seconds))
            try:
                await reader.run(seconds)
            finally:
                deploying.cancel()
                with suppress(asyncio.CancelledError):  # a deploy that failed ends the recording
                    await deploying
            if dead := shop.processes.dead():
                message = f"{dead} of {name} ended on its own: read {self._folder / name}/shop.log"
                raise RuntimeError(message)
        facts = {"seconds": seconds, "missed": reader.missed, "deploys": self._deploys}
        (self._folder / f"{name}.json").write_text(json.dumps(facts, indent=1))

    async def _deploy(self, shop: Shop, seconds: int) -> None:
        """Deploy v1 over v1, again and again; each piece at moments of its own."""
        at, turn = EVERY_S * (0.8 + 0.1 * (self._number % 4)), self._number
        while at < seconds - LAST_S:
            await asyncio.sleep(max(0.0, self._start + at - time.time()))
            service = TURNS[turn % len(TURNS)]
            title = self._rng.choice(PLAIN_TITLES[service])
            deploy = await shop.deploy(service, shop.version(), title)
            self._note(deploy, deploy.at.timestamp() - self._start)
            at, turn = at + EVERY_S, turn + 1

    def _note(self, deploy: Deploy, at: float) -> None:
        row = {"service": deploy.service, "revision": deploy.revision, "title": deploy.title}
        self._deploys.append({**row, "author": deploy.author, "at": round(at, 3)})


async def record(folder: Path, length: Length, told: Callable[[float], None]) -> None:
    """Record all pieces into the folder; `told` hears each second how far it is, from 0 to 1."""
    pieces = [Piece(number, folder) for number in range(length.shops)]
    door = asyncio.Lock()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(piece.record(length.seconds, door)) for piece in pieces]
        while not all(task.done() for task in tasks):
            told(sum(piece.progress for piece in pieces) / len(pieces))
            await asyncio.sleep(1)
