"""The shop's past: where it is kept, and how it is laid just before now; refuses a past of another machine or shop."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import os
import shutil
import sys
import tempfile
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from live.record import Length, record
from live.running import Deploy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

HERE = Path(__file__).parent
SOURCES = ("pages.py", "record.py", "running.py")
MINUTES = 30


def side_by_side() -> Length:
    """A shop a core: it needs half of one, and where there are more, one waits for another and the past is restless."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2
    shops = max(1, min(6, cores))
    return Length(shops, MINUTES * 60 // shops)


def in_real_time() -> Length:
    """One shop after which nothing differs from what is watched later."""
    return Length(1, MINUTES * 60)


def home(length: Length) -> Path:
    """Give the folder for this shop on this machine, whether it is there or not."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    digest = hashlib.sha256()
    sources = sorted((HERE.parent / "shop").glob("*.py"))
    for source in (*sources, *(HERE / name for name in SOURCES)):
        digest.update(source.name.encode() + source.read_bytes())
    digest.update(f"{machine()} {sys.version} {length}".encode())
    return cache / "shipwake" / "live" / digest.hexdigest()[:16]


def machine() -> str:
    """Tell this machine from another, as well as the system can."""
    known = Path("/etc/machine-id")
    return known.read_text().strip() if known.exists() else f"{uuid.getnode():x}"


def ensure(length: Length, told: Callable[[float], None]) -> Path:
    """Give the folder of a past that is kept, recorded now where it is not."""
    folder = home(length)
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix="recording-", dir=folder.parent))
    try:
        asyncio.run(record(fresh, length, told))
    except KeyboardInterrupt:
        shutil.rmtree(fresh)
        raise
    except Exception as error:
        message = f"the shop could not be recorded; what its services said is kept in {fresh}"
        raise RuntimeError(message) from error
    for shop in fresh.glob("piece-*/"):
        shutil.rmtree(shop)
    fresh.rename(folder)
    return folder


@dataclass(frozen=True, slots=True)
class Laid:
    """A past that was laid before a moment: its deploys, and when its first sample was."""

    deploys: Sequence[Deploy]
    start: datetime


def lay(folder: Path, out: Path, end: datetime) -> Laid:
    """Write the pieces of a past one after the other as OpenMetrics, the last ending at `end`."""
    pieces = [json.loads(facts.read_text()) for facts in sorted(folder.glob("piece-*.json"))]
    # A whole second, so that pages stay as far from a second's end as they were read.
    start = int(end.timestamp()) - sum(piece["seconds"] for piece in pieces)
    deploys: list[Deploy] = []
    begins = start
    with out.open("w") as file:
        for number, piece in enumerate(pieces):
            file.writelines(shifted(folder / f"piece-{number}.gz", begins))
            deploys += (deployed(row, begins) for row in piece["deploys"])
            begins += piece["seconds"]
        file.write("# EOF\n")
    return Laid(sorted(deploys, key=lambda d: d.at), datetime.fromtimestamp(start, UTC))


def shifted(pages: Path, begins: int) -> Iterator[str]:
    """Give the lines of one piece with their times counted from 1970."""
    with gzip.open(pages, "rt") as file:
        for line in file:
            sample, _, at = line.rpartition(" ")
            yield f"{sample} {begins + float(at):.3f}\n"


def deployed(row: dict[str, Any], begins: int) -> Deploy:
    """Read one deploy of a piece that begins then."""
    at = datetime.fromtimestamp(begins, UTC) + timedelta(seconds=row["at"])
    return Deploy(row["service"], row["revision"], row["title"], row["author"], at)
