"""Deliveries as they came, until they are understood and after, and counts of those that are not kept."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    Index,
    Integer,
    LargeBinary,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
    text,
    update,
)

from shipwake.domain import BadInputError, Heard
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Adding, Sql

WORDS = 50
"""Different reasons kept a sender and outcome; what is said after that is counted under none."""
LONGEST = 500
PLACE = re.compile(r"[0-9]{1,18}")
"""A cursor: the number of a delivery, which is never wider than the column."""


class Outcome(StrEnum):
    """What became of a delivery."""

    KEPT = "kept"
    UNDERSTOOD = "understood"
    UNREADABLE = "unreadable"
    REFUSED = "refused"
    UNUSED = "unused"


HEARD = Table(
    "heard",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("kind", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False),
    Column("received", Instant, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("events", Integer, nullable=False, server_default="0"),
    Column("text", Text, nullable=False, server_default=text("''")),
    Column("headers", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    UniqueConstraint("kind", "source", "digest"),
    Index("ix_heard_outcome", "outcome", "id"),
    Index("ix_heard_kind", "kind", "id"),
    sqlite_autoincrement=True,
)
COUNTS = Table(
    "heard_counts",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("text", Text, primary_key=True),
    Column("times", Wide, nullable=False),
    Column("last", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A delivery that waits to be understood."""

    id: int
    heard: Heard


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardRow:
    """A delivery as the page "what we heard" shows it; `text` says what was understood, or why not."""

    id: int
    kind: str
    source: str
    received: datetime
    outcome: Outcome
    events: int
    text: str
    size: int


