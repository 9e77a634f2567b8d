"""What people are to be told, one row a notice key: the newest revision waits to be put in its channel."""

from collections.abc import Sequence
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
    bindparam,
    case,
    func,
    literal_column,
    select,
    text,
    update,
)

from shipwake.domain import Notice, Ref
from shipwake.store.codec import decode, encode
from shipwake.store.columns import EPOCH, METADATA, Instant, Wide
from shipwake.store.looks import SECOND
from shipwake.store.sql import Adding, DatabaseNow, Sql


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
# A bound value would not match the index's condition, and SQLite would read the whole table.
_WAITS = OUTBOX.c.post == literal_column(f"'{Post.WAITING}'")
Index("ix_outbox_waiting", OUTBOX.c.not_before, sqlite_where=_WAITS, postgresql_where=_WAITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A notice and how far it has come; `ref` is where its channel keeps an earlier revision.

    `attempts` counts this try and those before it that may have been sent without our knowing.
    `sent_revision` is the newest revision known to be there (0: none), `why` the last failure, `due` when the next try
    may be (None: at once).
    """

    notice: Notice
    attempts: int
    ref: Ref | None
    fence: int = 0
    post: Post = Post.WAITING
    sent_revision: int = 0
    sent_at: datetime | None = None
    why: str = ""
    due: datetime | None = None


class Outbox:
    """`tx.outbox`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, notice: Notice) -> bool:
        """Queue a notice in place of any older revision; False where a newer (or this) one is there.

        A line for the thread that was not sent yet is kept where the newer revision has none: an
        edit rings no bell, so that line must.
        """
        held = self._sql.first(_BY_KEY, {"of_key": notice.key})
        if held is None:
            return self._first(notice)
        if held.revision >= notice.revision:
            return False
        waits = held.post == Post.WAITING.value
        if waits and held.sent_revision and not notice.thread_line:
            unsent = decode(Notice, held.body).thread_line
            notice = replace(notice, thread_line=unsent)
        newer = {
            "row": held.id,
            "new_revision": notice.revision,
            "new_body": encode(notice),
            "after": held.not_before if waits else EPOCH,
            "tries": held.attempts if held.ref is None else 0,
        }
        self._sql.do(_NEWER, newer)
        return True

    def _first(self, notice: Notice) -> bool:
        added = self._sql.add(
            _ADD,
            key=notice.key,
            change_id=notice.change,
            revision=notice.revision,
            body=encode(notice),
            post=Post.WAITING.value,
            not_before=EPOCH,
        )
        return added is not None

    def lease(self, now: datetime, limit: int, worker: str, seconds: float) -> list[Queued]:
        """Take notices that wait at the flow's `now`, for `seconds` of database time."""
        lease = {"now": now, "most": limit, "who": worker, "long": int(seconds * SECOND)}
        rows = sorted(self._sql.rows(_LEASE, lease), key=lambda r: int(r.id))
        return [_queued(r) for r in rows]

    def extend(self, queued: Queued, seconds: float) -> bool:
        """Keep a lease for `seconds` from now; False where another has it, who tells instead."""
        return self._sql.do(_EXTEND, _fence(queued) | {"long": int(seconds * SECOND)}) == 1

    def sent(self, queued: Queued, ref: Ref | None) -> bool:
        """Note that a notice was put; a newer revision that came meanwhile still waits.

        False where the lease is gone; the ref is kept even then, if none is known.
        """
        done = _fence(queued) | {
            "new_ref": ref.value if ref else None,
            "put": queued.notice.revision,
            "now": self._sql.clock.now(),
        }
        if self._sql.do(_SENT, done) == 1:
            return True
        if ref is not None:
            self._sql.do(_KEEP_REF, {"of_key": queued.notice.key, "new_ref": ref.value})
        return False

    def retry(self, queued: Queued, due: datetime, reason: str) -> bool:
        """Try again at `due`; False where the lease is gone."""
        again = _fence(queued) | {"until": due, "reason": reason[:500]}
        return self._sql.do(_RETRY, again) == 1

    def failed(self, queued: Queued, reason: str) -> bool:
        """Give up on this revision (a newer one is tried again); False where the lease is gone."""
        end = _fence(queued) | {"reason": reason[:500], "tried": queued.notice.revision}
        return self._sql.do(_FAILED, end) == 1

    def doubt(self) -> int:
        """Take each notice that waits, and is not known to be there, as one that may have been sent; how many."""
        return self._sql.do(_DOUBT)

    def of(self, change_id: str) -> list[Queued]:
        """The newest notice of each recipient and channel of a change, sent or not."""
        return [_queued(r) for r in self._sql.rows(_OF, {"change": change_id})]

    def of_all(self, changes: Sequence[str]) -> dict[str, list[Queued]]:
        """The same of these changes, by change; one of which nobody was told is left out."""
        found: dict[str, list[Queued]] = {}
        for row in self._sql.rows(_OF_ALL, {"changes": changes}):
            found.setdefault(row.change_id, []).append(_queued(row))
        return found

    def waiting(self, now: datetime) -> bool:
        """Whether any notice may be sent now, or is being sent."""
        return self._sql.first(_ANY, {"now": now}) is not None

    def free(self, now: datetime) -> bool:
        """Whether any notice may be sent now that nobody is sending."""
        return self._sql.first(_ANY_FREE, {"now": now}) is not None

    def next_due(self) -> datetime | None:
        """The earliest time at which any waiting notice may be tried."""
        at: datetime | None = self._sql.value(_NEXT)
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
        due=row.not_before if row.not_before > EPOCH else None,
    )


