"""Databases to measure on: SQLite files and a real PostgreSQL, prepared once, copied for each measurement."""

import importlib.util
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text

SQLITE, POSTGRES = "SQLite", "PostgreSQL"


class Databases:
    """In one folder; `prepared` of the same name are made once and kept, copies are thrown away."""

    def __init__(self, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        # PostgreSQL runs as another user where root measures.
        place.chmod(0o755)
        self._place = place
        self._server: str | None = None

    def kinds(self) -> list[str]:
        """Those that there are here."""
        found = importlib.util.find_spec("pgserver")
        return [SQLITE, POSTGRES] if found else [SQLITE]

    @contextmanager
    def copy(self, kind: str, name: str, fill: Callable[[str], None]) -> Iterator[str]:
        """The address of a fresh copy of the prepared database of that name, which `fill` makes where it is missing."""
        made = self._sqlite if kind == SQLITE else self._postgres
        with made(name, fill) as url:
            yield url

    @contextmanager
    def _sqlite(self, name: str, fill: Callable[[str], None]) -> Iterator[str]:
        kept = self._place / f"{name}.db"
        if not kept.exists():
            part = kept.with_suffix(".part")
            part.unlink(missing_ok=True)
            fill(f"sqlite:///{part}")
            part.rename(kept)
        copied = self._place / f"copy-{secrets.token_hex(4)}.db"
        shutil.copy(kept, copied)
        # Else what the copy left to be written holds up the syncs that are measured.
        os.sync()
        try:
            yield f"sqlite:///{copied}"
        finally:
            for file in self._place.glob(f"{copied.name}*"):
                file.unlink()

    @contextmanager
    def _postgres(self, name: str, fill: Callable[[str], None]) -> Iterator[str]:
        kept, copied = f"kept_{name.replace('-', '_')}", f"copy_{secrets.token_hex(4)}"
        known = "SELECT 1 FROM pg_database WHERE datname = :name"
        with self._admin() as run:
            if not run(known, name=kept):
                run(f"DROP DATABASE IF EXISTS {kept}_part WITH (FORCE)")
                run(f"CREATE DATABASE {kept}_part")
                fill(self.postgres(f"{kept}_part"))
                run(f"ALTER DATABASE {kept}_part RENAME TO {kept}")
            run(f"CREATE DATABASE {copied} TEMPLATE {kept}")
        try:
            yield self.postgres(copied)
        finally:
            with self._admin() as run:
                run(f"DROP DATABASE {copied} WITH (FORCE)")

    @contextmanager
    def _admin(self) -> Iterator[Callable[..., bool]]:
        address = self.postgres("postgres").replace("postgresql://", "postgresql+psycopg://", 1)
        engine = create_engine(address, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:

            def run(said: str, **values: str) -> bool:
                result = connection.execute(text(said), values)
                return result.returns_rows and result.first() is not None

            yield run
        engine.dispose()

    def postgres(self, database: str) -> str:
        """The address of a database of our own server, which is started at its first use and ends with us."""
        if self._server is None:
            import pgserver

            server = pgserver.get_server(self._place / "postgres", cleanup_mode="stop")
            self._server = str(server.get_uri())
        return self._server.replace("/postgres?", f"/{database}?", 1)
