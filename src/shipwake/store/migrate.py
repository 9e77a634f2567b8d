"""Bring a database's tables to this version by one process at a time; others may go on working meanwhile.

Each script says by what it does whether the program before it can live with its tables. One that
takes something away says so: `OLDEST = "0007"`, the oldest program that may work on what it leaves.
That stands in the database, so that a program that has never heard of the script can tell whether it
may go on beside a newer one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from shipwake.domain import ShipwakeError
from shipwake.store.errors import BusyError
from shipwake.store.passing import Passing
from shipwake.store.sql import Turn
from shipwake.wire.clock import monotonic, pause

log = structlog.get_logger()
HEAD = "0005"
"""The newest script under migrations/versions."""
SCRIPTS = Path(__file__).parent / "migrations"
FIRST = "0001"
LOCK_MS = 500
"""How long a script waits for a table, and so how long it makes others wait behind it, on PostgreSQL."""
AGAIN_S = 1.0
"""Between two tries: others work then."""
PATIENCE_S = 300.0
IN_THE_WAY = ("55P03", "40P01")
"""PostgreSQL's codes for a lock that was not to be had, and for a deadlock."""
Act = Callable[[], None]


def version(connection: Connection) -> str | None:
    """The version of the tables, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def known() -> set[str]:
    """Every version of the tables that this program can bring to its own."""
    return {script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py")}


def upgrade(engine: Engine, passing: Passing) -> bool:
    """Run the scripts that are missing; False where the tables are newer, and this program may work on them.

    Where none is missing Alembic is not even loaded. Raises ShipwakeError for tables that are too new, and BusyError
    where somebody held a table for five minutes on end.
    """
    if engine.dialect.name != "postgresql":
        # BEGIN IMMEDIATE lets one at a time in anyway, and holds everybody else up.
        with engine.begin() as connection:
            if _missing(connection):
                _run(connection, "head", passing)
                _note(connection, *(_oldest(script) for script in _scripts()))
            return version(connection) == HEAD
    with engine.connect() as connection:
        if not _missing(connection):
            return version(connection) == HEAD
        connection.rollback()
        with _alone(connection):
            found = version(connection)
            connection.rollback()
            for script in _scripts():
                if found is None or script.revision > found:
                    _online(connection, script, passing)
    return True


def fits(connection: Connection) -> bool:
    """Whether this program can work on the tables: they are of its version, or of a newer one that lets it."""
    found = version(connection)
    return found == HEAD or (found not in {None, *known()} and _noted(connection) in known())


def _missing(connection: Connection) -> bool:
    """Whether any script must run; raises ShipwakeError where the tables have left this program behind."""
    found = version(connection)
    if found == HEAD:
        return False
    if found is None or found in known():
        return True
    oldest = _noted(connection)
    if oldest in known():
        log.warning(
            "the tables are newer than this program, which works on beside the newer one",
            tables=found,
            program=HEAD,
        )
        return False
    message = (
        f"the tables are of version {found}, which this program ({HEAD}) does not know; "
        f"run the newer program{f' (at least {oldest})' if oldest else ''}"
    )
    raise ShipwakeError(message)


def _noted(connection: Connection) -> str | None:
    """The oldest program that may work on the tables; None where nobody has said."""
    columns = {c["name"] for c in inspect(connection).get_columns("alembic_version")}
    if "oldest" not in columns:
        return None
    found: str | None = connection.execute(text("SELECT oldest FROM alembic_version")).scalar()
    return found


def _note(connection: Connection, *oldest: str) -> None:
    """Note which is the oldest program that may work on the tables, beside their version: it never goes back."""
    columns = {c["name"] for c in inspect(connection).get_columns("alembic_version")}
    if "oldest" not in columns:
        connection.execute(text("ALTER TABLE alembic_version ADD COLUMN oldest VARCHAR(32)"))
    newest = max(FIRST, _noted(connection) or FIRST, *oldest)
    connection.execute(text("UPDATE alembic_version SET oldest = :newest"), {"newest": newest})


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Let nobody else migrate meanwhile: a lock of the session, so that scripts may commit one by one.

    It is asked for again and again, since whoever waited in the database would be in the way of an index that is
    made while others write.
    """
    driver: Any = connection.connection.driver_connection
    # A script may take as long as it needs.
    driver.patience_s = None
    waited = 0
    while not connection.execute(_TRY, {"what": Turn.MIGRATE}).scalar():
        connection.rollback()
        pause(0.1)
        waited += 1
        if waited % 100 == 0:
            log.info("another process migrates the database; waiting for it")
    connection.commit()
    try:
        yield
    except BaseException:
        # Its end frees the lock, whatever state the connection is in.
        connection.invalidate()
        raise
    connection.execute(_LEAVE, {"what": Turn.MIGRATE})
    connection.commit()
    connection.invalidate()


_TRY = text("SELECT pg_try_advisory_lock(:what)")
_LEAVE = text("SELECT pg_advisory_unlock(:what)")


def _online(connection: Connection, script: Any, passing: Passing) -> None:  # noqa: ANN401 - a Script of Alembic's
    """Run one script, and commit it, without making anybody wait for long."""

    def whole() -> None:
        with connection.begin():
            connection.execute(text(f"SET LOCAL lock_timeout = {LOCK_MS}"))
            _run(connection, script.revision, passing)
            _note(connection, _oldest(script))

    def bit_by_bit() -> None:
        with connection.begin():
            _note(connection, _oldest(script))
        connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            _run(connection, script.revision, passing)
        finally:
            connection.commit()
            connection.execution_options(isolation_level="READ COMMITTED")

    _patiently(bit_by_bit if getattr(script.module, "ALONE", False) else whole, script.revision)
    log.info("migrated", tables=script.revision)


def _patiently(act: Act, revision: str) -> None:
    """Try until nobody is in the way."""
    until = monotonic() + PATIENCE_S
    while True:
        try:
            act()
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) not in IN_THE_WAY:
                raise
            if monotonic() > until:
                message = (
                    f"script {revision} found its tables held for {PATIENCE_S:.0f} s; see pg_stat_activity for "
                    "whose transaction that is, end it, and run: shipwake migrate"
                )
                raise BusyError(message) from error
        else:
            return
        log.info("a table is in use; the migration tries again", tables=revision)
        pause(AGAIN_S)


def _oldest(script: Any) -> str:  # noqa: ANN401 - a Script of Alembic's
    return str(getattr(script.module, "OLDEST", FIRST))


def _scripts() -> list[Any]:
    """Every script, the first one first."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - as below

    found = ScriptDirectory(str(SCRIPTS)).walk_revisions()
    return sorted(found, key=lambda script: str(script.revision))


def _run(connection: Connection, target: str, passing: Passing) -> None:
    from alembic import command  # noqa: PLC0415 - 0.1 s and 10 MB that a migrated server never needs
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["passing"] = passing
    command.upgrade(config, target)
    passing("after a migration, before it is committed")
