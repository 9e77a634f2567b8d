"""SQLite as we use it: one file in WAL mode, one writing connection a process, reads beside it."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import OperationalError

from shipwake.domain import BadInputError
from shipwake.store.errors import BusyError
from shipwake.wire.clock import monotonic, pause

PATIENCE_S = 30.0
ASK_AGAIN_S = 0.002
"""SQLite's own waiting sleeps up to 0.1 s between tries, longer than the gaps between commits."""
READERS, AT_MOST = 8, 64
WITHIN_S = "shipwake_within_s"
"""The execution option that says how long to wait for another process; PATIENCE_S where it is None."""
SYNCHRONOUS = ("full", "normal", "off")


def connect(url: URL) -> tuple[Engine, Engine]:
    """A writing and a reading engine; raises BadInputError for an address that cannot be meant.

    `?synchronous=off` in the address gives up durability: for a database that is thrown away.
    """
    if not url.database or url.database == ":memory:":
        message = (
            "a database in memory cannot be shared; give a file, such as sqlite:///shipwake.db"
        )
        raise BadInputError(message, where="database")
    synchronous = str(url.query.get("synchronous", "full")).lower()
    if synchronous not in SYNCHRONOUS:
        message = f"read synchronous={synchronous}; allowed: {', '.join(SYNCHRONOUS)}"
        raise BadInputError(message, where="database")
    if not Path(url.database).absolute().parent.is_dir():
        message = f"the folder of {url.database} does not exist; make it, or give another file"
        raise BadInputError(message, where="database")
    plain = url.difference_update_query(["synchronous"])
    writer = _engine(plain, size=1, overflow=0)
    reader = _engine(plain, size=READERS, overflow=AT_MOST)
    event.listen(writer, "connect", _setting_up(synchronous, "PRAGMA busy_timeout=0"))
    event.listen(reader, "connect", _setting_up(synchronous, "PRAGMA query_only=ON"))
    event.listen(writer, "begin", _begin_writing)
    event.listen(reader, "begin", _begin_reading)
    return writer, reader


def _engine(url: URL, *, size: int, overflow: int) -> Engine:
    return create_engine(
        url,
        poolclass=QueuePool,
        pool_size=size,
        max_overflow=overflow,
        pool_timeout=PATIENCE_S,
        # Transactions are ours: the driver's own would begin late, and never IMMEDIATE.
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": PATIENCE_S},
    )


def _setting_up(synchronous: str, last: str) -> Callable[[sqlite3.Connection, Any], None]:
    pragmas = (
        # Waits, and must come first: two processes may turn a new file to WAL at once.
        "PRAGMA journal_mode=WAL",
        f"PRAGMA synchronous={synchronous}",
        "PRAGMA foreign_keys=ON",
        # Else INSERT OR REPLACE walks past a trigger that forbids to delete.
        "PRAGMA recursive_triggers=ON",
        "PRAGMA temp_store=MEMORY",
        last,
    )

    def set_up(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401 - the pool's own
        for pragma in pragmas:
            patiently(lambda pragma=pragma: connection.execute(pragma))  # type: ignore[misc]

    return set_up


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _begin_writing(connection: Connection) -> None:
    within_s = connection.get_execution_options().get(WITHIN_S)
    patiently(lambda: connection.exec_driver_sql("BEGIN IMMEDIATE"), within_s)


def patiently(act: Callable[[], object], within_s: float | None = None) -> None:
    """Do what another process's lock may be in the way of; raises BusyError after half a minute, or `within_s`."""
    patience_s = PATIENCE_S if within_s is None else within_s
    until = monotonic() + patience_s
    while True:
        try:
            act()
        except (sqlite3.OperationalError, OperationalError) as error:
            if not busy(error):
                raise
            if monotonic() > until:
                message = f"another process has held the database for {patience_s:.0f} s; see what it does"
                raise BusyError(message) from error
        else:
            return
        pause(ASK_AGAIN_S)


def busy(error: Exception) -> bool:
    """Whether the database is only locked for now."""
    return "database is locked" in str(error) or "database table is locked" in str(error)
