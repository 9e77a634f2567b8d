"""How far the past of an SLI that another system keeps was read into the store; the samples lie beside those pushed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Float, Integer, Row, Table, Text, bindparam, case, select, update

from shipwake.store.columns import METADATA, Instant
from shipwake.store.sql import Adding, Sql

FILLS = Table(
    "fills",
    METADATA,
    Column("sli", Text, primary_key=True),
    Column("asks", Text, nullable=False),
    Column("start", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Column("oldest", Instant),
    Column("step_s", Float, nullable=False),
    Column("held", Integer, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """Of this SLI every slot labelled from `start` to `until` (not included) was read.

    `asks` identifies what was asked of which source: an answer to another question is of no use.
    `oldest` is the first that held a value, `values` how many did, `step_s` how far apart they were asked for.
    """

    sli: str
    asks: str
    start: datetime
    until: datetime
    oldest: datetime | None = None
    step_s: float
    values: int = 0

    @property
    def series(self) -> str:
        """The name under which the samples lie; no pushed SLI has one like it."""
        return f"{self.sli}\n{self.asks}"


class Fills:
    """`tx.fills`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, fill: Fill) -> None:
        """Remember how far it has come."""
        self._sql.add(
            _PUT,
            sli=fill.sli,
            asks=fill.asks,
            start=fill.start,
            until=fill.until,
            oldest=fill.oldest,
            step_s=fill.step_s,
            held=fill.values,
        )

    def get(self, sli: str) -> Fill | None:
        """How far it has come; None where nothing was read yet."""
        row = self._sql.first(_GET, {"wanted": sli})
        return _fill(row) if row else None

    def let_go(self, before: datetime) -> None:
        """Remember that nothing from before that time is here any more: it is asked for again where it is wanted."""
        self._sql.do(_LET_GO, {"before": before})

    def all(self) -> list[Fill]:
        """Every one, by SLI."""
        return [_fill(r) for r in self._sql.rows(select(FILLS).order_by(FILLS.c.sli))]


def _fill(row: Row[Any]) -> Fill:
    return Fill(
        sli=row.sli,
        asks=row.asks,
        start=row.start,
        until=row.until,
        oldest=row.oldest,
        step_s=row.step_s,
        values=row.held,
    )


_PUT = Adding(
    FILLS,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["sli"],
        set_={c.name: insert.excluded[c.name] for c in FILLS.c if c.name != "sli"}
        # Whoever reads on does not know of what was let go of meanwhile.
        | {
            "start": case(
                (FILLS.c.start > insert.excluded.start, FILLS.c.start), else_=insert.excluded.start
            )
        },
    ),
)
_START = case(
    (FILLS.c.until < bindparam("before", type_=Instant), FILLS.c.until),
    else_=bindparam("before", type_=Instant),
)
_LET_GO = (
    update(FILLS).where(FILLS.c.start < bindparam("before", type_=Instant)).values(start=_START)
)
_GET = select(FILLS).where(FILLS.c.sli == bindparam("wanted"))
