"""Where pushed samples go: each to the nearest slot of its series, the latest of a step, chunk by chunk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

import numpy as np
import numpy.typing as npt

from shipwake.store.chunks import SHIFT, Laid
from shipwake.store.grid import Grid, nearest
from shipwake.store.measurements import SAME_STEP, Measured, Pushed


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Samples of one SLI at one step; an SLI whose step or kind was changed has several."""

    id: int
    sli: str
    columns: int
    grid: Grid

    @property
    def step(self) -> timedelta:
        """Time between two slots."""
        return timedelta(seconds=self.grid.step_s)


_NOWHERE = Series(id=0, sli="", columns=1, grid=Grid(step_s=1, phase_s=0, slots=1))
"""Stands in for the series of a push without a sample."""


@dataclass(frozen=True, slots=True)
class Placed:
    """Samples by chunk, in the order of their pushes, and the outcome of each push."""

    laid: list[Laid]
    outcomes: list[Pushed]


def place(measured: Measured, series: Sequence[Series | None]) -> Placed:
    """Place the samples of some pushes; `series` is that of each push (None where it has no sample)."""
    push = measured.push
    known = [s or _NOWHERE for s in series]
    steps = np.array([s.grid.step_s for s in known])[push]
    phases = np.array([s.grid.phase_s for s in known])[push]
    sizes = np.array([s.grid.slots for s in known])[push]
    ids = np.array([s.id for s in known])[push]
    slots = nearest(measured.times_s, steps, phases)
    order = np.lexsort((measured.times_s, slots, push))
    kept = order[_last_of_each(push[order], slots[order])]
    chunk = slots[kept] // sizes[kept]
    at = slots[kept] - chunk * sizes[kept]
    rows = (ids[kept] << SHIFT) + chunk
    values, states = measured.values[kept], measured.states[kept]
    ends = np.flatnonzero(_last_of_each(push[kept], rows)) + 1
    laid = [
        Laid(row, size, at[i:j], values[i:j], states[i:j])
        for i, j, row, size in zip(
            [0, *ends.tolist()][:-1],
            ends.tolist(),
            rows[ends - 1].tolist(),
            sizes[kept][ends - 1].tolist(),
            strict=True,
        )
    ]
    return Placed(laid, _outcomes(measured, kept, len(series)))


def _last_of_each(
    one: npt.NDArray[np.int64], other: npt.NDArray[np.int64]
) -> npt.NDArray[np.bool_]:
    """Which of these pairs, where equal ones stand together, is the last of its like."""
    last = np.ones(len(one), np.bool_)
    last[:-1] = (one[1:] != one[:-1]) | (other[1:] != other[:-1])
    return last


def _outcomes(measured: Measured, kept: npt.NDArray[np.intp], pushes: int) -> list[Pushed]:
    stored = np.bincount(measured.push[kept], minlength=pushes)
    doubled = np.bincount(measured.push, minlength=pushes) - stored
    return [
        Pushed(stored=n, reasons=reasons | {SAME_STEP: twice} if twice else reasons)
        for n, twice, reasons in zip(
            stored.tolist(), doubled.tolist(), measured.reasons, strict=True
        )
    ]
