"""Looks a second end to end, read, judged and committed, by real processes that catch up with an hour of changes."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import SLIS, Watched, engine, fill_samples, settings, watch
from bench.scale.databases import POSTGRES, SQLITE, Databases
from bench.scale.running import Running, running
from bench.scale.settings import Settings

EARLY = 8
"""Looks that an indicator of a change of an hour ago is behind with: the first learns, the others know."""
UP_S = 6.0
_MADE = text("SELECT count(*), count(CASE WHEN look = 1 THEN 1 END) FROM assessments")


def filled(url: str, services: int) -> None:
    """28 days of samples."""
    fill_samples(url, services, datetime.now(UTC))


def measure(wanted: Settings, databases: Databases, place: Path) -> Iterator[dict[str, Any]]:
    """Each number of changes, on one SQLite process, and on PostgreSQL with each number of workers."""
    file = place / "looks.yaml"
    file.write_text(settings(wanted.services, "watch: {later: []}"))
    fill = partial(filled, services=wanted.services)
    ways = [(SQLITE, 1), *((POSTGRES, n) for n in wanted.workers)]
    for kind, workers in ways:
        if kind in databases.kinds():
            for changes in wanted.work:
                with databases.copy(kind, "samples", fill) as url:
                    yield {"database": kind} | _caught_up(wanted, file, url, workers, changes)


def _caught_up(
    wanted: Settings, file: Path, url: str, workers: int, changes: int
) -> dict[str, Any]:
    verb = "serve" if url.startswith("sqlite") else "work"
    with ExitStack() as stack:
        processes = [stack.enter_context(running(verb, file, url)) for _ in range(workers)]
        for process in processes:
            process.up()
        time.sleep(UP_S)
        hour_ago = datetime.now(UTC) - timedelta(minutes=58)
        watch(
            url,
            Watched(
                prefix="w",
                count=changes,
                since=hour_ago,
                rate=0,
                services=wanted.services,
            ),
        )
        found = _followed(url, processes, changes * SLIS, wanted.seconds)
    normals = [p.normals() for p in processes]
    return found | {
        "workers": workers,
        "changes": changes,
        "asked": sum(a for a, _ in normals),
        "learned": sum(n for _, n in normals),
    }


def _followed(url: str, processes: list[Running], watched: int, seconds: float) -> dict[str, Any]:
    """Count what is made until all is, or the time is over; first looks and others apart."""
    begun, cold_s, peak = time.monotonic(), 0.0, 0.0
    all_looks, first, spent = 0, 0, 0.0
    cold_looks = 0
    while all_looks < watched * EARLY and spent < seconds:
        time.sleep(0.1)
        with engine(url).connect() as connection:
            all_looks, first = connection.execute(_MADE).one()
        spent = time.monotonic() - begun
        if first < watched or not cold_s:
            cold_s, cold_looks = spent, all_looks
        peak = max(peak, *(p.mb() for p in processes))
    warm_s = spent - cold_s
    return {
        "made": all_looks,
        "spent_s": spent,
        # Where all were made between two counts, nothing is known of how quickly.
        "cold": cold_looks / cold_s if cold_looks else None,
        "warm": (all_looks - cold_looks) / warm_s if warm_s > 0.5 else None,
        "whole": all_looks / spent,
        "peak_mb": peak,
        "learners_mb": sum(p.learners_mb() for p in processes),
    }