def _fence(queued: Queued) -> dict[str, Any]:
    return {"of_key": queued.notice.key, "fence": queued.fence}


_O = OUTBOX.c
_THIS = _O.key == bindparam("of_key")
_FENCED = _THIS & (_O.lease == bindparam("fence"))
_BY_KEY = select(OUTBOX).where(_THIS).with_for_update()
_ADD = Adding(OUTBOX, lambda insert: insert.on_conflict_do_nothing().returning(_O.id))
_NEWER = (
    update(OUTBOX)
    .where(_O.id == bindparam("row"))
    .values(
        revision=bindparam("new_revision"),
        body=bindparam("new_body"),
        post=Post.WAITING.value,
        not_before=bindparam("after"),
        attempts=bindparam("tries"),
    )
)
_FREE = (
    select(_O.id)
    .where(_WAITS, _O.not_before <= bindparam("now"), _O.lease_until <= DatabaseNow())
    .order_by(_O.not_before, _O.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("free")
)
_LEASE = (
    update(OUTBOX)
    .where(_O.id.in_(select(_FREE.c.id)))
    .values(
        lease=_O.lease + 1,
        lease_until=DatabaseNow() + bindparam("long", type_=Wide),
        worker=bindparam("who"),
        attempts=_O.attempts + 1,
    )
    .returning(OUTBOX)
)
# A newer revision that came meanwhile still waits.
_SENT = (
    update(OUTBOX)
    .where(_FENCED)
    .values(
        post=case((_O.revision == bindparam("put"), Post.SENT.value), else_=_O.post),
        ref=func.coalesce(bindparam("new_ref", type_=Text), _O.ref),
        sent_revision=bindparam("put"),
        sent_at=bindparam("now"),
        lease_until=0,
        attempts=0,
        why="",
    )
)
_DOUBT = update(OUTBOX).where(_WAITS, _O.ref.is_(None), _O.attempts == 0).values(attempts=1)
_EXTEND = (
    update(OUTBOX).where(_FENCED).values(lease_until=DatabaseNow() + bindparam("long", type_=Wide))
)
_KEEP_REF = update(OUTBOX).where(_THIS, _O.ref.is_(None)).values(ref=bindparam("new_ref"))
_RETRY = (
    update(OUTBOX)
    .where(_FENCED)
    .values(not_before=bindparam("until"), lease_until=0, why=bindparam("reason"))
)
_FAILED = (
    update(OUTBOX)
    .where(_FENCED)
    .values(
        post=case((_O.revision == bindparam("tried"), Post.FAILED.value), else_=_O.post),
        lease_until=0,
        why=bindparam("reason"),
    )
)
_OF = select(OUTBOX).where(_O.change_id == bindparam("change")).order_by(_O.id)
_OF_ALL = (
    select(OUTBOX).where(_O.change_id.in_(bindparam("changes", expanding=True))).order_by(_O.id)
)
_NEXT = select(_O.not_before).where(_WAITS).order_by(_O.not_before).limit(1)
_ANY = _NEXT.where(_O.not_before <= bindparam("now"))
_ANY_FREE = _ANY.where(_O.lease_until <= DatabaseNow())
