"""What senders said, each statement once, and the change it belongs to; an event is never edited."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Select,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
    update,
)

from shipwake.domain import Event
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.revision import same_revision, stem
from shipwake.store.sql import Adding, Sql, Turn

EVENTS = Table(
    "events",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("says", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("thread", Text, nullable=False),
    Column("stem", Text, nullable=False),
    Column("change_id", Text),
    Column("body", Text, nullable=False),
    UniqueConstraint("source", "key"),
    Index("ix_events_change", "change_id"),
    Index("ix_events_thread", "thread"),
    Index("ix_events_stem", "stem"),
)

AT_ONCE = 500


class Events:
    """`tx.events`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, event: Event) -> bool:
        """Keep an event; False if `(source, key)` is known, and nothing is changed then.

        From here to the end of the transaction no other transaction joins events, so that two
        halves of one rollout, heard at once by two processes, become one change.
        """
        self._sql.serialise(Turn.JOIN)
        facts = event.facts
        added = self._sql.add(
            _ADD,
            source=event.source,
            key=event.key,
            says=event.says.value,
            at=event.at,
            thread=facts.thread,
            stem=stem(facts.revision),
            body=encode(event),
        )
        return added is not None

    def attach(self, source: str, key: str, change_id: str) -> None:
        """Say which change an event belongs to."""
        self._sql.do(_ATTACH, {"of_source": source, "of_key": key, "change": change_id})

    def of(self, change_id: str) -> list[Event]:
        """Every event of a change, by the sender's time."""
        return self._read(_OF, {"change": change_id})

    def by_thread(self, thread: str) -> str | None:
        """The change that a sender's thread (one rollout, by its own id) belongs to."""
        if not thread:
            return None
        change_id: str | None = self._sql.value(_BY_THREAD, {"of_thread": thread})
        return change_id

    def loose(self, revisions: Iterable[str], repository: str) -> list[Event]:
        """Events of these revisions that belong to no change; see `same_revision` for short ones.

        Where either side names no repository, only a commit's hash can tell that both mean the same.
        """
        wanted = {r for r in revisions if r}
        if not wanted:
            return []
        stems = sorted({stem(r) for r in wanted})
        return [
            e
            for i in range(0, len(stems), AT_ONCE)
            for e in self._read(_LOOSE, {"stems": stems[i : i + AT_ONCE]})
            if any(
                same_revision(e.facts.revision, r, e.facts.repository, repository) for r in wanted
            )
        ]

    def _read(self, found: Select[Any], values: dict[str, Any]) -> list[Event]:
        return [decode(Event, row.body) for row in self._sql.rows(found, values)]


_E = EVENTS.c
_ADD = Adding(EVENTS, lambda insert: insert.on_conflict_do_nothing().returning(_E.id))
_ATTACH = (
    update(EVENTS)
    .where(_E.source == bindparam("of_source"), _E.key == bindparam("of_key"))
    .values(change_id=bindparam("change"))
)
_IN_ORDER = select(_E.body).order_by(_E.at, _E.id)
_OF = _IN_ORDER.where(_E.change_id == bindparam("change"))
_LOOSE = _IN_ORDER.where(_E.stem.in_(bindparam("stems", expanding=True)), _E.change_id.is_(None))
_BY_THREAD = (
    select(_E.change_id)
    .where(_E.thread == bindparam("of_thread"), _E.change_id.is_not(None))
    .order_by(_E.id)
    .limit(1)
)
