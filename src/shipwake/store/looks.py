"""The looks that are due, one row a change and SLI, leased by workers in the database's time.

A lease is a number that grows with each lease of the row: whoever holds an older one, or another
look's number, has lost the row and may write nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Executable,
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
    select,
    text,
    update,
)

from shipwake.domain import Look
from shipwake.store.changes_table import CHANGES
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.lease import given_back
from shipwake.store.leasing import leasing
from shipwake.store.levels import LEVELS
from shipwake.store.sql import Adding, DatabaseNow, Sql, Upsert

LOOKS = Table(
    "due_looks",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("change_id", Text, ForeignKey("changes.id"), nullable=False),
    Column("sli", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("number", Integer, nullable=False),
    Column("due", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("anchor", Instant, nullable=False),
    Column("later", Boolean, nullable=False),
    Column("lease", Wide, nullable=False, server_default="0"),
    Column("lease_until", Wide, nullable=False, server_default="0"),
    Column("worker", Text, nullable=False, server_default=text("''")),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("done_number", Integer, nullable=False, server_default="0"),
    Column("done_due", Instant),
    Column("hurting", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("change_id", "sli"),
)
# Queries say it in these very words, or SQLite does not use the index.
_OPEN = LOOKS.c.open.is_(True)
Index(
    "ix_due_looks_waiting",
    LOOKS.c.not_before,
    LOOKS.c.change_id,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)
SECOND = 1_000_000
"""Microseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leased:
    """A look that this worker alone may make. `attempts` counts leases since the last finished look.

    `fence` is the lease's number; `why` says what an earlier attempt waited for.
    """

    look: Look
    fence: int
    attempts: int = 1
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finished:
    """A look that was made, the look that follows it (None: the watch of this SLI is over), and whether it hurt."""

    leased: Leased
    next: Look | None
    hurting: bool


