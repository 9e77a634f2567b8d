"""The shop's processes; refuses to stop an old version before the new one listens."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from asyncio.subprocess import Process

    from shop.traffic import Rhythm
    from shop.versions import Version

HERE = Path(__file__).parent.parent
READY_WITHIN_S = 120
STOP_WITHIN_S = 8
STARTING_NICER = 5  # more, and a busy machine would never let it start
ORDER = ("mail", "checkout", "front")  # each calls the one before it


@dataclass(frozen=True, slots=True)
class Ports:
    """Three neighbouring ports from `base` on."""

    base: int

    def of(self, service: str) -> int:
        """Give the port of one service."""
        return self.base + ORDER.index(service)

    def url(self, service: str) -> str:
        """Give the address of one service."""
        return f"http://127.0.0.1:{self.of(service)}"

    def next_url(self, service: str) -> str:
        """Give the address of the service that this one calls."""
        place = ORDER.index(service)
        return self.url(ORDER[place - 1]) if place else "http://127.0.0.1:9"


class Processes:
    """What runs at the moment."""

    def __init__(self, ports: Ports, folder: Path, log: Path) -> None:
        """Start nothing yet; all output goes to the log file."""
        self.ports, self._folder = ports, folder
        self._log = log.open("ab")
        self._running: dict[str, Process] = {}
        self._locks = {service: asyncio.Lock() for service in ORDER}

    async def deploy(self, service: str, version: Version) -> datetime:
        """Start a version, then stop the older one; gives the time it went live."""
        async with self._locks[service]:
            old = self._running.get(service)
            new = await self._start(
                [
                    "shop.serve",
                    service,
                    "--port",
                    str(self.ports.of(service)),
                    "--next-url",
                    self.ports.next_url(service),
                    "--folder",
                    str(self._folder),
                ],
                {"SHOP_VERSION": version.encode()},
            )
            try:
                # Only the version that serves meanwhile is to be spared.
                with quieter(new.pid) if old else nullcontext():
                    await ready(new)
            except (RuntimeError, TimeoutError):
                await stop(new)
                raise
            live = datetime.now(UTC)
            self._running[service] = new
            if old is not None:
                await stop(old)
            return live

    async def visitors(self, seed: int, started: float, rhythm: Rhythm) -> None:
        """Start the load."""
        self._running["load"] = await self._start(
            [
                "shop.load",
                "--front",
                self.ports.url("front"),
                "--folder",
                str(self._folder),
                "--seed",
                str(seed),
                "--started",
                str(started),
                "--period",
                str(rhythm.period_s),
                "--phase",
                str(rhythm.phase),
            ],
            {},
        )

    async def _start(self, arguments: list[str], environment: dict[str, str]) -> Process:
        where = {
            **os.environ,
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            **environment,
        }
        wants_ready = asyncio.subprocess.PIPE if environment else self._log
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", *arguments, stdout=wants_ready, stderr=self._log, env=where
        )

    def dead(self) -> list[str]:
        """Name what should run and does not."""
        return [name for name, process in self._running.items() if process.returncode is not None]

    async def close(self) -> None:
        """Stop everything, the visitors first."""
        for name in ("load", *reversed(ORDER)):
            if process := self._running.pop(name, None):
                await stop(process)
        self._log.close()


class quieter:  # noqa: N801  reads as a verb
    """Let a process start in the background, where that can be taken back (as root)."""

    def __init__(self, pid: int) -> None:
        """Remember which process."""
        self._process = psutil.Process(pid)
        self._normal = self._process.nice()

    def __enter__(self) -> None:
        """Be nicer while starting."""
        if os.geteuid() == 0:
            self._process.nice(min(19, self._normal + STARTING_NICER))

    def __exit__(self, *_: object) -> None:
        """Be as before."""
        with suppress(psutil.NoSuchProcess):
            if os.geteuid() == 0:
                for thread in self._process.threads():
                    psutil.Process(thread.id).nice(self._normal)


async def ready(process: Process) -> None:
    """Wait for the word `ready`."""
    if process.stdout is None:
        message = "a service must be started with its output piped"
        raise RuntimeError(message)
    word = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN_S)
    if word.strip() != b"ready":
        message = f"the service did not start (said {word!r}): read its log"
        raise RuntimeError(message)


async def stop(process: Process) -> None:
    """Ask it to drain and stop; end it when it does not."""
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_WITHIN_S)
    except TimeoutError:
        process.kill()
        await process.wait()
