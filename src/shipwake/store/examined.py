"""What can be said of a database without changing it: its version, health, clock, and what stands in its way."""

import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from shipwake.store import migrate
from shipwake.store.columns import instant
from shipwake.wire.clock import Clock, monotonic

QUESTIONS = 5
OPEN_TO_OTHERS = stat.S_IRWXG | stat.S_IRWXO
STEPS = 100_000
"""Of SQLite's machine, between two glances at the clock."""
BUSY_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """Of SQLite `journal`, `whole` (None: too large to be read in time), `mode`, `log` bytes beside it and `holds`.

    Of PostgreSQL `server`, its version, and `oldest_s`, the age of the longest transaction. `latency_s` is the median
    of some questions, `ahead_s` how far its clock is before ours, `unwritable` why nothing can be written.
    """

    version: str
    latency_s: float
    ahead_s: float
    unwritable: str = ""
    since: datetime | None = None
    journal: str = ""
    whole: str | None = "ok"
    mode: int = 0
    log: int = 0
    server: int = 0
    oldest_s: float = 0.0


def timed(connection: Connection, clock: Clock, now: str) -> tuple[float, float]:
    """Latency and lead of the database's clock, in seconds; `now` asks it for microseconds."""
    took: list[tuple[float, float]] = []
    for _ in range(QUESTIONS):
        began, ours = monotonic(), clock.now()
        theirs = instant(int(connection.execute(text(now)).scalar_one()))
        spent = monotonic() - began
        took.append((spent, (theirs - ours).total_seconds() - spent / 2))
    # The quickest answer is nearest to when it was asked.
    return sorted(spent for spent, _ in took)[QUESTIONS // 2], min(took)[1]


def since(connection: Connection) -> datetime | None:
    """When the first verdict was given that is kept."""
    found = connection.execute(text("SELECT min(at) FROM verdicts")).scalar()
    return None if found is None else instant(int(found))


def of_postgres(connection: Connection, clock: Clock) -> Examined:
    """What a PostgreSQL says of itself."""

    def told(question: str) -> Any:  # noqa: ANN401 - a column's
        return connection.execute(text(question)).scalar()

    latency, ahead = timed(
        connection, clock, "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"
    )
    standby = told("SELECT pg_is_in_recovery()")
    version = migrate.version(connection) or ""
    oldest = (
        "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    return Examined(
        version=version,
        latency_s=latency,
        ahead_s=ahead,
        unwritable="it is a standby, which takes no writes" if standby else "",
        since=since(connection) if version else None,
        server=int(told("SELECT current_setting('server_version_num')") or 0),
        oldest_s=float(told(oldest) or 0),
    )


def of_sqlite(connection: Connection, clock: Clock, place: Path, patience_s: float) -> Examined:
    """What a SQLite file says of itself; reading it whole is given up after `patience_s`."""
    latency, ahead = timed(
        connection,
        clock,
        "SELECT CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)",
    )
    version = migrate.version(connection) or ""
    log = place.with_name(f"{place.name}-wal")
    return Examined(
        version=version,
        latency_s=latency,
        ahead_s=ahead,
        since=since(connection) if version else None,
        journal=str(connection.execute(text("PRAGMA journal_mode")).scalar()),
        unwritable=_alone(place, _unwritable),
        whole=_alone(place, lambda held: _whole(held, patience_s)) if patience_s else None,
        mode=place.stat().st_mode & OPEN_TO_OTHERS,
        log=log.stat().st_size if log.exists() else 0,
    )


def _alone(place: Path, ask: "Callable[[sqlite3.Connection], Any]") -> Any:  # noqa: ANN401 - its answer
    with closing(sqlite3.connect(place, isolation_level=None, timeout=BUSY_S)) as held:
        return ask(held)


def _unwritable(held: sqlite3.Connection) -> str:
    try:
        held.execute("BEGIN IMMEDIATE")
        held.execute("ROLLBACK")
    except sqlite3.OperationalError as error:
        return f"{error}"
    return ""


def _whole(held: sqlite3.Connection, patience_s: float) -> str | None:
    until = monotonic() + patience_s
    held.set_progress_handler(lambda: monotonic() > until, STEPS)
    try:
        (said,) = held.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        return None if "interrupted" in str(error) else str(error)
    except sqlite3.DatabaseError as error:
        return str(error)
    return str(said)
