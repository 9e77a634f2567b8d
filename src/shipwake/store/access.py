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
    text,
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
    Column("until", Instant),
    Column("used_at", Instant),
    Column("services", Text, nullable=False, server_default=text("'[]'")),
    UniqueConstraint("hash"),
    sqlite_autoincrement=True,
)
SESSIONS = Table(
    "sessions",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("person", Text, nullable=False, server_default=text("''")),
    Column("groups", Text, nullable=False, server_default=text("'[]'")),
    Column("browser", Text, nullable=False, server_default=text("''")),
    Column("at", Instant),
    Column("seen_at", Instant),
)
SPENT = Table(
    "spent",
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
    """What is known of a token: never the token itself. `services` are those that it may write of; none: all."""

    id: int
    name: str
    scopes: tuple[str, ...]
    at: datetime
    revoked_at: datetime | None = None
    until: datetime | None = None
    used_at: datetime | None = None
    services: tuple[str, ...] = ()

    @property
    def revoked(self) -> bool:
        """Whether it was taken back."""
        return self.revoked_at is not None

    def holds(self, now: datetime) -> bool:
        """Whether it still opens something."""
        return not self.revoked and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A signed-in browser; `person` is an e-mail address, empty for whoever came by a link. `id` opens nothing."""

    id: str
    person: str
    groups: tuple[str, ...]
    browser: str
    until: datetime
    at: datetime | None
    seen_at: datetime | None


class Access:
    """`tx.access`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add_token(
        self,
        name: str,
        scopes: Iterable[str],
        hashed: str,
        at: datetime,
        *,
        until: datetime | None = None,
        services: Iterable[str] = (),
    ) -> int:
        """Keep a token's hash; returns its id. Raises BadInputError where that hash is known."""
        added = self._sql.add(
            _ADD_TOKEN,
            name=name,
            scopes=encode(sorted(scopes)),
            hash=hashed,
            at=at,
            until=until,
            services=encode(sorted(services)),
        )
        if added is None:
            message = "this token is known already; make another"
            raise BadInputError(message)
        return int(added.id)

    def token(self, hashed: str, now: datetime) -> Token | None:
        """The token of that hash, unless it was revoked or is over."""
        row = self._sql.first(_TOKEN, {"of_hash": hashed, "now": now})
        return _token(row) if row else None

    def used(self, id: int, now: datetime) -> None:
        """Remember when a token was last shown."""
        self._sql.do(update(TOKENS).where(TOKENS.c.id == id).values(used_at=now))

    def tokens(self) -> list[Token]:
        """Every token ever made, revoked ones included."""
        return [_token(r) for r in self._sql.rows(select(TOKENS).order_by(TOKENS.c.id))]

    def revoke(self, id: int) -> bool:
        """Let a token open nothing from now on; False if there is none such, or it was revoked."""
        live = update(TOKENS).where(TOKENS.c.id == id, TOKENS.c.revoked_at.is_(None))
        return self._sql.do(live.values(revoked_at=self._sql.clock.now())) == 1

    def add_session(
        self,
        hashed: str,
        until: datetime,
        *,
        person: str = "",
        groups: Iterable[str] = (),
        browser: str = "",
    ) -> None:
        """Let a browser in until then; sessions that are over are forgotten."""
        now = self._sql.clock.now()
        self._sql.do(delete(SESSIONS).where(SESSIONS.c.until <= now))
        told = {"person": person, "groups": encode(list(groups)), "browser": browser}
        self._sql.do(insert(SESSIONS).values(hash=hashed, until=until, at=now, seen_at=now, **told))

    def session(self, hashed: str, now: datetime) -> Session | None:
        """The session of that hash, unless it is over."""
        row = self._sql.first(_SESSION, {"of_hash": hashed, "now": now})
        return _session(row) if row else None

    def sessions(self, person: str, now: datetime) -> list[Session]:
        """The sessions of a person that are not over, the newest first."""
        found = select(SESSIONS).where(SESSIONS.c.person == person, SESSIONS.c.until > now)
        return [_session(r) for r in self._sql.rows(found.order_by(SESSIONS.c.at.desc()))]

    def seen(self, hashed: str, now: datetime) -> None:
        """Remember that a browser was here."""
        self._sql.do(update(SESSIONS).where(SESSIONS.c.hash == hashed).values(seen_at=now))

    def has_session(self, now: datetime) -> bool:
        """Whether any browser is signed in."""
        return self._sql.first(select(SESSIONS.c.until).where(SESSIONS.c.until > now)) is not None

    def end_session(self, hashed: str) -> None:
        """Forget a session."""
        self._sql.do(delete(SESSIONS).where(SESSIONS.c.hash == hashed))

    def end_sessions(self, person: str, id: str = "") -> int:
        """Forget a person's sessions, or the one of that id; returns how many."""
        theirs = delete(SESSIONS).where(SESSIONS.c.person == person)
        if id:
            theirs = theirs.where(SESSIONS.c.hash.startswith(id, autoescape=True))
        return self._sql.do(theirs)

    def add_link(self, hashed: str, until: datetime) -> None:
        """Keep a sign-in link's hash; links that are over are forgotten."""
        self._sql.do(delete(LINKS).where(LINKS.c.until <= self._sql.clock.now()))
        self._sql.do(insert(LINKS).values(hash=hashed, until=until))

    def use_link(self, hashed: str, now: datetime) -> bool:
        """Use a link up; True once, and only until it is over."""
        fresh = (LINKS.c.hash == hashed) & (LINKS.c.until > now) & LINKS.c.used_at.is_(None)
        return self._sql.do(update(LINKS).where(fresh).values(used_at=now)) == 1

    def spend(self, hashed: str, until: datetime) -> bool:
        """True once for each hash, until then; what is over is forgotten."""
        self._sql.do(delete(SPENT).where(SPENT.c.until <= self._sql.clock.now()))
        return self._sql.add(_SPEND, hash=hashed, until=until) is not None


def _token(row: Row[Any]) -> Token:
    return Token(
        id=row.id,
        name=row.name,
        scopes=tuple(decode(list[str], row.scopes)),
        at=row.at,
        revoked_at=row.revoked_at,
        until=row.until,
        used_at=row.used_at,
        services=tuple(decode(list[str], row.services)),
    )


def _session(row: Row[Any]) -> Session:
    return Session(
        id=row.hash[:SHOWN],
        person=row.person,
        groups=tuple(decode(list[str], row.groups)),
        browser=row.browser,
        until=row.until,
        at=row.at,
        seen_at=row.seen_at,
    )


SHOWN = 16
"""Characters of a session's hash that name it on a page: of no use to open it."""
_ADD_TOKEN = Adding(
    TOKENS,
    lambda insert: insert.on_conflict_do_nothing(index_elements=["hash"]).returning(TOKENS.c.id),
)
_SPEND = Adding(SPENT, lambda insert: insert.on_conflict_do_nothing().returning(SPENT.c.hash))
_TOKEN = select(TOKENS).where(
    TOKENS.c.hash == bindparam("of_hash"),
    TOKENS.c.revoked_at.is_(None),
    TOKENS.c.until.is_(None) | (TOKENS.c.until > bindparam("now")),
)
_SESSION = select(SESSIONS).where(
    SESSIONS.c.hash == bindparam("of_hash"), SESSIONS.c.until > bindparam("now")
)
