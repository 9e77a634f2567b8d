"""The two stores that shipwake keeps its data in, and how many processes work on each."""

from __future__ import annotations

import importlib
import importlib.util
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Kept:
    """A database's address, and how many workers beside the server there are: without any it works itself."""

    database: str
    workers: int


@contextmanager
def sqlite(folder: Path) -> Iterator[Kept]:
    """One file and one process."""
    yield Kept(f"sqlite:///{folder / 'shipwake.db'}", workers=0)


@contextmanager
def postgresql(_folder: Path) -> Iterator[Kept]:
    """A PostgreSQL server of its own, one process that answers, and two that work."""
    pgserver = importlib.import_module("pgserver")
    # A folder of its own: a socket's path may have no more than about a hundred characters.
    with tempfile.TemporaryDirectory(prefix="live-pg-", ignore_cleanup_errors=True) as place:
        server = pgserver.get_server(Path(place) / "data", cleanup_mode="delete")
        try:
            yield Kept(server.get_uri(), workers=2)
        finally:
            server.cleanup()


STORES = {"sqlite": sqlite, "postgresql": postgresql}


def missing(store: str) -> str:
    """Say what a store needs and is not here; empty where nothing is missing."""
    if store == "postgresql" and importlib.util.find_spec("pgserver") is None:
        return "no PostgreSQL: its wheel, pgserver, does not fit this machine"
    return ""
