"""Waits until nothing but the shop uses the processor; refuses to go on where that does not come."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING

import psutil

from live.told import StepError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# A normal is told by the sixty samples before a change: none may be of a time when a past was read or learned.
FOR_S = 62.0
WITHIN_S = 240.0
IDLE = 0.25  # of one core
EVERY_S = 2.0


async def undisturbed(now: Callable[[str], None]) -> None:
    """Return when all processes beside the shop's have been nearly idle for about a minute."""
    end, since, before = time.monotonic() + WITHIN_S, time.monotonic(), used_s()
    while time.monotonic() - since < FOR_S:
        if time.monotonic() > end:
            message = f"shipwake, Prometheus and the database were not idle for {FOR_S:g} s within {WITHIN_S:g} s"
            raise StepError(message)
        await asyncio.sleep(EVERY_S)
        used = used_s()
        if used - before > IDLE * EVERY_S:
            since = time.monotonic()
        before = used
    now("nothing but the shop has used the processor for a minute")


def used_s() -> float:
    """Tell how many seconds of processor time the processes that this one started have used, the shop's left out."""
    return sum(others())


def others() -> Iterator[float]:
    """Give the seconds that each process beside the shop's has used."""
    for process in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            if not any(part.startswith("shop.") for part in process.cmdline()):
                times = process.cpu_times()
                yield times.user + times.system
