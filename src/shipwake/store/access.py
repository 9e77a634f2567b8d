"""Tokens, sessions and one-time sign-in links, by their hashes only; refuses to know any secret."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from shipwake.domain import BadInputError
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Adding, Sql

TOKENS = Table(
    "tokens",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("revoked_at", Instant),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("until", Instant, nullable=False),
)
LINKS = Table(
    "sign_in_links",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("used_at", Instant),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """What is known of a token: never the token itself."""

    id: int
    name: str
    scopes: tuple[str, ...]
    at: datetime
    revoked_at: datetime | None = None

    @property
    def revoked(self) -> bool:
        """Whether it opens nothing any more."""
        return self.revoked_at is not None


class Access:
    """`tx.access`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add_token(self, name: str, scopes: Iterable[str], hashed: str, at: datetime) -> int:
        """Keep a token's hash; returns its id. Raises BadInputError where that hash is known."""
        added = self._sql.add(
            _ADD_TOKEN, name=name, scopes=encode(sorted(scopes)), hash=hashed, at=at
        )
        if added is None:
            message = "this token is known already; make another"
            raise BadInputError(message)
        return int(added.id)

    def token(self, hashed: str) -> Token | None:
        """The token of that hash, unless it was revoked."""
        row = self._sql.first(_TOKEN, {"of_hash": hashed})
        return _token(row) if row else None

    def tokens(self) -> list[Token]:
        """Every token ever made, revoked ones included."""
        return [_token(r) for r in self._sql.rows(select(TOKENS).order_by(TOKENS.c.id))]

    def revoke(self, id: int) -> bool:
        """Let a token open nothing from now on; False if there is none such, or it was revoked."""
        live = update(TOKENS).where(TOKENS.c.id == id, TOKENS.c.revoked_at.is_(None))
        return self._sql.do(live.values(revoked_at=self._sql.clock.now())) == 1

    def add_session(self, hashed: str, until: datetime) -> None:
        """Let a browser in until then; sessions that are over are forgotten."""
        self._sql.do(delete(SESSIONS).where(SESSIONS.c.until <= self._sql.clock.now()))
        self._sql.do(insert(SESSIONS).values(hash=hashed, until=until))

    def session(self, hashed: str, now: datetime) -> bool:
        """Whether that session holds."""
        return self._sql.first(_SESSION, {"of_hash": hashed, "now": now}) is not None

    def has_session(self, now: datetime) -> bool:
        """Whether any browser is signed in."""
        return self._sql.first(select(SESSIONS.c.until).where(SESSIONS.c.until > now)) is not None

    def end_session(self, hashed: str) -> None:
        """Forget a session."""
        self._sql.do(delete(SESSIONS).where(SESSIONS.c.hash == hashed))

    def add_link(self, hashed: str, until: datetime) -> None:
        """Keep a sign-in link's hash; links that are over are forgotten."""
        self._sql.do(delete(LINKS).where(LINKS.c.until <= self._sql.clock.now()))
        self._sql.do(insert(LINKS).values(hash=hashed, until=until))

    def use_link(self, hashed: str, now: datetime) -> bool:
        """Use a link up; True once, and only until it is over."""
        fresh = (LINKS.c.hash == hashed) & (LINKS.c.until > now) & LINKS.c.used_at.is_(None)
        return self._sql.do(update(LINKS).where(fresh).values(used_at=now)) == 1


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=tuple(decode(list[str], row.scopes)),
        at=row.at,
        revoked_at=row.revoked_at,
    )


_ADD_TOKEN = Adding(
    TOKENS,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["hash"]).returning(TOKENS.c.id),
)
_TOKEN = select(TOKENS).where(TOKENS.c.hash == bindparam("of_hash"), TOKENS.c.revoked_at.is_(None))
_SESSION = select(SESSIONS.c.until).where(
    SESSIONS.c.hash == bindparam("of_hash"), SESSIONS.c.until > bindparam("now")
)
