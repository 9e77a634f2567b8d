"""How each source answers, one row a source that was ever asked: written where that turns, not at each question."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Column, Float, Integer, Row, Table, Text, bindparam, select, text, update

from shipwake.store.columns import METADATA, Instant
from shipwake.store.sql import Adding, Sql


class Flow(StrEnum):
    """Whether questions pass: all, none, or one that tries."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


CIRCUITS = Table(
    "circuits",
    METADATA,
    Column("source", Text, primary_key=True),
    Column("flow", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("trips", Integer, nullable=False, server_default="0"),
    Column("why", Text, nullable=False, server_default=text("''")),
    Column("failed", Instant),
    Column("answered", Instant),
    Column("median_s", Float),
)
LONGEST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """One source as all processes know it. `flow` holds since `since`; nothing is asked before `until`.

    `failures` in a row led here, `trips` times it was left alone since it last answered. `why` is the last failure, at
    `failed`; `answered` is when it last answered, `median_s` the median of its last answers' seconds.
    """

    source: str
    flow: Flow
    since: datetime
    until: datetime | None = None
    failures: int = 0
    trips: int = 0
    why: str = ""
    failed: datetime | None = None
    answered: datetime | None = None
    median_s: float | None = None


class Circuits:
    """`tx.circuits`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def all(self) -> dict[str, Circuit]:
        """Every source that was ever asked, by name."""
        return {r.source: _circuit(r) for r in self._sql.rows(_ALL)}

    def put(self, circuit: Circuit) -> None:
        """Remember how a source stands."""
        self._sql.add(
            _PUT,
            source=circuit.source,
            flow=circuit.flow.value,
            since=circuit.since,
            until=circuit.until,
            failures=circuit.failures,
            trips=circuit.trips,
            why=circuit.why[:LONGEST],
            failed=circuit.failed,
            answered=circuit.answered,
            median_s=circuit.median_s,
        )

    def try_it(self, source: str, now: datetime, until: datetime) -> bool:
        """Let one worker ask a source that is left alone; False where its time has not come, or another tries.

        Whoever tries and never says how it went has its turn until `until`.
        """
        turn = {"of_source": source, "now": now, "turn": until}
        return self._sql.do(_TRY, turn) == 1


_C = CIRCUITS.c
_ALL = select(CIRCUITS).order_by(_C.source)
_SAME = ("flow", "since", "until", "failures", "trips", "why", "failed", "answered", "median_s")
_PUT = Adding(
    CIRCUITS,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["source"], set_={name: insert.excluded[name] for name in _SAME}
    ),
)
_TRY = (
    update(CIRCUITS)
    .where(
        _C.source == bindparam("of_source"),
        _C.flow != Flow.CLOSED.value,
        _C.until <= bindparam("now"),
    )
    .values(flow=Flow.HALF_OPEN.value, until=bindparam("turn", type_=Instant))
)


def _circuit(row: Row[Any]) -> Circuit:
    return Circuit(
        source=row.source,
        flow=Flow(row.flow),
        since=row.since,
        until=row.until,
        failures=row.failures,
        trips=row.trips,
        why=row.why,
        failed=row.failed,
        answered=row.answered,
        median_s=row.median_s,
    )