class Looks:
    """`tx.looks`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def plan(
        self,
        change_id: str,
        sli: str,
        number: int,
        due: datetime,
        anchor: datetime,
        *,
        later: bool = False,
    ) -> None:
        """Open the row of a change and SLI, or plan its next look anew; the same plan twice has no effect.

        Where the anchor is another (a new exposure step), whoever is looking by the old plan loses
        the row. Under the same anchor a look is never put off: it may have been hastened.
        """
        self._sql.add(
            _PLAN,
            change_id=change_id,
            sli=sli,
            open=True,
            number=number,
            due=due,
            not_before=due,
            anchor=anchor,
            later=later,
        )

    def lease(
        self,
        now: datetime,
        limit: int,
        worker: str,
        seconds: float,
        *,
        without: Sequence[str] = (),
    ) -> list[Leased]:
        """Take looks that are due at the flow's `now`, earliest first, for `seconds` of database time.

        Those at the SLIs `without` stay where they are.
        """
        lease = {"now": now, "most": limit, "who": worker, "long": int(seconds * SECOND)}
        but = {"without": without} if without else {}
        rows = self._sql.rows(_LEASE_BUT if without else _LEASE, lease | but)
        return sorted((_leased(r) for r in rows), key=lambda x: (x.look.due, x.look.change))

    def finish(self, leased: Leased, next: Look | None, *, hurting: bool = False) -> bool:  # noqa: A002 - what follows
        """End a look and plan the next; False where the fence is gone, and then write nothing else.

        See `finish_all`, which ends many.
        """
        return self.finish_all([Finished(leased=leased, next=next, hurting=hurting)]) == [True]

    def finish_all(self, ended: Sequence[Finished]) -> list[bool]:
        """End looks and plan the next ones; False, in their order, for each whose fence is gone.

        On PostgreSQL this also locks their changes until the transaction ends, so that two workers'
        verdicts on one follow one another. Read what the verdicts are folded from after this.
        """
        changes = sorted({x.leased.look.change for x in ended})
        self._sql.hold(_HOLD_ALL, changes=changes)
        rows = self._sql.rows(_FENCES, {"changes": changes})
        held = {(r.change_id, r.sli, r.number, r.lease) for r in rows}
        kept = [_identity(x.leased) in held for x in ended]
        done = [_finished(x) for x, mine in zip(ended, kept, strict=True) if mine]
        if done:
            self._sql.do(_FINISH, done)
        return kept

    def retry(self, leased: Leased, until: datetime, why: str) -> bool:
        """Give a look back until then, its nominal due unchanged; False where the fence is gone."""
        self._hold(leased.look.change)
        return self._sql.do(_RETRY, _fence(leased) | {"until": until, "reason": why[:500]}) == 1

    def extend(self, leased: Leased, seconds: float) -> bool:
        """Keep a lease for `seconds` from now; False where the fence is gone."""
        return self._sql.do(_EXTEND, _fence(leased) | {"long": int(seconds * SECOND)}) == 1

    def give_back(self, worker: str) -> int:
        """Let others take at once what this worker has leased and not ended; it loses those looks."""
        return self._sql.do(_GIVE_BACK, {"who": worker})

    def hasten(self, change_id: str, at: datetime) -> int:
        """Look at a change at `at`, where its next look comes later; returns how many looks that moved.

        Never before the last look of the SLI: what was seen is not unseen.
        """
        self._hold(change_id)
        return self._sql.do(_HASTEN, {"change": change_id, "wanted": at})

    def close(self, change_id: str) -> int:
        """End the watch on a change; looks under way lose their fence."""
        self._hold(change_id)
        return self._sql.do(_CLOSE, {"change": change_id})

    def progress(self, change_id: str) -> dict[str, tuple[int, datetime | None, bool]]:
        """By SLI: number and nominal due of the last finished look (0 and None before the first), hurting."""
        rows = self._sql.rows(_PROGRESS, {"change": change_id})
        return {r.sli: (r.done_number, r.done_due, r.hurting) for r in rows}

    def open_of(self, change_id: str) -> list[Look]:
        """The looks that are still to come, one an SLI, earliest first."""
        return [_look(r) for r in self._sql.rows(_OPEN_OF, {"change": change_id})]

    def watched(self, change_id: str) -> bool:
        """Whether any look is still to come."""
        return self._sql.first(_OPEN_OF, {"change": change_id}) is not None

    def next_of(self, change_id: str) -> datetime | None:
        """When the change is looked at next."""
        return self.next_of_all([change_id]).get(change_id)

    def next_of_all(self, changes: Sequence[str]) -> dict[str, datetime]:
        """When each of these changes is looked at next; one that no look is planned for is left out."""
        return {r.change_id: r.next for r in self._sql.rows(_NEXT_OF_ALL, {"changes": changes})}

    def next_due(self, *, free: bool = False) -> datetime | None:
        """The earliest time at which any look may be made; `free` leaves out those leased by now."""
        at: datetime | None = self._sql.value(_NEXT_FREE if free else _NEXT)
        return at

    def late(self, now: datetime) -> int:
        """How many looks are due and not yet made."""
        return int(self._sql.value(_LATE, {"now": now}))

    def since(self) -> datetime | None:
        """When the first of all changes that are still watched went live; None where none is watched."""
        return min((at for at in self._sql.first(_SINCE) or () if at), default=None)

    def unlearned(self, until: datetime) -> str | None:
        """The change that is looked at next of those whose level nobody has set yet; None if that is after `until`."""
        found: str | None = self._sql.value(_UNLEARNED, {"until": until})
        return found

    def changes(self, since: datetime, until: datetime) -> int:
        """How many changes that went live in (since, until] are or were watched."""
        return int(self._sql.value(_CHANGES, {"since": since, "until": until}))

    def _hold(self, change_id: str) -> None:
        self._sql.hold(_HOLD, change=change_id)


_CHANGES = (
    select(func.count())
    .select_from(CHANGES)
    .where(
        CHANGES.c.merged_into.is_(None),
        CHANGES.c.at.is_not(None),
        CHANGES.c.shown_at > bindparam("since"),
        CHANGES.c.shown_at <= bindparam("until"),
        select(LOOKS.c.id).where(LOOKS.c.change_id == CHANGES.c.id).exists(),
    )
)
_HOLD = select(CHANGES.c.id).where(CHANGES.c.id == bindparam("change")).with_for_update()
# In one order, so that no two workers wait in a circle.
_HOLD_ALL = (
    select(CHANGES.c.id)
    .where(CHANGES.c.id.in_(bindparam("changes", expanding=True)))
    .order_by(CHANGES.c.id)
    .with_for_update()
)
_HELD = LOOKS.c
_MINE = _HELD.change_id == bindparam("change")
_FENCED = (
    _MINE
    & (_HELD.sli == bindparam("of_sli"))
    & (_HELD.number == bindparam("as_number"))
    & (_HELD.lease == bindparam("fence"))
    & _OPEN
)


def _fence(leased: Leased) -> dict[str, Any]:
    look = leased.look
    return {
        "change": look.change,
        "of_sli": look.sli,
        "as_number": look.number,
        "fence": leased.fence,
    }


def _identity(leased: Leased) -> tuple[str, str, int, int]:
    """What a row still shows while the lease of its look holds."""
    look = leased.look
    return look.change, look.sli, look.number, leased.fence


def _finished(ended: Finished) -> dict[str, Any]:
    following = ended.next or ended.leased.look
    return _fence(ended.leased) | {
        "looked_until": ended.leased.look.due,
        "is_hurting": ended.hurting,
        "goes_on": ended.next is not None,
        "next_number": following.number,
        "next_due": following.due,
        "next_anchor": following.anchor,
        "is_later": following.later,
    }


def _plan(insert: Upsert) -> Executable:
    new = insert.excluded
    same = ("open", "number", "due", "not_before", "anchor", "later")
    other = _HELD.open.is_(False) | (_HELD.anchor != new.anchor) | (_HELD.due > new.due)
    return insert.on_conflict_do_update(
        index_elements=["change_id", "sli"],
        set_={name: new[name] for name in same}
        | {"lease": _HELD.lease + 1, "lease_until": 0, "attempts": 0, "why": ""},
        where=other & (_HELD.done_number < new.number),
    )


_PLAN = Adding(LOOKS, _plan)
_LEASE = leasing(LOOKS, _OPEN)
_LEASE_BUT = leasing(LOOKS, _OPEN, _HELD.sli.not_in(bindparam("without", expanding=True)))
_FINISH = (
    update(LOOKS)
    .where(_FENCED)
    .values(
        done_number=_HELD.number,
        done_due=bindparam("looked_until"),
        hurting=bindparam("is_hurting"),
        open=bindparam("goes_on"),
        number=bindparam("next_number"),
        due=bindparam("next_due"),
        not_before=bindparam("next_due"),
        anchor=bindparam("next_anchor"),
        later=bindparam("is_later"),
        lease_until=0,
        attempts=0,
        why="",
    )
)
_OF_THESE = _HELD.change_id.in_(bindparam("changes", expanding=True))
# Locked on PostgreSQL, where another worker could else take over a row between this and its end.
_FENCES = (
    select(_HELD.change_id, _HELD.sli, _HELD.number, _HELD.lease)
    .where(_OF_THESE, _OPEN)
    .with_for_update()
)
_RETRY = (
    update(LOOKS)
    .where(_FENCED)
    .values(not_before=bindparam("until"), lease_until=0, why=bindparam("reason"))
)
_EXTEND = (
    update(LOOKS).where(_FENCED).values(lease_until=DatabaseNow() + bindparam("long", type_=Wide))
)
_GIVE_BACK = given_back(LOOKS, _OPEN)
_WANTED = bindparam("wanted", type_=Instant)
_BOUND = case((_HELD.done_due > _WANTED, _HELD.done_due), else_=_WANTED)
_HASTEN = (
    update(LOOKS)
    .where(_MINE, _OPEN, _HELD.due > _BOUND)
    .values(due=_BOUND, not_before=_BOUND, why="")
)
_CLOSE = update(LOOKS).where(_MINE, _OPEN).values(open=False, lease=_HELD.lease + 1, lease_until=0)
_PROGRESS = select(_HELD.sli, _HELD.done_number, _HELD.done_due, _HELD.hurting).where(_MINE)
_OPEN_OF = select(LOOKS).where(_MINE, _OPEN).order_by(_HELD.due, _HELD.sli)
_SINCE = (
    select(func.min(_HELD.anchor, type_=Instant), func.min(CHANGES.c.at, type_=Instant))
    .join_from(LOOKS, CHANGES, CHANGES.c.id == _HELD.change_id)
    .where(_OPEN)
)
_NEXT_OF_ALL = (
    select(_HELD.change_id, func.min(_HELD.due, type_=Instant).label("next"))
    .where(_OF_THESE, _OPEN)
    .group_by(_HELD.change_id)
)
_NEXT = select(_HELD.not_before).where(_OPEN).order_by(_HELD.not_before).limit(1)
_NEXT_FREE = _NEXT.where(_HELD.lease_until <= DatabaseNow())
_LATE = select(func.count()).where(_OPEN, _HELD.not_before <= bindparam("now"))
_UNLEARNED = (
    select(_HELD.change_id)
    .outerjoin(LEVELS, LEVELS.c.change_id == _HELD.change_id)
    .where(_OPEN, _HELD.not_before <= bindparam("until"), LEVELS.c.change_id.is_(None))
    .order_by(_HELD.not_before, _HELD.change_id)
    .limit(1)
)


def _look(row: Row[Any]) -> Look:
    return Look(
        change=row.change_id,
        sli=row.sli,
        number=row.number,
        due=row.due,
        anchor=row.anchor,
        later=row.later,
    )


def _leased(row: Row[Any]) -> Leased:
    return Leased(look=_look(row), fence=row.lease, attempts=row.attempts, why=row.why)
