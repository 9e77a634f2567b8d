"""What is owed beside looks and words: back-fills, descriptions of changes, polls; one row a duty, leased by workers.

A duty is `(kind, about)`. `asks` says what exactly is asked: where that is another, the duty is owed anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, Row, Table, Text, bindparam, select, update
from sqlalchemy import text as words

from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.lease import given_back
from shipwake.store.looks import SECOND
from shipwake.store.sql import Adding, DatabaseNow, Sql

DUTIES = Table(
    "duties",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("about", Text, primary_key=True),
    Column("asks", Text, nullable=False),
    Column("open", Boolean, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("lease", Wide, nullable=False, server_default="0"),
    Column("lease_until", Wide, nullable=False, server_default="0"),
    Column("worker", Text, nullable=False, server_default=words("''")),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("why", Text, nullable=False, server_default=words("''")),
)
_OPEN = DUTIES.c.open.is_(True)
Index("ix_duties_owed", DUTIES.c.not_before, sqlite_where=_OPEN, postgresql_where=_OPEN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """One duty and how far it has come: `attempts` since it was last done, `why` the last one failed."""

    kind: str
    about: str
    asks: str
    fence: int
    attempts: int
    why: str
    open: bool
    not_before: datetime


class Duties:
    """`tx.duties`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def owe(self, kind: str, about: str, at: datetime, *, asks: str = "") -> None:
        """See to it that this is done from `at` on; the same again has no effect, even where it is done."""
        self._sql.add(_OWE, kind=kind, about=about, asks=asks, open=True, not_before=at)

    def lease(
        self, now: datetime, kind: str, limit: int, worker: str, seconds: float
    ) -> list[Duty]:
        """Take duties of one kind that are due at the flow's `now`, for `seconds` of database time."""
        lease = {"now": now, "of_kind": kind, "most": limit, "who": worker}
        rows = self._sql.rows(_LEASE, lease | {"long": int(seconds * SECOND)})
        return sorted((_duty(r) for r in rows), key=lambda d: (d.not_before, d.kind, d.about))

    def due(self, now: datetime) -> list[str]:
        """The kinds of duties that may be taken."""
        return [r.kind for r in self._sql.rows(_KINDS, {"now": now})]

    def extend(self, duty: Duty, seconds: float) -> bool:
        """Keep a lease for `seconds` from now; False where it is lost."""
        return self._sql.do(_EXTEND, _fence(duty) | {"long": int(seconds * SECOND)}) == 1

    def done(self, duty: Duty, *, again: datetime | None = None) -> bool:
        """End a duty, or plan it anew; False where the lease is lost."""
        ended = {"goes_on": again is not None, "until": again or self._sql.clock.now()}
        return self._sql.do(_DONE, _fence(duty) | ended) == 1

    def retry(self, duty: Duty, until: datetime, why: str) -> bool:
        """Try again at `until`; False where the lease is lost."""
        return self._sql.do(_RETRY, _fence(duty) | {"until": until, "reason": why[:500]}) == 1

    def give_up(self, duty: Duty, why: str) -> bool:
        """End a duty that cannot be done, with the reason; False where the lease is lost."""
        return self._sql.do(_GIVE_UP, _fence(duty) | {"reason": why[:500]}) == 1

    def give_back(self, worker: str) -> int:
        """Let others take at once what this worker has leased and not ended; it loses those duties."""
        return self._sql.do(_GIVE_BACK, {"who": worker})

    def get(self, kind: str, about: str) -> Duty | None:
        """The duty as it stands."""
        row = self._sql.first(_GET, {"of_kind": kind, "of_about": about})
        return _duty(row) if row else None


def _duty(row: Row[Any]) -> Duty:
    return Duty(
        kind=row.kind,
        about=row.about,
        asks=row.asks,
        fence=row.lease,
        attempts=row.attempts,
        why=row.why,
        open=row.open,
        not_before=row.not_before,
    )


def _fence(duty: Duty) -> dict[str, Any]:
    return {"of_kind": duty.kind, "of_about": duty.about, "fence": duty.fence}


_D = DUTIES.c
_THIS = (_D.kind == bindparam("of_kind")) & (_D.about == bindparam("of_about"))
_FENCED = _THIS & (_D.lease == bindparam("fence"))
_OWE = Adding(
    DUTIES,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["kind", "about"],
        set_={
            "asks": insert.excluded.asks,
            "open": True,
            "not_before": insert.excluded.not_before,
            # Whoever still works on what was asked before loses the lease.
            "lease": _D.lease + 1,
            "lease_until": 0,
            "attempts": 0,
            "why": "",
        },
        where=_D.asks != insert.excluded.asks,
    ),
)
_DUE = _OPEN & (_D.not_before <= bindparam("now")) & (_D.lease_until <= DatabaseNow())
_KINDS = select(_D.kind).where(_DUE).distinct()
_FREE = (
    select(_D.kind, _D.about)
    .where(_DUE, _D.kind == bindparam("of_kind"))
    .order_by(_D.not_before)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
    .cte("free")
)
_LEASE = (
    update(DUTIES)
    .where(
        select(_FREE.c.kind)
        .where(_FREE.c.kind == _D.kind, _FREE.c.about == _D.about)
        .correlate(DUTIES)
        .exists()
    )
    .values(
        lease=_D.lease + 1,
        lease_until=DatabaseNow() + bindparam("long", type_=Wide),
        worker=bindparam("who"),
        attempts=_D.attempts + 1,
    )
    .returning(DUTIES)
)
_EXTEND = (
    update(DUTIES).where(_FENCED).values(lease_until=DatabaseNow() + bindparam("long", type_=Wide))
)
_DONE = (
    update(DUTIES)
    .where(_FENCED)
    .values(
        open=bindparam("goes_on"),
        not_before=bindparam("until"),
        lease_until=0,
        attempts=0,
        why="",
    )
)
_RETRY = (
    update(DUTIES)
    .where(_FENCED)
    .values(not_before=bindparam("until"), lease_until=0, why=bindparam("reason"))
)
_GIVE_UP = update(DUTIES).where(_FENCED).values(open=False, lease_until=0, why=bindparam("reason"))
_GIVE_BACK = given_back(DUTIES, _OPEN)
_GET = select(DUTIES).where(_THIS)
