"""Pushed samples: a series for each SLI and step, on the grid that its first push showed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import (
    Column,
    Float,
    Integer,
    Row,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    delete,
    func,
    select,
)

from shipwake.domain import BadInputError, Samples, Slot, from_epoch
from shipwake.store import chunks
from shipwake.store.columns import METADATA, Wide
from shipwake.store.grid import Grid
from shipwake.store.measurements import Measured, Push, Pushed, admit, push_of
from shipwake.store.place import Series, place
from shipwake.store.sql import Adding, Sql

SERIES = Table(
    "series",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("sli", Text, nullable=False),
    Column("step_s", Float, nullable=False),
    Column("columns", Integer, nullable=False),
    Column("phase_s", Float, nullable=False),
    Column("slots", Integer, nullable=False),
    UniqueConstraint("sli", "step_s", "columns"),
    sqlite_autoincrement=True,
)
_NEW = Adding(SERIES, lambda insert: insert.on_conflict_do_nothing())
_NEWEST = (
    select(SERIES).where(SERIES.c.sli == bindparam("wanted")).order_by(SERIES.c.id.desc()).limit(1)
)
_LOCK = (
    select(SERIES)
    .where(SERIES.c.sli.in_(bindparam("names", expanding=True)))
    .order_by(SERIES.c.id)
    .with_for_update()
)
_CHUNK = chunks.CHUNKS.c.id
_OLDEST = select(
    SERIES,
    select(func.min(_CHUNK))
    .where(
        SERIES.c.id * (1 << chunks.SHIFT) <= _CHUNK,
        (SERIES.c.id + 1) * (1 << chunks.SHIFT) > _CHUNK,
    )
    .scalar_subquery()
    .label("oldest"),
).order_by(SERIES.c.id)
_IDS = (
    select(_CHUNK)
    .where(_CHUNK.between(bindparam("first"), bindparam("last")))
    .order_by(_CHUNK)
    .limit(bindparam("most"))
)
_FORGET = delete(chunks.CHUNKS).where(_CHUNK.in_(bindparam("ids", expanding=True)))
WIDEST = 5_000_000
"""Slots read at once: 28 days of one-second samples twice over."""
MINUTE = timedelta(minutes=1)
Identity = tuple[str, float, int]
"""SLI, step and columns."""


class SampleChunks:
    """`tx.samples`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def push(
        self,
        sli: str,
        step_s: float,
        columns: int,
        times_s: npt.ArrayLike,
        values: npt.ArrayLike,
        state: Slot = Slot.VALUE,
    ) -> Pushed:
        """Store samples of one SLI; see `Push` for shapes. Raises BadInputError for a wrong one."""
        return self.push_all([push_of(sli, step_s, columns, times_s, values, state)])[0]

    def push_all(self, pushes: Sequence[Push]) -> list[Pushed]:
        """Store the samples of many SLIs, each touched chunk read and written once.

        Samples that cannot be measurements are left out and counted by reason; of several in one
        step the latest is kept. The order of pushes and their repetition do not matter but where
        two give different values for one step: the later push wins.
        """
        now = self._sql.clock.now()
        outcomes = [Pushed(stored=0)] * len(pushes)
        groups = []
        for columns in sorted({p.columns for p in pushes}):
            which = [i for i, p in enumerate(pushes) if p.columns == columns]
            groups.append((which, admit([pushes[i] for i in which], now)))
        series = self._series(
            [(pushes[which[m]], t) for which, measured in groups for m, t in _firsts(measured)]
        )
        laid: list[chunks.Laid] = []
        for which, measured in groups:
            own = [series.get(_identity(pushes[i])) for i in which]
            placed = place(measured, own)
            laid += placed.laid
            for i, outcome in zip(which, placed.outcomes, strict=True):
                outcomes[i] = outcome
        chunks.write(self._sql, laid)
        return outcomes

    def _series(self, firsts: Sequence[tuple[Push, float]]) -> dict[Identity, Series]:
        """The series of each push, made where it is new, and locked against other writers.

        A new one's grid goes through the first sample of the first push.
        """
        wanted = {_identity(push): first for push, first in reversed(firsts)}
        known = self._lock(wanted)
        missing = [identity for identity in wanted if identity not in known]
        if not missing:
            return known
        for sli, step_s, columns in missing:
            grid = Grid.through(wanted[sli, step_s, columns], step_s, columns)
            own = {"phase_s": grid.phase_s, "slots": grid.slots}
            self._sql.add(_NEW, sli=sli, step_s=step_s, columns=columns, **own)
        return self._lock(wanted)

    def _lock(self, wanted: Iterable[Identity]) -> dict[Identity, Series]:
        """Known series; all in one statement, in one order, so that no two writers wait in a circle."""
        names = sorted({sli for sli, _, _ in wanted})
        rows = self._sql.rows(_LOCK, {"names": names}) if names else []
        return {(r.sli, r.step_s, r.columns): _read(r) for r in rows}

    def read(self, sli: str, start: datetime, end: datetime) -> Samples:
        """The slots labelled from `start` (included) to `end` (not), of the series last made.

        A slot of which nothing arrived is there all the same, as NOT_ARRIVED. An SLI that never
        pushed gives Samples that say `missing`. Raises BadInputError for a window too wide.
        """
        series = self.newest(sli)
        if series is None:
            return Samples.nothing(start, MINUTE)
        grid = series.grid
        first, last = grid.first_from(start.timestamp()), grid.first_from(end.timestamp())
        if last - first > WIDEST:
            message = f"from {start} to {end} are {last - first} steps of {sli!r}; ask for at most {WIDEST}"
            raise BadInputError(message)
        if last <= first:
            nothing = Samples.nothing(start, series.step, series.columns)
            return replace(nothing, t0_s=grid.label(first), missing=False)
        values, states = chunks.read(
            self._sql, series.id, grid.slots, series.columns, (first, last)
        )
        return Samples(grid.label(first), grid.step_s, values, states)

    def newest(self, sli: str) -> Series | None:
        """The series of an SLI; of several that with the step and kind it was last given."""
        row = self._sql.first(_NEWEST, {"wanted": sli})
        return _read(row) if row else None

    def series(self) -> list[Series]:
        """Every series, by SLI, older steps of the same SLI first."""
        rows = self._sql.rows(select(SERIES).order_by(SERIES.c.sli, SERIES.c.id))
        return [_read(r) for r in rows]

    def last(self, sli: str) -> datetime | None:
        """The label of the newest sample of an SLI; None where it has none."""
        return self._edge(sli, newest=True)

    def first(self, sli: str) -> datetime | None:
        """The label of the oldest sample of an SLI; None where it has none."""
        return self._edge(sli, newest=False)

    def _edge(self, sli: str, *, newest: bool) -> datetime | None:
        series = self.newest(sli)
        if series is None:
            return None
        slot = chunks.edge(self._sql, series.id, series.grid.slots, newest=newest)
        return None if slot is None else from_epoch(series.grid.label(slot))

    def drop(self, sli: str) -> None:
        """Delete every sample of an SLI, and that there ever was one."""
        for series in self.series():
            if series.sli == sli:
                own = chunks.CHUNKS.c.id.between(
                    chunks.key(series.id, 0), chunks.key(series.id + 1, 0) - 1
                )
                self._sql.do(delete(chunks.CHUNKS).where(own))
                self._sql.do(delete(SERIES).where(SERIES.c.id == series.id))

    def old(self, before: datetime, most: int) -> list[int]:
        """Up to so many chunks that end before that time, for `forget`, which then need not look for them."""
        found: list[int] = []
        for row in self._sql.rows(_OLDEST):
            grid = _read(row).grid
            end = chunks.key(row.id, grid.first_from(before.timestamp()) // grid.slots)
            if row.oldest is not None and row.oldest < end and len(found) < most:
                room = {"first": row.oldest, "last": end - 1, "most": most - len(found)}
                found += [r.id for r in self._sql.rows(_IDS, room)]
        return found

    def forget(self, ids: Sequence[int]) -> int:
        """Delete these chunks; returns how many there were."""
        return self._sql.do(_FORGET, {"ids": ids})


def _identity(push: Push) -> Identity:
    return push.sli, float(push.step_s), push.columns


def _firsts(measured: Measured) -> Iterator[tuple[int, float]]:
    """Each push that has any sample, by its number, with the time of the first."""
    numbers, first = np.unique(measured.push, return_index=True)
    yield from zip(numbers.tolist(), measured.times_s[first].tolist(), strict=True)


def _read(row: Row[Any]) -> Series:
    return Series(
        id=row.id,
        sli=row.sli,
        columns=row.columns,
        grid=Grid(step_s=row.step_s, phase_s=row.phase_s, slots=row.slots),
    )