@dataclass(frozen=True, slots=True)
class HeardPage:
    """Deliveries, newest first, and the cursor of the following page."""

    rows: tuple[HeardRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """How often a sender's deliveries met an outcome for one reason, and when last."""

    outcome: Outcome
    text: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """All that was heard from one sender. `received` counts every delivery, refused ones included.

    `reasons` are what was said to be wrong, the newest first.
    """

    kind: str
    source: str
    received: int
    understood: int
    unused: int
    unreadable: int
    refused: int
    last: datetime
    reasons: tuple[Why, ...] = ()


class Deliveries:
    """`tx.heard`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def keep(self, heard: Heard, digest: str) -> int:
        """Keep a delivery raw; the same digest from the same sender again gives the first one's id."""
        added = self._sql.add(
            _KEEP,
            kind=heard.kind,
            source=heard.source,
            digest=digest,
            received=heard.received,
            outcome=Outcome.KEPT.value,
            headers=encode(heard.headers),
            body=heard.body,
        )
        if added is not None:
            self.count(heard.kind, heard.source, Outcome.KEPT, at=heard.received)
            return int(added.id)
        same = {"of_kind": heard.kind, "of_source": heard.source, "of_digest": digest}
        return int(self._sql.value(_SAME, same))

    def pending(self, limit: int) -> list[Kept]:
        """The oldest deliveries that nobody has read yet."""
        return [_kept(r) for r in self._sql.rows(_PENDING, {"most": limit})]

    def get(self, id: int) -> Kept | None:
        """One delivery as it came."""
        row = self._sql.first(select(HEARD).where(HEARD.c.id == id))
        return _kept(row) if row else None

    def understood(self, id: int, events: int, text: str) -> None:
        """A delivery was read; one without any event is of no use and only counted."""
        if events == 0:
            self._drop(id)
        elif row := self._end(id, Outcome.UNDERSTOOD, text, events):
            self.count(row[0], row[1], Outcome.UNDERSTOOD, at=row[2])

    def unreadable(self, id: int, reason: str) -> None:
        """A delivery could not be read; it is kept with the reason."""
        if row := self._end(id, Outcome.UNREADABLE, reason, 0):
            self.count(row[0], row[1], Outcome.UNREADABLE, text=reason, at=row[2])

    def old(self, before: datetime, most: int, size: int) -> list[int]:
        """The oldest deliveries received before that time that are understood, for `forget`.

        At most so many, and not many more than `size` bytes together. One that waits to be read, or
        could not be read, is not among them.
        """
        ids, room = [], size
        for row in self._sql.rows(_OLDEST, {"most": most}):
            # Numbers rise with time: whatever follows one that is young is young too, or soon old.
            if row.received >= before or room <= 0:
                break
            ids.append(row.id)
            room -= row.size
        return ids

    def forget(self, ids: Sequence[int]) -> int:
        """Delete these deliveries, as far as they are understood; what they said stays. Returns how many."""
        return self._sql.do(_FORGET, {"ids": ids})

    def _end(
        self, id: int, outcome: Outcome, text: str, events: int
    ) -> tuple[str, str, datetime] | None:
        """Set the outcome of a delivery that still waits; its kind, source and time of receipt."""
        row = self._sql.first(
            update(HEARD)
            .where(HEARD.c.id == id, HEARD.c.outcome == Outcome.KEPT.value)
            .values(outcome=outcome.value, text=text[:LONGEST], events=events)
            .returning(HEARD.c.kind, HEARD.c.source, HEARD.c.received)
        )
        return (row.kind, row.source, row.received) if row else None

    def _drop(self, id: int) -> None:
        row = self._sql.first(
            delete(HEARD)
            .where(HEARD.c.id == id, HEARD.c.outcome == Outcome.KEPT.value)
            .returning(HEARD.c.kind, HEARD.c.source, HEARD.c.received)
        )
        if row:
            self.count(row.kind, row.source, Outcome.UNUSED, at=row.received)

    def count(
        self, kind: str, source: str, outcome: str, text: str = "", *, at: datetime, by: int = 1
    ) -> None:
        """Count a delivery of which nothing (more) is kept; `outcome` is one of `Outcome`."""
        text = self._bounded(kind, source, Outcome(outcome), text[:LONGEST])
        named = Outcome(outcome).value
        self._sql.add(_COUNT, kind=kind, source=source, outcome=named, text=text, times=by, last=at)

    def _bounded(self, kind: str, source: str, outcome: Outcome, text: str) -> str:
        """The text, or none where this sender already has too many different ones."""
        if not text:
            return text
        same = [
            COUNTS.c.kind == kind,
            COUNTS.c.source == source,
            COUNTS.c.outcome == outcome.value,
        ]
        if self._sql.value(select(COUNTS.c.times).where(*same, COUNTS.c.text == text)):
            return text
        many = self._sql.value(select(func.count()).select_from(COUNTS).where(*same))
        return text if many < WORDS else ""

    def page(
        self,
        kind: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
        *,
        outcome: Outcome | None = None,
    ) -> HeardPage:
        """Deliveries, newest first; raises BadInputError for a cursor that is none of ours."""
        shown = select(
            *(
                HEARD.c[n]
                for n in ("id", "kind", "source", "received", "outcome", "events", "text")
            ),
            func.length(HEARD.c.body).label("size"),
        )
        if kind:
            shown = shown.where(HEARD.c.kind == kind)
        if outcome:
            shown = shown.where(HEARD.c.outcome == outcome.value)
        if cursor:
            shown = shown.where(HEARD.c.id < _place(cursor))
        found = self._sql.rows(shown.order_by(HEARD.c.id.desc()).limit(limit + 1))
        rows = tuple(
            HeardRow(
                id=r.id,
                kind=r.kind,
                source=r.source,
                received=r.received,
                outcome=Outcome(r.outcome),
                events=r.events,
                text=r.text,
                size=r.size,
            )
            for r in found[:limit]
        )
        return HeardPage(rows, str(rows[-1].id) if len(found) > limit else None)

    def senders(self) -> list[Sender]:
        """Every sender that was ever heard, by kind and source, with its counts and why."""
        senders: dict[tuple[str, str], Sender] = {}
        for row in self._sql.rows(select(COUNTS).order_by(COUNTS.c.last.desc())):
            key, outcome = (row.kind, row.source), Outcome(row.outcome)
            sender = senders.get(key) or _silent(row.kind, row.source, row.last)
            senders[key] = _counted(sender, outcome, row.text, row.times, row.last)
        return [senders[key] for key in sorted(senders)]


def _silent(kind: str, source: str, last: datetime) -> Sender:
    return Sender(
        kind=kind,
        source=source,
        received=0,
        understood=0,
        unused=0,
        unreadable=0,
        refused=0,
        last=last,
    )


def _counted(sender: Sender, outcome: Outcome, text: str, count: int, last: datetime) -> Sender:
    sender = replace(sender, last=max(sender.last, last))
    if outcome in (Outcome.KEPT, Outcome.REFUSED):
        sender = replace(sender, received=sender.received + count)
    if outcome is Outcome.KEPT:
        return sender
    why = Why(outcome=outcome, text=text, count=count, last=last)
    told = (*sender.reasons, why) if text else sender.reasons
    return replace(
        sender,
        reasons=told,
        understood=sender.understood + (count if outcome is Outcome.UNDERSTOOD else 0),
        unused=sender.unused + (count if outcome is Outcome.UNUSED else 0),
        unreadable=sender.unreadable + (count if outcome is Outcome.UNREADABLE else 0),
        refused=sender.refused + (count if outcome is Outcome.REFUSED else 0),
    )


def _place(cursor: str) -> int:
    if not PLACE.fullmatch(cursor):
        message = f"read {cursor!r}; give `next` of the page before, or nothing for the first page"
        raise BadInputError(message, where="cursor")
    return int(cursor)


def _kept(row: Row[Any]) -> Kept:
    heard = Heard(
        kind=row.kind,
        source=row.source,
        headers=decode(dict[str, str], row.headers),
        body=bytes(row.body),
        received=row.received,
    )
    return Kept(row.id, heard)


_KEEP = Adding(
    HEARD,
    lambda insert: insert.on_conflict_do_nothing(
        index_elements=["kind", "source", "digest"]
    ).returning(HEARD.c.id),
)
_SAME = select(HEARD.c.id).where(
    HEARD.c.kind == bindparam("of_kind"),
    HEARD.c.source == bindparam("of_source"),
    HEARD.c.digest == bindparam("of_digest"),
)
_PENDING = (
    select(HEARD)
    .where(HEARD.c.outcome == Outcome.KEPT.value)
    .order_by(HEARD.c.id)
    .limit(bindparam("most"))
)
_UNDERSTOOD = HEARD.c.outcome == Outcome.UNDERSTOOD.value
_OLDEST = (
    select(HEARD.c.id, HEARD.c.received, func.length(HEARD.c.body).label("size"))
    .where(_UNDERSTOOD)
    .order_by(HEARD.c.id)
    .limit(bindparam("most"))
)
_FORGET = delete(HEARD).where(HEARD.c.id.in_(bindparam("ids", expanding=True)), _UNDERSTOOD)
_COUNT = Adding(
    COUNTS,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["kind", "source", "outcome", "text"],
        set_={"times": COUNTS.c.times + insert.excluded.times, "last": insert.excluded.last},
    ),
)
