"""A shop with steady visitors, deployed as one would deploy it; refuses to share its ports."""

from __future__ import annotations

import hashlib
import random
import socket
import time
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shop import database
from shop import live as settings
from shop.processes import ORDER, Ports, Processes
from shop.traffic import Rhythm
from shop.versions import Version

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from datetime import datetime
    from pathlib import Path

# A day that never passes: always fifteen visitors a second.
STEADY = Rhythm(period_s=1e12, phase=1 / 3, low=6.0, high=18.5)
AUTHORS = {"front": "Alice", "checkout": "Bob", "mail": "Carol"}
PORTS = range(20_000, 30_000, 10)  # below those that a system hands out by itself


@dataclass(frozen=True, slots=True)
class Deploy:
    """One version that went live: `at` is when it took its first requests."""

    service: str
    revision: str
    title: str
    author: str
    at: datetime


class Shop:
    """Three services and their visitors, on three free ports."""

    def __init__(self, folder: Path, seed: int) -> None:
        """Start nothing yet; databases, live settings and the log are kept in the folder."""
        self._folder, self._seed, self._count = folder, seed, 0
        folder.mkdir(parents=True, exist_ok=True)
        self.ports = Ports(free_base())
        self.processes = Processes(self.ports, folder, folder / "shop.log")

    def version(self, *traits: str) -> Version:
        """Make a new revision with these traits: without any it is v1, whatever its number."""
        self._count += 1
        digest = hashlib.sha1(f"{self._seed}/{self._count}".encode(), usedforsecurity=False)
        return Version(digest.hexdigest(), frozenset(traits))

    async def open(self) -> list[Deploy]:
        """Create the databases, start the services and let the visitors in."""
        database.create(self._folder)
        settings.write(self._folder / "live.json", settings.Settings())
        opened = [await self.deploy(name, self.version(), "Open the shop") for name in ORDER]
        await self.processes.visitors(self._seed, time.time(), STEADY)
        return opened

    async def deploy(self, service: str, version: Version, title: str) -> Deploy:
        """Start the version, then stop the one before it."""
        at = await self.processes.deploy(service, version)
        return Deploy(service, version.revision, title, AUTHORS[service], at)

    def address(self, service: str) -> str:
        """Give `host:port` of one service."""
        return f"127.0.0.1:{self.ports.of(service)}"


@asynccontextmanager
async def running(folder: Path, seed: int) -> AsyncIterator[Shop]:
    """Give a shop that is not open yet, and close it in any case."""
    shop = Shop(folder, seed)
    try:
        yield shop
    finally:
        await shop.processes.close()


def free_base() -> int:
    """Find a port that is free together with the two after it."""
    for base in random.sample(PORTS, len(PORTS)):
        with suppress(OSError):
            for port in (base, base + 1, base + 2):
                with closing(socket.socket()) as probe:
                    probe.bind(("127.0.0.1", port))
            return base
    message = f"no three neighbouring ports are free from {PORTS.start} to {PORTS.stop}"
    raise OSError(message)
