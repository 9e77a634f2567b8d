"""What people say back of a change; added, never edited."""

from collections.abc import Iterable

from sqlalchemy import Column, ForeignKey, Index, Table, Text, func, select

from shipwake.domain import Reply
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant
from shipwake.store.sql import Adding, Sql

REPLIES = Table(
    "replies",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("change_id", Text, ForeignKey("changes.id"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index("ix_replies_change", "change_id", "at"),
)


class Replies:
    """`tx.replies`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, reply: Reply) -> bool:
        """Keep a reply; False if its id is known already."""
        added = self._sql.add(
            _ADD, id=reply.id, change_id=reply.change, at=reply.at, body=encode(reply)
        )
        return added is not None

    def of(self, change_id: str) -> list[Reply]:
        """Every reply to a change, oldest first."""
        found = select(REPLIES.c.body).where(REPLIES.c.change_id == change_id)
        rows = self._sql.rows(found.order_by(REPLIES.c.at, REPLIES.c.id))
        return [decode(Reply, r.body) for r in rows]

    def counts(self, ids: Iterable[str]) -> dict[str, int]:
        """How many replies each of these changes has; those without any are left out."""
        wanted = list(ids)
        if not wanted:
            return {}
        found = select(REPLIES.c.change_id, func.count().label("replies")).where(
            REPLIES.c.change_id.in_(wanted)
        )
        return {r.change_id: r.replies for r in self._sql.rows(found.group_by(REPLIES.c.change_id))}


_ADD = Adding(REPLIES, lambda insert: insert.on_conflict_do_nothing().returning(REPLIES.c.id))
