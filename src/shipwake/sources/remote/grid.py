"""The regular grid that a remote source's answers are laid on; refuses points beside it, and windows without end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Self

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats, Samples, Slot, utc
from shipwake.sources import SourceError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)
LONGEST = 10_000_000
"""Slots of one reading: 28 days at one second are 2.4 million."""
BESIDE_MS = 1.0
"""How far a stamp may lie beside its slot: what writing it in decimals can lose."""

Flags = npt.NDArray[np.bool_]
Span = tuple[int, int]
"""Slots from the first (included) to the second (not)."""


@dataclass(frozen=True, slots=True)
class Grid:
    """`n` slots labelled `t0_ms + i·step_ms` (milliseconds since 1970, in which the arithmetic is exact)."""

    t0_ms: int
    step_ms: int
    n: int

    @classmethod
    def over(cls, start: datetime, end: datetime, step: timedelta) -> Self:
        """The whole multiples of `step` from `start` (included) to `end` (not); raises SourceError beyond LONGEST."""
        step_ms = max(1, round(step / MILLISECOND))
        first, last = (_multiple(at, step_ms) for at in (start, end))
        if last - first > LONGEST:
            message = f"{last - first} samples of {step} in one reading; at most {LONGEST} are read at once"
            raise SourceError(message, permanent=True)
        return cls(first * step_ms, step_ms, max(0, last - first))

    @property
    def step_s(self) -> float:
        """Seconds between two slots."""
        return self.step_ms / 1000

    def label(self, slot: int) -> str:
        """The label of a slot in seconds since 1970, with three decimals where it has any."""
        return f"{(self.t0_ms + slot * self.step_ms) / 1000:.3f}".removesuffix(".000")

    def until(self, at: datetime) -> int:
        """How many slots are labelled at `at` or before."""
        passed = ((utc(at) - EPOCH) // MILLISECOND - self.t0_ms) // self.step_ms + 1
        return max(0, min(self.n, passed))

    def spans(self, end: int, most: int) -> list[Span]:
        """The slots up to `end` in pieces of at most `most`."""
        return [(i, min(i + most, end)) for i in range(0, min(end, self.n), most)]

    def coarser(self, end: int, most: int) -> Self:
        """The slots up to `end`, so many left out between them that at most `most` stay."""
        factor = -(-end // most)
        return type(self)(self.t0_ms, factor * self.step_ms, -(-end // factor))

    def slots(self, times_s: Floats) -> npt.NDArray[np.int64]:
        """The slot of each time, shape [m]; below 0 or from n on outside the grid. Raises SourceError beside a slot."""
        exact = (times_s * 1000.0 - self.t0_ms) / self.step_ms
        nearest = np.rint(exact)
        beside = np.abs(exact - nearest) * self.step_ms > BESIDE_MS
        if beside.any():
            stray = times_s[np.flatnonzero(beside)[0]]
            message = (
                f"answered for {stray:.3f} and other times beside the multiples of {self.step_s:g} s that it was asked"
                " for; nothing is moved in time here: set the SLI's step to that of the answer, or have what changes"
                " the question on its way leave it alone"
            )
            raise SourceError(message, permanent=True)
        return nearest.astype(np.int64)

    def samples(self, lines: Sequence["Line"], arrived: int) -> Samples:
        """One column a line. A slot from `arrived` on has not arrived; an infinite number is no measurement."""
        values = np.stack([line.values for line in lines], axis=1)
        finite = np.isfinite(values).all(axis=1)
        states = np.where(np.isinf(values).any(axis=1), Slot.ERROR, Slot.GAP).astype(np.uint8)
        states[finite] = Slot.VALUE
        states[arrived:] = Slot.NOT_ARRIVED
        values[states != Slot.VALUE] = np.nan
        return Samples(self.t0_ms / 1000, self.step_s, values, states)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One series on a grid of `n` slots: `values` [n], NaN where there is none, and `present` [n]: answered at all."""

    n: int
    values: Floats = field(init=False)
    present: Flags = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", np.full(self.n, np.nan))
        object.__setattr__(self, "present", np.zeros(self.n, bool))

    def lay(self, slots: npt.NDArray[np.int64], values: Floats) -> None:
        """Put values into their slots, both of shape [m]; those outside the grid were not asked for."""
        inside = (slots >= 0) & (slots < self.n)
        self.values[slots[inside]] = values[inside]
        self.present[slots[inside]] = True


def _multiple(at: datetime, step_ms: int) -> int:
    """The first whole multiple of the step at `at` or after."""
    microseconds = (utc(at) - EPOCH) // timedelta(microseconds=1)
    return -(-microseconds // (step_ms * 1000))
