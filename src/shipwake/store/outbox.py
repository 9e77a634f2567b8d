"""What people are to be told, one row a notice key: the newest revision waits to be put in its channel."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    select,
    text,
    update,
)

from shipwake.domain import Notice, Ref
from shipwake.store.codec import decode, encode
from shipwake.store.columns import EPOCH, METADATA, Instant, Wide
from shipwake.store.looks import SECOND
from shipwake.store.sql import Sql


class Post(StrEnum):
    """How far a notice has come."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


OUTBOX = Table(
    "outbox",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("key", Text, nullable=False),
    Column("change_id", Text, ForeignKey("changes.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("post", Text, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease", Wide, nullable=False, server_default="0"),
    Column("lease_until", Wide, nullable=False, server_default="0"),
    Column("worker", Text, nullable=False, server_default=text("''")),
    Column("ref", Text),
    Column("sent_revision", Integer, nullable=False, server_default="0"),
    Column("sent_at", Instant),
    Column("why", Text, nullable=False, server_default=text("''")),
    UniqueConstraint("key"),
    Index("ix_outbox_change", "change_id"),
)
_WAITS = OUTBOX.c.post == Post.WAITING.value
Index("ix_outbox_waiting", OUTBOX.c.not_before, sqlite_where=_WAITS, postgresql_where=_WAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A notice and how far it has come; `ref` is where its channel keeps an earlier revision.

    `attempts` counts this try and those before it that may have been sent without our knowing.
    `sent_revision` is the newest revision known to be there (0: none), `why` the last failure.
    """

    notice: Notice
    attempts: int
    ref: Ref | None
    fence: int = 0
    post: Post = Post.WAITING
    sent_revision: int = 0
    sent_at: datetime | None = None
    why: str = ""


class Outbox:
    """`tx.outbox`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, notice: Notice) -> bool:
        """Queue a notice in place of any older revision; False where a newer (or this) one is there.

        A line for the thread that was not sent yet is kept where the newer revision has none: an
        edit rings no bell, so that line must.
        """
        this = select(OUTBOX).where(OUTBOX.c.key == notice.key)
        held = self._sql.first(this.with_for_update())
        if held is None:
            insert = self._sql.insert(OUTBOX).values(
                key=notice.key,
                change_id=notice.change,
                revision=notice.revision,
                body=encode(notice),
                post=Post.WAITING.value,
                not_before=EPOCH,
            )
            return self._sql.added(insert, OUTBOX.c.id)
        if held.revision >= notice.revision:
            return False
        waits = held.post == Post.WAITING.value
        if waits and held.sent_revision and not notice.thread_line:
            unsent = decode(Notice, held.body).thread_line
            notice = replace(notice, thread_line=unsent)
        newer = {
            "revision": notice.revision,
            "body": encode(notice),
            "post": Post.WAITING.value,
            "not_before": held.not_before if waits else EPOCH,
            "attempts": held.attempts if held.ref is None else 0,
        }
        self._sql.do(update(OUTBOX).where(OUTBOX.c.id == held.id).values(newer))
        return True

    def lease(self, now: datetime, limit: int, worker: str, seconds: float) -> list[Queued]:
        """Take notices that wait at the flow's `now`, for `seconds` of database time."""
        clock = self._sql.now()
        free = (
            select(OUTBOX.c.id)
            .where(_WAITS, OUTBOX.c.not_before <= now, OUTBOX.c.lease_until <= clock)
            .order_by(OUTBOX.c.not_before, OUTBOX.c.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        taken = (
            update(OUTBOX)
            .where(OUTBOX.c.id.in_(select(free.c.id)))
            .values(
                lease=OUTBOX.c.lease + 1,
                lease_until=clock + int(seconds * SECOND),
                worker=worker,
                attempts=OUTBOX.c.attempts + 1,
            )
            .returning(OUTBOX)
        )
        rows = sorted(self._sql.rows(taken), key=lambda r: int(r.id))
        return [_queued(r) for r in rows]

    def sent(self, queued: Queued, ref: Ref | None) -> bool:
        """Note that a notice was put; a newer revision that came meanwhile still waits.

        False where the lease is gone; the ref is kept even then, if none is known.
        """
        held = OUTBOX.c
        ours = (held.key == queued.notice.key) & (held.lease == queued.fence)
        revision = queued.notice.revision
        row = self._sql.first(
            update(OUTBOX)
            .where(ours)
            .values(
                ref=ref.value if ref else held.ref,
                sent_revision=revision,
                sent_at=self._sql.clock.now(),
                lease_until=0,
                attempts=0,
                why="",
            )
            .returning(held.revision)
        )
        if row is not None and row.revision == revision:
            self._sql.do(update(OUTBOX).where(ours).values(post=Post.SENT.value))
        if row is None and ref is not None:
            lost = (held.key == queued.notice.key) & held.ref.is_(None)
            self._sql.do(update(OUTBOX).where(lost).values(ref=ref.value))
        return row is not None

    def retry(self, queued: Queued, due: datetime, reason: str) -> bool:
        """Try again at `due`; False where the lease is gone."""
        return self._end(queued, not_before=due, why=reason[:500])

    def failed(self, queued: Queued, reason: str) -> bool:
        """Give up on this revision (a newer one is tried again); False where the lease is gone."""
        gone = self._end(queued, why=reason[:500])
        mine = (OUTBOX.c.key == queued.notice.key) & (OUTBOX.c.lease == queued.fence)
        same = mine & (OUTBOX.c.revision == queued.notice.revision)
        self._sql.do(update(OUTBOX).where(same).values(post=Post.FAILED.value))
        return gone

    def _end(self, queued: Queued, **values: Any) -> bool:  # noqa: ANN401 - a column's each
        mine = (OUTBOX.c.key == queued.notice.key) & (OUTBOX.c.lease == queued.fence)
        return self._sql.do(update(OUTBOX).where(mine).values(lease_until=0, **values)) == 1

    def of(self, change_id: str) -> list[Queued]:
        """The newest notice of each recipient and channel of a change, sent or not."""
        found = select(OUTBOX).where(OUTBOX.c.change_id == change_id).order_by(OUTBOX.c.id)
        return [_queued(r) for r in self._sql.rows(found)]

    def waiting(self, now: datetime) -> bool:
        """Whether any notice may be sent now, or is being sent."""
        found = select(OUTBOX.c.id).where(_WAITS, OUTBOX.c.not_before <= now)
        return self._sql.first(found.limit(1)) is not None

    def next_due(self) -> datetime | None:
        """The earliest time at which any waiting notice may be tried."""
        found = select(OUTBOX.c.not_before).where(_WAITS).order_by(OUTBOX.c.not_before)
        at: datetime | None = self._sql.value(found.limit(1))
        return at


def _queued(row: Row[Any]) -> Queued:
    return Queued(
        notice=decode(Notice, row.body),
        attempts=row.attempts,
        ref=Ref(row.ref) if row.ref is not None else None,
        fence=row.lease,
        post=Post(row.post),
        sent_revision=row.sent_revision,
        sent_at=row.sent_at,
        why=row.why,
    )
