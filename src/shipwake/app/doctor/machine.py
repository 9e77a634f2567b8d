"""Has this machine room: on the disk, now and as the database grows, and in memory."""

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from shipwake.app.doctor.finding import Finding, bad, hint, well
from shipwake.store import Store
from shipwake.wire.clock import Clock

TIGHT, FULL = 1_000_000_000, 200_000_000
SOON, VERY_SOON = timedelta(days=30), timedelta(days=3)
A_DAY = timedelta(days=1)
LITTLE = 200_000_000
"""Bytes of memory below which a server is short of it: one takes about 150 MB."""
LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current"))


def _free(place: Path) -> int:
    return shutil.disk_usage(place.absolute().parent).free


def disk(
    place: Path, store: Store | None, clock: Clock, room: Callable[[Path], int] = _free
) -> Iterator[Finding]:
    """Free space where the database lies, and when it will be full at the rate so far."""
    free = room(place)
    size = store.size() if store else 0
    growth = _growth(store, clock, size)
    days = timedelta(days=min(free / growth, 36_500.0)) if growth else None
    says = f"{_of(free)} free, the database takes {_of(size)}"
    if days is not None:
        says += f" and grew by {_of(growth)} a day, full in {min(days.days, 3650)} days"
    if free < FULL or (days is not None and days < VERY_SOON):
        yield bad("disk", says, "make room now, or keep less: keep: in shipwake.yaml")
    elif free < TIGHT or (days is not None and days < SOON):
        yield hint("disk", says, "make room, or keep less: keep: in shipwake.yaml")
    else:
        yield well("disk", says)


def memory(
    meminfo: Path = Path("/proc/meminfo"), limits: tuple[Path, Path] = LIMITS
) -> Iterator[Finding]:
    """What a server could still take."""
    free = _available(meminfo, limits)
    if free is None:
        return
    says = f"{_of(free)} available"
    if free < LITTLE:
        yield hint(
            "memory", says, "give it more: a server takes about 150 MB, and as much while it learns"
        )
    else:
        yield well("memory", says)


def _growth(store: Store | None, clock: Clock, size: int) -> float:
    """Bytes a day since the first verdict; 0 before there is a day of it."""
    since = store.examine(0.0).since if store else None
    age = clock.now() - since if since else timedelta(0)
    return size / (age / A_DAY) if age >= A_DAY else 0.0


def _available(meminfo: Path, limits: tuple[Path, Path]) -> int | None:
    found = []
    if meminfo.exists():
        lines = (line.split() for line in meminfo.read_text().splitlines())
        found += [1024 * int(words[1]) for words in lines if words[0] == "MemAvailable:"]
    if all(limit.exists() for limit in limits):
        most, taken = (limit.read_text().strip() for limit in limits)
        if most.isdigit():
            found.append(int(most) - int(taken))
    return min(found, default=None)


def _of(size: float) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"  # noqa: PLR2004 - a gigabyte


def owner(place: Path) -> Iterator[Finding]:
    """Whose database it is, where this is not its owner: what root wrote the service cannot write."""
    there = place.stat().st_uid
    if there != os.geteuid():
        do = "run the doctor as the user that shipwake runs as"
        yield hint("database", f"it belongs to user {there}, and this is user {os.geteuid()}", do)
