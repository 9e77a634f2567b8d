"""Databases to die on: a SQLite file or a PostgreSQL, of which each run gets a copy of its own."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.crash.town import Templates, Town, lay


@dataclass
class Sqlite:
    """Files in one folder."""

    folder: Path
    name: str = "SQLite"
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        """The address of one."""
        return f"sqlite:///{self.folder}/{name}.db"

    def copy(self, source: str, name: str) -> str:
        """A copy of the database at that address, under a new name."""
        shutil.copy(source.removeprefix("sqlite:///"), self.folder / f"{name}.db")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Let go of one."""
        for path in self.folder.glob(f"{name}.db*"):
            path.unlink()

    def make(self, name: str) -> None:
        """A new, empty one: SQLite makes it itself."""


@dataclass
class Postgres:
    """Databases of one server. What they lose in a power cut is of no use to anyone."""

    server: str
    name: str = "PostgreSQL"

    def url(self, name: str) -> str:
        """The address of one."""
        return self.server.replace("/postgres?", f"/{name}?", 1)

    def copy(self, source: str, name: str) -> str:
        """A copy of the database at that address, under a new name."""
        template = source.partition("?")[0].rpartition("/")[2]
        self._do(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Let go of one."""
        self._do(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make(self, name: str) -> None:
        """A new, empty one."""
        self._do(f"CREATE DATABASE {name}")

    def _do(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(statement.encode())


Databases = Sqlite | Postgres


@contextmanager
def databases(store: str) -> Iterator[Databases]:
    """Those of one kind: `sqlite` or `postgres`."""
    # A folder that another user can reach: where root runs this, PostgreSQL is one.
    with tempfile.TemporaryDirectory(prefix="shipwake-crash-", ignore_cleanup_errors=True) as place:
        if store == "sqlite":
            yield Sqlite(Path(place))
            return
        with _postgres(Path(place)) as made:
            yield made


@contextmanager
def _postgres(place: Path) -> Iterator[Postgres]:
    import pgserver
    import psycopg

    server = pgserver.get_server(place / "data", cleanup_mode="delete")
    made = Postgres(server.get_uri())
    with psycopg.connect(made.server, autocommit=True) as connection:
        connection.execute(b"ALTER SYSTEM SET fsync = off")
        connection.execute(b"SELECT pg_reload_conf()")
    try:
        yield made
    finally:
        with suppress(Exception):
            server.cleanup()


def templates(town: Town, made: Databases, place: Path) -> Templates:
    """A database of the oldest version and one that is ready, to copy for each run."""
    made.make("oldest")
    oldest = made.url("oldest")
    return lay(town, oldest, made.url("ready"), lambda: _copied(made, oldest), place)


def _copied(made: Databases, oldest: str) -> None:
    made.copy(oldest, "ready")
