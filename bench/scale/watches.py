"""Changes held open: start-up, memory, what an idle second costs, and how late a look is while looks come due."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import Watched, engine, fill_samples, settings, watch
from bench.scale.databases import SQLITE, Databases
from bench.scale.running import Running, running
from bench.scale.settings import Settings

IDLE_S = 10.0
_LATE = text("SELECT min(not_before) FROM due_looks WHERE open")
_LOOKED = text("SELECT count(*) FROM assessments")


def held(url: str, services: int, changes: int) -> None:
    """28 days of samples, and so many changes that are looked at in a week; half of them had their early looks."""
    now = datetime.now(UTC)
    fill_samples(url, services, now)
    later = Watched(
        prefix="held-",
        count=changes,
        since=now + timedelta(days=5),
        rate=300,
        number=10,
        minutes=1440,
        services=services,
    )
    watch(url, later)


def measure(wanted: Settings, databases: Databases, place: Path) -> Iterator[dict[str, Any]]:
    """One SQLite process for each number of changes held, with each rate of looks."""
    file = place / "watches.yaml"
    file.write_text(settings(wanted.services))
    for changes in wanted.watches:
        fill = partial(held, services=wanted.services, changes=changes)
        for rate in wanted.rates:
            with databases.copy(SQLITE, f"held-{changes}", fill) as url:
                yield _held(wanted, file, url, changes, rate)


def _held(wanted: Settings, file: Path, url: str, changes: int, rate: int) -> dict[str, Any]:
    watch(url, _due(wanted, "first-", 1, 0))
    with running("serve", file, url) as process:
        up_s = process.up()
        memory = process.mb()
        first_s = _first_look(process, url)
        _settled(url)
        busy = process.processor_s()
        time.sleep(IDLE_S)
        idle = (process.processor_s() - busy) / IDLE_S
        made, late, peak = _late(wanted, process, url, rate)
        learners = process.learners_mb()
    asked, learned = process.normals()
    return {
        "changes": changes,
        "rows": changes * 10,
        "rate": rate,
        "up_s": up_s,
        "first_look_s": first_s,
        "start_mb": memory,
        "idle_processor": idle,
        "peak_mb": peak,
        "learners_mb": learners,
        "made": made,
        "late_s": late,
        "seconds": wanted.seconds,
        "asked": asked,
        "learned": learned,
    }


def _due(wanted: Settings, prefix: str, count: int, rate: float) -> Watched:
    since = datetime.now(UTC)
    return Watched(prefix=prefix, count=count, since=since, rate=rate, services=wanted.services)


def _first_look(process: Running, url: str) -> float:
    while not _looked(url):
        time.sleep(0.05)
    return time.monotonic() - process.begun


def _settled(url: str) -> None:
    """The first change's looks are made, and nothing is due for some minutes."""
    while _behind(url) > -5:
        time.sleep(0.1)


def _late(wanted: Settings, process: Running, url: str, rate: int) -> tuple[int, float, float]:
    """Looks made a second, the longest that one was overdue, and peak memory, while looks come due at that rate."""
    count = max(1, int(rate * wanted.seconds / 10))
    before, begun = _looked(url), time.monotonic()
    watch(url, _due(wanted, "due-", count, rate))
    worst = peak = 0.0
    while time.monotonic() - begun < wanted.seconds:
        time.sleep(0.25)
        worst, peak = max(worst, _behind(url)), max(peak, process.mb())
    return _looked(url) - before, worst, peak


def _behind(url: str) -> float:
    """Seconds by which the look that is due the longest is overdue."""
    with engine(url).connect() as connection:
        due = connection.execute(_LATE).scalar()
    return time.time() - due / 1e6 if due else -1e9


def _looked(url: str) -> int:
    with engine(url).connect() as connection:
        return int(connection.execute(_LOOKED).scalar_one())
