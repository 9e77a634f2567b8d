"""A database under load, a copy of it, and a second one that the copy was restored into; of each kind."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.stop.running import SOURCE, settings
from tests.store import own_tools


@dataclass(frozen=True, slots=True)
class Sqlite:
    """Files, copied by our own verbs: `first` is written to, `second` restored, `copied` holds what the copy holds."""

    first: str
    second: str
    copied: str
    file: Path

    def back_up(self, file: Path) -> None:
        """While others write to the first."""
        verb(file, "backup", str(self.file))

    def restore(self, file: Path) -> None:
        """The second as the how-to says; a copy is read where it lies, or restored as it is."""
        verb(file, "restore", str(self.file))

    def size(self) -> int:
        """Bytes of the copy."""
        return self.file.stat().st_size


@dataclass(frozen=True, slots=True)
class Postgres:
    """Databases of one server, of the same three uses, copied by its own tools."""

    first: str
    second: str
    copied: str
    file: Path

    def back_up(self, file: Path) -> None:
        """While others write to the first."""
        subprocess.run(own_tools.said("pg_dump", self.first, self.file), check=True)

    def restore(self, file: Path) -> None:
        """The second as the how-to says; a copy is read where it lies, or restored as it is."""
        for address in (self.copied, self.second):
            command = own_tools.said("pg_restore", address, self.file)
            subprocess.run(command, check=True, capture_output=True)
        verb(file, "migrate", "--restored")

    def size(self) -> int:
        """Bytes of the copy."""
        return self.file.stat().st_size


Backed = Sqlite | Postgres


def kinds() -> list[str]:
    """The kinds that this machine has."""
    return ["SQLite", "PostgreSQL"] if find_spec("pgserver") else ["SQLite"]


@contextmanager
def backed(kind: str, folder: Path) -> Iterator[Backed]:
    """An empty first and second of that kind, while the block runs."""
    if kind == "SQLite":
        for name in ("first", "second"):
            (folder / name).mkdir()
        copy = folder / "copy.db"
        first, second = (f"sqlite:///{folder}/{name}/here.db" for name in ("first", "second"))
        yield Sqlite(first, second, f"sqlite:///{copy}", copy)
        return
    with server(folder) as address:
        names = ("first", "second", "copied")
        first, second, copied = (database(address, name) for name in names)
        yield Postgres(first, second, copied, folder / "shipwake.dump")


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """The address of a PostgreSQL that syncs each commit, as it is set by default."""
    import pgserver

    made = pgserver.get_server(folder / "postgres", cleanup_mode="delete")
    try:
        yield made.get_uri()
    finally:
        made.cleanup()
        shutil.rmtree(folder / "postgres", ignore_errors=True)


def database(address: str, name: str) -> str:
    """A new database on that server, by the address that we read."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    found = make_url(address).set(drivername="postgresql+psycopg", database=name)
    return found.render_as_string(hide_password=False)


def configured(folder: Path, port: int, address: str) -> Path:
    """A configuration on that database, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    file = settings(folder, port)
    written = file.read_text()
    file.write_text(written.replace(f"sqlite:///{folder}/here.db", address))
    return file


def verb(file: Path, *words: str) -> None:
    """Run one of our own verbs to its end."""
    args = [sys.executable, "-m", "shipwake.cli", *words, "--config", str(file)]
    subprocess.run(args, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": SOURCE})
