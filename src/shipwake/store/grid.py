"""Where a sample lies: slots of one step, counted since 1970, and chunks of so many slots; pure arithmetic.

Slot n of a series is labelled `phase_s + n·step_s`; a sample belongs to the nearest slot. Chunk k
holds the slots from `k·slots` on.
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats

Numbers = npt.NDArray[np.int64]
ROOM = 4032
"""Bytes of a chunk: what fits on one page of SQLite, which is the least that it reads or writes."""
SHORTEST_S, LONGEST_S = 1.0, 86_400.0
GRACE_S = 1e-3


def slots_for(columns: int) -> int:
    """How many slots a chunk holds, each a number a column and a byte of state: 448, or 237 of a ratio."""
    return ROOM // (8 * columns + 1)


def nearest(times_s: Floats, step_s: float | Floats, phase_s: float | Floats) -> Numbers:
    """The slot of each time, shape [n]; steps and phases are one for all, or one each."""
    return np.rint((times_s - phase_s) / step_s).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The slots of one series."""

    step_s: float
    phase_s: float
    slots: int

    @classmethod
    def through(cls, time_s: float, step_s: float, columns: int) -> Self:
        """The grid of that step with a slot right at `time_s` (to the millisecond)."""
        phase = round(time_s % step_s, 3)
        phase = phase if phase < step_s else 0.0
        return cls(step_s=step_s, phase_s=phase, slots=slots_for(columns))

    def first_from(self, time_s: float) -> int:
        """The first slot labelled at or after `time_s` (a millisecond of grace)."""
        return int(np.ceil((time_s - GRACE_S - self.phase_s) / self.step_s))

    def label(self, slot: int) -> float:
        """The label of a slot, epoch seconds."""
        return self.phase_s + slot * self.step_s
