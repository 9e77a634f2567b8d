"""Bring a database's tables to this version, in one transaction and by one process at a time."""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from shipwake.domain import ShipwakeError
from shipwake.store.passing import Passing
from shipwake.store.sql import Turn

HEAD = "0003"
"""The newest script under migrations/versions."""
SCRIPTS = Path(__file__).parent / "migrations"


def version(connection: Connection) -> str | None:
    """The version of the tables, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def known() -> set[str]:
    """Every version of the tables that this program can bring to its own."""
    return {script.name.partition("_")[0] for script in (SCRIPTS / "versions").glob("[0-9]*.py")}


def upgrade(engine: Engine, passing: Passing) -> None:
    """Run the scripts that are missing; where none is, Alembic is not even loaded."""
    with engine.begin() as connection:
        # SQLite's BEGIN IMMEDIATE lets one at a time in anyway.
        if connection.dialect.name == "postgresql":
            held = text("SELECT pg_advisory_xact_lock(:what)")
            connection.execute(held, {"what": Turn.MIGRATE})
        if version(connection) != HEAD:
            _run_scripts(connection, passing)
            passing("after a migration, before it is committed")


def _run_scripts(connection: Connection, passing: Passing) -> None:
    from alembic import command  # noqa: PLC0415 - 0.1 s and 10 MB that a migrated server never needs
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    config.attributes["passing"] = passing
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        message = f"the tables are of a version that this program does not know ({error}); run the newer program"
        raise ShipwakeError(message) from error
