"""Who did what, when and from where: added, never edited or deleted, for the database itself refuses that."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Row, Table, Text, delete, insert, select

from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Sql

AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("who", Text, nullable=False),
    Column("via", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    sqlite_autoincrement=True,
)
SETTINGS = Table(
    "settings",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("digest", Text, nullable=False),
)
LONGEST = 500
"""Characters kept of each text: what a stranger sends must not fill the table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """`who` did `what` (`token made`, `signed in`), `about` whom or what; `via` is a token, a session or a verb."""

    who: str
    what: str
    about: str = ""
    via: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One deed as it was kept."""

    id: int
    at: datetime
    deed: Deed


class Audit:
    """`tx.audit`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, deed: Deed) -> None:
        """Keep one deed, at the clock's time."""
        told = {name: _kept(getattr(deed, name)) for name in _TEXTS}
        self._sql.do(_ADD, {"at": self._sql.clock.now(), **told})

    def page(self, before: int | None, limit: int) -> list[Done]:
        """The newest deeds, of those whose id is below `before`."""
        found = select(AUDIT).order_by(AUDIT.c.id.desc()).limit(limit)
        if before is not None:
            found = found.where(AUDIT.c.id < before)
        return [_done(row) for row in self._sql.rows(found)]

    def settings(self) -> dict[str, str]:
        """The digest of each setting as a server saw it last; empty where none did."""
        return {row.name: row.digest for row in self._sql.rows(select(SETTINGS))}

    def saw(self, settings: dict[str, str]) -> None:
        """Remember the digests in place of those before."""
        self._sql.do(delete(SETTINGS))
        if settings:
            rows = [{"name": name, "digest": digest} for name, digest in settings.items()]
            self._sql.do(insert(SETTINGS), rows)


_TEXTS = ("who", "via", "address", "what", "about")
_ADD = insert(AUDIT)


def _kept(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _done(row: Row[Any]) -> Done:
    return Done(id=row.id, at=row.at, deed=Deed(**{name: getattr(row, name) for name in _TEXTS}))
