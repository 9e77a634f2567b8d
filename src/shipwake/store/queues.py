"""How much work waits, and since when: counted from the database, so that every process says the same."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from shipwake.domain import Notice
from shipwake.store.codec import decode
from shipwake.store.columns import Instant
from shipwake.store.duties import DUTIES
from shipwake.store.heard import HEARD, Outcome
from shipwake.store.looks import LOOKS
from shipwake.store.outbox import OUTBOX, WAITS
from shipwake.store.sql import Sql


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits to be done now: how many, and the earliest time at which one of them could have been."""

    waiting: int
    oldest: datetime | None


class Queues:
    """`tx.queues`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def now(self, now: datetime) -> dict[str, Queue]:
        """Deliveries, looks, notices and duties that may be done at the flow's `now`."""
        found: dict[str, Queue] = {}
        for name, counted in _COUNTED.items():
            row = self._sql.first(counted, {"now": now})
            found[name] = Queue(row.waiting, row.oldest) if row else Queue(0, None)
        return found | {"notices": Queue(found["notices"].waiting, self._first_notice(now))}

    def _first_notice(self, now: datetime) -> datetime | None:
        """The time of the verdict that the oldest notice tells of: one that was never tried has no time of its own."""
        rows = self._sql.rows(_NOTICES, {"now": now})
        return min((decode(Notice, row.body).at for row in rows), default=None)


def _counted(
    column: ColumnElement[Any], *where: ColumnElement[bool]
) -> Select[int, datetime | None]:
    oldest = func.min(column, type_=Instant).label("oldest")
    return select(func.count().label("waiting"), oldest).where(*where)


FEW = 100
_NOW = bindparam("now", type_=Instant)
_NOTICES = (
    select(OUTBOX.c.body).where(WAITS, OUTBOX.c.not_before <= _NOW).order_by(OUTBOX.c.id).limit(FEW)
)
_COUNTED = {
    "deliveries": _counted(HEARD.c.received, HEARD.c.outcome == Outcome.KEPT.value),
    "looks": _counted(LOOKS.c.not_before, LOOKS.c.open.is_(True), LOOKS.c.not_before <= _NOW),
    "notices": _counted(OUTBOX.c.not_before, WAITS, OUTBOX.c.not_before <= _NOW),
    "duties": _counted(DUTIES.c.not_before, DUTIES.c.open.is_(True), DUTIES.c.not_before <= _NOW),
}
