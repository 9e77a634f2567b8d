"""The looks that are due, one row a change and SLI, leased by workers in the database's time.

A lease is a number that grows with each lease of the row: whoever holds an older one, or another
look's number, has lost the row and may write nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    case,
    func,
    literal,
    select,
    text,
    update,
)

from shipwake.domain import Look
from shipwake.store.changes_table import CHANGES
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.sql import Sql

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
Index("ix_due_looks_waiting", LOOKS.c.not_before, sqlite_where=_OPEN, postgresql_where=_OPEN)
LEVELS = Table(
    "levels",
    METADATA,
    Column("change_id", Text, ForeignKey("changes.id"), primary_key=True),
    Column("early", Float, nullable=False),
    Column("later", Float, nullable=False),
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
        insert = self._sql.insert(LOOKS).values(
            change_id=change_id,
            sli=sli,
            open=True,
            number=number,
            due=due,
            not_before=due,
            anchor=anchor,
            later=later,
        )
        held = LOOKS.c
        other = (held.open.is_(False)) | (held.anchor != anchor) | (held.due > due)
        newer = {
            "open": True,
            "number": number,
            "due": due,
            "not_before": due,
            "anchor": anchor,
            "later": later,
            "lease": held.lease + 1,
            "lease_until": 0,
            "attempts": 0,
            "why": "",
        }
        self._sql.do(
            insert.on_conflict_do_update(
                index_elements=["change_id", "sli"],
                set_=newer,
                where=other & (held.done_number < number),
            )
        )

    def lease(self, now: datetime, limit: int, worker: str, seconds: float) -> list[Leased]:
        """Take looks that are due at the flow's `now`, earliest first, for `seconds` of database time."""
        clock = self._sql.now()
        free = (
            select(LOOKS.c.id)
            .where(_OPEN, LOOKS.c.not_before <= now, LOOKS.c.lease_until <= clock)
            .order_by(LOOKS.c.not_before)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .cte("free")
        )
        taken = (
            update(LOOKS)
            .where(LOOKS.c.id.in_(select(free.c.id)))
            .values(
                lease=LOOKS.c.lease + 1,
                lease_until=clock + int(seconds * SECOND),
                worker=worker,
                attempts=LOOKS.c.attempts + 1,
            )
            .returning(LOOKS)
        )
        rows = self._sql.rows(taken)
        return sorted((_leased(r) for r in rows), key=lambda x: (x.look.due, x.look.change))

    def finish(self, leased: Leased, next: Look | None, *, hurting: bool = False) -> bool:  # noqa: A002 - what follows
        """End a look and plan the next; False where the fence is gone, and then write nothing else.

        On PostgreSQL this also locks the change until the transaction ends, so that two workers'
        verdicts on it follow one another. Read what the verdict is folded from after this.
        """
        self._hold(leased.look.change)
        done: dict[str, Any] = {
            "done_number": leased.look.number,
            "done_due": leased.look.due,
            "hurting": hurting,
            "lease_until": 0,
            "attempts": 0,
            "why": "",
        }
        if next is None:
            done["open"] = False
        else:
            done |= {
                "number": next.number,
                "due": next.due,
                "not_before": next.due,
                "anchor": next.anchor,
                "later": next.later,
            }
        return self._sql.do(update(LOOKS).where(_fenced(leased)).values(done)) == 1

    def retry(self, leased: Leased, until: datetime, why: str) -> bool:
        """Give a look back until then, its nominal due unchanged; False where the fence is gone."""
        self._hold(leased.look.change)
        again = {"not_before": until, "lease_until": 0, "why": why[:500]}
        return self._sql.do(update(LOOKS).where(_fenced(leased)).values(again)) == 1

    def extend(self, leased: Leased, seconds: float) -> bool:
        """Keep a lease for `seconds` from now; False where the fence is gone."""
        until = self._sql.now() + int(seconds * SECOND)
        longer = update(LOOKS).where(_fenced(leased)).values(lease_until=until)
        return self._sql.do(longer) == 1

    def hasten(self, change_id: str, at: datetime) -> int:
        """Look at a change at `at`, where its next look comes later; returns how many looks that moved.

        Never before the last look of the SLI: what was seen is not unseen.
        """
        self._hold(change_id)
        held = LOOKS.c
        bound = case((held.done_due > at, held.done_due), else_=literal(at, Instant))
        waiting = update(LOOKS).where(held.change_id == change_id, _OPEN, held.due > bound)
        return self._sql.do(waiting.values(due=bound, not_before=bound, why=""))

    def close(self, change_id: str) -> int:
        """End the watch on a change; looks under way lose their fence."""
        self._hold(change_id)
        mine = update(LOOKS).where(LOOKS.c.change_id == change_id, _OPEN)
        return self._sql.do(mine.values(open=False, lease=LOOKS.c.lease + 1, lease_until=0))

    def progress(self, change_id: str) -> dict[str, tuple[int, datetime | None, bool]]:
        """By SLI: number and nominal due of the last finished look (0 and None before the first), hurting."""
        found = select(LOOKS.c.sli, LOOKS.c.done_number, LOOKS.c.done_due, LOOKS.c.hurting)
        rows = self._sql.rows(found.where(LOOKS.c.change_id == change_id))
        return {r.sli: (r.done_number, r.done_due, r.hurting) for r in rows}

    def open_of(self, change_id: str) -> list[Look]:
        """The looks that are still to come, one an SLI, earliest first."""
        found = select(LOOKS).where(LOOKS.c.change_id == change_id, _OPEN)
        return [_look(r) for r in self._sql.rows(found.order_by(LOOKS.c.due, LOOKS.c.sli))]

    def watched(self, change_id: str) -> bool:
        """Whether any look is still to come."""
        found = select(LOOKS.c.id).where(LOOKS.c.change_id == change_id, _OPEN)
        return self._sql.first(found.limit(1)) is not None

    def next_of(self, change_id: str) -> datetime | None:
        """When the change is looked at next."""
        mine = select(func.min(LOOKS.c.due, type_=Instant))
        at: datetime | None = self._sql.value(mine.where(LOOKS.c.change_id == change_id, _OPEN))
        return at

    def next_due(self, *, free: bool = False) -> datetime | None:
        """The earliest time at which any look may be made; `free` leaves out those leased by now."""
        earliest = select(LOOKS.c.not_before).where(_OPEN)
        if free:
            earliest = earliest.where(LOOKS.c.lease_until <= self._sql.now())
        at: datetime | None = self._sql.value(earliest.order_by(LOOKS.c.not_before).limit(1))
        return at

    def late(self, now: datetime) -> int:
        """How many looks are due and not yet made."""
        due = select(func.count()).where(_OPEN, LOOKS.c.not_before <= now)
        return int(self._sql.value(due))

    def unlearned(self, limit: int) -> list[str]:
        """Watched changes whose level nobody has set yet, those due first."""
        found = (
            select(LOOKS.c.change_id)
            .outerjoin(LEVELS, LEVELS.c.change_id == LOOKS.c.change_id)
            .where(LOOKS.c.open, LEVELS.c.change_id.is_(None))
            .group_by(LOOKS.c.change_id)
            .order_by(func.min(LOOKS.c.not_before))
            .limit(limit)
        )
        return [r.change_id for r in self._sql.rows(found)]

    def level(self, change_id: str) -> tuple[float, float] | None:
        """What the change's evidence is held against: (early, later)."""
        row = self._sql.first(select(LEVELS).where(LEVELS.c.change_id == change_id))
        return (row.early, row.later) if row else None

    def set_level(self, change_id: str, early: float, later: float) -> tuple[float, float]:
        """Keep the level; the first one stays, and is returned."""
        insert = self._sql.insert(LEVELS).values(change_id=change_id, early=early, later=later)
        self._sql.do(insert.on_conflict_do_nothing(index_elements=["change_id"]))
        return self.level(change_id) or (early, later)

    def _hold(self, change_id: str) -> None:
        self._sql.hold(CHANGES, change_id)


def _fenced(leased: Leased) -> Any:  # noqa: ANN401 - a condition
    look, held = leased.look, LOOKS.c
    return (
        (held.change_id == look.change)
        & (held.sli == look.sli)
        & (held.number == look.number)
        & (held.lease == leased.fence)
        & _OPEN
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
