"""A PostgreSQL of our own on a TCP port, which can be stopped, started again and killed in the middle of work."""

import os
import secrets
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from pgserver import get_server, pg_ctl  # type: ignore[attr-defined] # it makes its commands by name


def free_port() -> int:
    """A port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@dataclass(slots=True)
class Postgres:
    """One server on `port`, at every address of this machine; `user` is whom it runs as where root may not."""

    data: Path
    port: int
    user: str | None

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = f"-p {self.port} -c listen_addresses=* -k '' -c fsync=off -c max_connections=200"
        place = self.data / "machines.log"
        self._ctl("-w", "-o", options, "-l", str(place), "start")

    def stop(self, mode: str) -> None:
        """Stop it: `fast` ends every connection, `immediate` is a crash."""
        self._ctl("-w", "-m", mode, "stop")

    def _ctl(self, *words: str) -> None:
        pg_ctl(list(words), pgdata=self.data, user=self.user, timeout=60)

    def url(self, name: str, *, host: str = "127.0.0.1", port: int | None = None) -> str:
        """The address of one database there, maybe by way of something on another port."""
        return f"postgresql://postgres@{host}:{port or self.port}/{name}"

    def rows(self, name: str, words: str, *values: object) -> list[tuple[Any, ...]]:
        """What a statement answers, past every proxy."""
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            found = connection.execute(words.encode(), values or None)
            return found.fetchall() if found.description else []

    @contextmanager
    def database(self) -> Iterator[str]:
        """A new, empty database, by name; dropped afterwards."""
        name = f"m_{secrets.token_hex(6)}"
        self.rows("postgres", f"CREATE DATABASE {name}")
        try:
            yield name
        finally:
            self.rows("postgres", f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running() -> Iterator[Postgres]:
    """A server while the block runs."""
    with tempfile.TemporaryDirectory(
        prefix="shipwake-machines-", ignore_cleanup_errors=True
    ) as place:
        data = Path(place) / "data"
        # It lays the files down, and starts it on a socket: we want it on a port.
        made = get_server(data, cleanup_mode=None)
        user = "pgserver" if os.geteuid() == 0 else None
        server = Postgres(data, free_port(), user)
        pg_ctl(["-w", "-m", "immediate", "stop"], pgdata=data, user=user)
        del made
        (data / "pg_hba.conf").write_text("host all all all trust\n")
        server.start()
        try:
            yield server
        finally:
            server.stop("immediate")
