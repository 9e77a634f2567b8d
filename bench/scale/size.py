"""Room on disk: a month of an indicator's samples, and all that a change leaves behind when its watch is over."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import DAYS, SLIS, Watched, engine, settings, watch
from bench.scale.databases import Databases
from bench.scale.looks import filled
from bench.scale.settings import Settings
from shipwake.app import compose
from shipwake.config import parse
from shipwake.flow import lease, look
from shipwake.wire.clock import ManualClock

CHANGES = 5
MONTH = 30
SAMPLES, JUDGED = (
    ("series", "chunks"),
    ("verdicts", "assessments", "due_looks", "levels", "changes"),
)


def measure(wanted: Settings, databases: Databases, _place: Path) -> Iterator[dict[str, Any]]:
    """Bytes by table on each database, SQLite's as its pages count them, PostgreSQL's with indexes and TOAST."""
    fill = partial(filled, services=wanted.services)
    for kind in databases.kinds():
        with databases.copy(kind, "samples", fill) as url:
            days = DAYS + 5 / 24
            samples = _bytes(url, SAMPLES) / (wanted.services * SLIS) / days * MONTH
            before = _bytes(url, JUDGED)
            looks = _judge(wanted, url)
            after = _bytes(url, JUDGED)
            yield {
                "database": kind,
                "sli_month": samples,
                "change": (after - before) / CHANGES,
                "looks": looks / CHANGES / SLIS,
            }


def _judge(wanted: Settings, url: str) -> int:
    """Wind a clock through whole watches of changes of eight days ago, as a replay does."""
    at = datetime.now(UTC) - timedelta(days=8)
    watch(url, Watched(prefix="w", count=CHANGES, since=at, rate=1, services=wanted.services))
    config = parse(settings(wanted.services), name="size.yaml", environ={"SHIPWAKE_DATABASE": url})
    clock = ManualClock(at)
    river, made = compose(config, clock=clock), 0
    while True:
        with river.store.read() as tx:
            due = tx.looks.next_due()
        if due is None:
            break
        clock.set(max(due, clock.now()))
        groups = lease(river)
        look(river, groups)
        made += sum(len(g.rows) for g in groups)
    river.close()
    return made


def _bytes(url: str, tables: tuple[str, ...]) -> int:
    with engine(url).connect() as connection:
        if connection.dialect.name == "sqlite":
            said = (
                "SELECT coalesce(sum(s.pgsize), 0) FROM dbstat s JOIN sqlite_master m ON m.name = s.name "
                "WHERE m.tbl_name = :name"
            )
        else:
            said = "SELECT pg_total_relation_size(CAST(:name AS text))"
        return sum(int(connection.execute(text(said), {"name": t}).scalar_one()) for t in tables)
