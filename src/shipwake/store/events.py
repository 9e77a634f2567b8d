"""What senders said, each statement once, and the change it belongs to; an event is never edited."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Index, Select, Table, Text, UniqueConstraint, or_, select, update

from shipwake.domain import Event
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.revision import same_revision, stem
from shipwake.store.sql import Sql, Turn

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
        statement = self._sql.insert(EVENTS).values(
            source=event.source,
            key=event.key,
            says=event.says.value,
            at=event.at,
            thread=facts.thread,
            stem=stem(facts.revision),
            body=encode(event),
        )
        return self._sql.added(statement, EVENTS.c.id)

    def attach(self, source: str, key: str, change_id: str) -> None:
        """Say which change an event belongs to."""
        this = (EVENTS.c.source == source) & (EVENTS.c.key == key)
        self._sql.do(update(EVENTS).where(this).values(change_id=change_id))

    def of(self, change_id: str) -> list[Event]:
        """Every event of a change, by the sender's time."""
        return self._read(select(EVENTS.c.body).where(EVENTS.c.change_id == change_id))

    def by_thread(self, thread: str) -> str | None:
        """The change that a sender's thread (one rollout, by its own id) belongs to."""
        if not thread:
            return None
        found = select(EVENTS.c.change_id).where(
            EVENTS.c.thread == thread, EVENTS.c.change_id.is_not(None)
        )
        change_id: str | None = self._sql.value(found.order_by(EVENTS.c.id).limit(1))
        return change_id

    def loose(self, revisions: Iterable[str], repository: str) -> list[Event]:
        """Events of these revisions that belong to no change; see `same_revision` for short ones.

        Where either side names no repository, only a commit's hash can tell that both mean the same.
        """
        wanted = {r for r in revisions if r}
        if not wanted:
            return []
        stems = sorted({stem(r) for r in wanted})
        found = select(EVENTS.c.body).where(
            or_(*(EVENTS.c.stem.in_(part) for part in _parts(stems))), EVENTS.c.change_id.is_(None)
        )
        return [
            e
            for e in self._read(found)
            if any(
                same_revision(e.facts.revision, r, e.facts.repository, repository) for r in wanted
            )
        ]

    def _read(self, found: Select[tuple[str]]) -> list[Event]:
        ordered = found.order_by(EVENTS.c.at, EVENTS.c.id)
        return [decode(Event, row.body) for row in self._sql.rows(ordered)]


def _parts(items: Sequence[str], size: int = 500) -> list[Sequence[str]]:
    return [items[i : i + size] for i in range(0, len(items), size)]
