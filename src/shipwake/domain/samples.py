"""Samples on a regular grid, where value, zero, gap and error are four different things and stay so."""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Self

import numpy as np
import numpy.typing as npt

from shipwake.domain.errors import BadInputError
from shipwake.domain.instant import from_epoch, utc


class Slot(IntEnum):
    """What is known of one slot of the grid."""

    NOT_ARRIVED = 0
    VALUE = 1
    GAP = 2
    """The source answered, and has nothing here."""
    ERROR = 3
    """The source could not be asked."""


Floats = npt.NDArray[np.float64]
States = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """`values` has shape [n, columns] (1, or 2 for a ratio's part and total), `states` shape [n] of Slot.

    Slot i is the sample labelled `t0_s + i·step_s` (epoch seconds). A value that is not VALUE is NaN.
    `missing` says that the source knows no such series at all (a fact, not an error).
    """

    t0_s: float
    step_s: float
    values: Floats
    states: States
    missing: bool = False

    def __post_init__(self) -> None:
        if self.values.ndim != 2 or len(self.values) != len(self.states) or not self.step_s > 0:  # noqa: PLR2004
            shape = self.values.shape
            message = f"samples of shape {shape} with {len(self.states)} states, a step of {self.step_s} s"
            raise BadInputError(message)

    @classmethod
    def nothing(cls, start: datetime, step: timedelta, columns: int = 1) -> Self:
        """No samples: the source knows no such series."""
        return cls(
            utc(start).timestamp(),
            step.total_seconds(),
            np.empty((0, columns)),
            np.empty(0, np.uint8),
            missing=True,
        )

    @classmethod
    def of(cls, start: datetime, step: timedelta, values: npt.ArrayLike) -> Self:
        """Samples from plain numbers, NaN for a gap; shape [n] or [n, columns]."""
        array = np.array(values, dtype=np.float64)
        array = array[:, None] if array.ndim == 1 else array
        states = np.where(np.isfinite(array).all(axis=1), Slot.VALUE, Slot.GAP).astype(np.uint8)
        array[states != Slot.VALUE] = np.nan
        return cls(utc(start).timestamp(), step.total_seconds(), array, states)

    def __len__(self) -> int:
        return len(self.states)

    @property
    def times_s(self) -> Floats:
        """Label of each slot, epoch seconds, shape [n]."""
        times: Floats = self.t0_s + self.step_s * np.arange(len(self.states), dtype=np.float64)
        return times

    @property
    def end(self) -> datetime:
        """Label of the slot after the last."""
        return from_epoch(self.t0_s + self.step_s * len(self.states))

    @property
    def present(self) -> npt.NDArray[np.bool_]:
        """Which slots hold a value, shape [n]."""
        here: npt.NDArray[np.bool_] = self.states == Slot.VALUE
        return here

    def index(self, at: datetime) -> int:
        """The first slot labelled at or after `at` (a millisecond of grace), from 0 to n."""
        offset = (utc(at).timestamp() - self.t0_s) / self.step_s
        return min(max(math.ceil(offset - 1e-3 / self.step_s), 0), len(self.states))

    def between(self, start: datetime, end: datetime) -> "Samples":
        """The slots labelled from `start` (included) to `end` (not included); a view, nothing is copied."""
        i, j = self.index(start), self.index(end)
        return Samples(
            self.t0_s + i * self.step_s,
            self.step_s,
            self.values[i:j],
            self.states[i:j],
            self.missing,
        )

    def from_first_value(self) -> "Samples":
        """The same without what lies before the first value; a view. Without any value, none of it."""
        there = np.flatnonzero(self.present)
        first = int(there[0]) if len(there) else len(self)
        return Samples(
            self.t0_s + first * self.step_s,
            self.step_s,
            self.values[first:],
            self.states[first:],
            self.missing,
        )

    def ratio(self) -> Floats:
        """One number a slot, shape [n]: part/total for two columns (NaN where total is 0), else the value."""
        part: Floats = self.values[:, 0]
        if self.values.shape[1] == 1:
            return part
        total = self.values[:, 1]
        shares: Floats = np.divide(part, total, out=np.full(len(total), np.nan), where=total > 0)
        return shares
