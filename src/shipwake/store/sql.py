"""One connection inside its transaction, and the few things that SQLite and PostgreSQL say differently."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    Row,
    Table,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.compiler import compiles

from shipwake.store.columns import Wide
from shipwake.wire.clock import Clock

Upsert = postgresql.Insert | sqlite.Insert


class DatabaseNow(ColumnElement[int]):
    """The database's own time in microseconds, for leases: hosts need not agree on theirs."""

    inherit_cache = True
    type = Wide


@compiles(DatabaseNow, "sqlite")
def _sqlite_now(_element: DatabaseNow, _compiler: Any, **_more: Any) -> str:  # noqa: ANN401
    # unixepoch('subsec') came with SQLite 3.42; this is right to about 40 µs everywhere.
    return "CAST((julianday('now') - 2440587.5) * 86400000000.0 AS INTEGER)"


@compiles(DatabaseNow, "postgresql")
def _postgres_now(_element: DatabaseNow, _compiler: Any, **_more: Any) -> str:  # noqa: ANN401
    return "CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS BIGINT)"


class Adding:
    """An insert that says what to do on conflict, which each database spells by a class of its own.

    Made once, as every statement that the flow needs: to build one takes SQLAlchemy ten times as
    long as the database needs to execute it. Values are given by column when it is executed.
    """

    def __init__(self, table: Table, then: Callable[[Upsert], Executable]) -> None:
        self._made = {
            "sqlite": then(sqlite.insert(table)),
            "postgresql": then(postgresql.insert(table)),
        }

    def __getitem__(self, dialect: str) -> Executable:
        return self._made[dialect]


class Sql:
    """What a noun needs to speak to the database within one transaction."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        self.connection = connection
        self.clock = clock
        self.dialect = connection.dialect.name
        self.postgres = self.dialect == "postgresql"

    def rows(
        self, statement: Executable, values: dict[str, Any] | None = None
    ) -> Sequence[Row[Any]]:
        """All rows."""
        return self.connection.execute(statement, values).all()

    def first(self, statement: Executable, values: dict[str, Any] | None = None) -> Row[Any] | None:
        """The first row."""
        return self.connection.execute(statement, values).first()

    def value(self, statement: Executable, values: dict[str, Any] | None = None) -> Any:  # noqa: ANN401 - a column's
        """The first column of the first row, None where there is none."""
        return self.connection.execute(statement, values).scalar()

    def do(self, statement: Executable, values: Any = None) -> int:  # noqa: ANN401 - one mapping, or many
        """Execute; returns how many rows that touched (of an insert: nothing to go by)."""
        return self.connection.execute(statement, values).rowcount

    def add(self, adding: Adding, **values: Any) -> Row[Any] | None:  # noqa: ANN401 - a column's each
        """Insert one row; what the insert returns, None where it returned nothing."""
        result = self.connection.execute(adding[self.dialect], values)
        return result.first() if result.returns_rows else None

    def serialise(self, what: int) -> None:
        """Let no other transaction past this point until ours ends.

        On SQLite there is only one writer anyway. `what` is one of the numbers in `Turn`.
        """
        if self.postgres:
            self.connection.execute(_SERIALISE, {"what": what})

    def hold(self, locking: Executable, **key: str | Sequence[str]) -> None:
        """Lock rows until our transaction ends; on SQLite the whole database is ours already."""
        if self.postgres:
            self.connection.execute(locking, key)


_SERIALISE = text("SELECT pg_advisory_xact_lock(:what)")


class Turn:
    """What is done by one transaction at a time, whatever the number of processes."""

    MIGRATE = 0x5348_4950_0001
    JOIN = 0x5348_4950_0002
    VERDICT = 0x5348_4950_0003
