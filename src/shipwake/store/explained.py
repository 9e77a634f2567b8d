"""What a database driver's error means for whoever asked, and what to do next; a mistake of ours stays what it is."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError, OperationalError

from shipwake.domain import ShipwakeError
from shipwake.store import sqlite
from shipwake.store.errors import (
    BusyError,
    DamagedError,
    FullError,
    NotMigratedError,
    ReadOnlyError,
    UnreachableError,
)

TRANSIENT = ("40001", "40P01", "55P03")
"""PostgreSQL's codes for what may work when tried again: serialisation, deadlock, lock not available."""
NO_TABLE = "42P01"
GONE = ("08", "57P", "25P03", "53300")
"""What PostgreSQL's codes begin with where a connection ended, or none was to be had."""
NO_ROOM = ("53100",)
NOT_WRITABLE = ("25006",)
WHEN_MADE = timedelta(seconds=30)
"""When to try again what waits for a person."""


def explanation(error: DBAPIError) -> Exception:
    """Our error for the driver's, or the driver's own where it is a mistake of ours."""
    said, code = str(error.orig), getattr(error.orig, "sqlstate", None)
    if "no such table" in said or code == NO_TABLE:
        return NotMigratedError(
            "the database has not the tables of this version; run: shipwake migrate"
        )
    if code in TRANSIENT or sqlite.busy(error):
        return BusyError("the database was busy with other writes; try again")
    return (
        _not_written(said, code)
        or _damaged(said)
        or _not_reached(error, said, code)
        or _ours(error, said)
    )


def _not_written(said: str, code: str | None) -> Exception | None:
    if "database or disk is full" in said or code in NO_ROOM:
        message = "the disk under the database is full; make room, and send again: nothing of this was kept"
        return FullError(message, retry_after=WHEN_MADE)
    if "disk I/O error" in said:
        message = (
            "the disk under the database fails, or is full; see the system's log and how much is free, and send again:"
            " nothing of this was kept"
        )
        return FullError(message, retry_after=WHEN_MADE)
    if "readonly database" in said or code in NOT_WRITABLE:
        message = (
            "the database is read-only for us; make its file and its folder writable for us, and send again:"
            " nothing of this was kept"
        )
        return ReadOnlyError(message, retry_after=WHEN_MADE)
    return None


def _damaged(said: str) -> Exception | None:
    if "malformed" not in said and "file is not a database" not in said:
        return None
    message = f"the database is damaged ({said}); stop shipwake, and restore a backup of it (docs/how-to/back-up.md)"
    return DamagedError(message)


def _not_reached(error: DBAPIError, said: str, code: str | None) -> Exception | None:
    if "unable to open database file" in said:
        return UnreachableError(
            f"the database file cannot be opened ({said}); check database: and the folder's owner"
        )
    if (
        error.connection_invalidated
        or str(code).startswith(GONE)
        or (code is None and isinstance(error, OperationalError) and "connect" in said)
    ):
        return UnreachableError(
            f"the database does not answer ({said.strip()}); check database: and that it runs"
        )
    return None


def _ours(error: DBAPIError, said: str) -> Exception:
    if isinstance(error.orig, Exception) and "append-only" in said:
        return ShipwakeError(said.strip())
    return error
