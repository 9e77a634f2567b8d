"""A path of residuals in a few numbers: its level, its latest level, its worst stretch; a burst moves none."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, STOPS

BURST = 3
"""Consecutive samples that a statistic leaves out at its own worst place."""
STRETCH = 7
STRETCHES_FROM, STRETCHES_TO = 8, 30


class Shape(IntEnum):
    """What a statistic looks for."""

    LEVEL = 0
    """A step: the mean since the change."""
    LATEST = 1
    """A ramp: the mean of the last third."""
    STRETCH = 2
    """A transient: the worst seven consecutive samples so far."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of a path, known from `horizon` samples on."""

    horizon: int
    shape: Shape


def _table() -> tuple[Statistic, ...]:
    found = []
    for m in STOPS:
        found.append(Statistic(m, Shape.LEVEL))
        if STRETCHES_FROM <= m <= STRETCHES_TO:
            found.append(Statistic(m, Shape.STRETCH))
        if m >= 20:
            found.append(Statistic(m, Shape.LATEST))
    return tuple(found)


STATISTICS = _table()
HORIZONS = np.array([s.horizon for s in STATISTICS])


class Measure(Protocol):
    """What a sum of residuals over slots [start, end), `dropped` of them left out, is divided by."""

    def over(self, start: int, end: int, dropped: int) -> Floats | float:
        """For one stretch: a number, or one a row [n]."""
        ...

    def stretches(self, width: int, count: int, dropped: int) -> Floats | float:
        """For the first `count` stretches of `width`: a number, or [n, count]."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """Sums become means: residuals whose scale is known already."""

    def over(self, start: int, end: int, dropped: int) -> float:
        """The number of samples that stay."""
        return float(end - start - dropped)

    def stretches(self, width: int, count: int, dropped: int) -> float:
        """The number of samples that stay in each."""
        return float(width - dropped)


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Residual paths [n, 60] that missing samples leave at 0; `drawn` are those drawn in to a limit."""

    raw: Floats
    drawn: Floats
    measure: Measure

    def mirrored(self) -> "Paths":
        """Up and down exchanged."""
        return Paths(-self.raw, -self.drawn, self.measure)


def upward(paths: Paths) -> Floats:
    """Every statistic of every path, large where it went up: [n, len(STATISTICS)]."""
    raw, drawn = _summed(paths.raw), _summed(paths.drawn)
    bursts = raw[:, BURST:] - raw[:, :-BURST]
    worst_drawn = np.maximum.accumulate(drawn[:, BURST:] - drawn[:, :-BURST], axis=1)
    stretch = _worst_stretches(raw, bursts, paths.measure)
    columns = []
    for s in STATISTICS:
        if s.shape is Shape.STRETCH:
            columns.append(stretch[:, s.horizon - STRETCH])
        elif s.shape is Shape.LATEST:
            columns.append(
                _less_a_burst(raw, bursts, s.horizon - latest(s.horizon), s.horizon, paths.measure)
            )
        elif s.horizon <= BURST:
            columns.append(paths.raw[:, : s.horizon].min(axis=1) / paths.measure.over(0, 1, 0))
        elif s.horizon < 12:
            columns.append(_less_a_burst(raw, bursts, 0, s.horizon, paths.measure))
        else:
            kept = drawn[:, s.horizon] - worst_drawn[:, s.horizon - BURST]
            columns.append(kept / paths.measure.over(0, s.horizon, BURST))
    return np.stack(columns, axis=1)


def latest(horizon: int) -> int:
    """Samples that the latest level is a mean of."""
    return max(8, horizon // 3)


def _summed(z: Floats) -> Floats:
    total = np.zeros((len(z), HORIZON + 1))
    np.cumsum(z, axis=1, out=total[:, 1:])
    return total


def _less_a_burst(total: Floats, bursts: Floats, start: int, end: int, measure: Measure) -> Floats:
    """D₃: the mean of [start, end) without the three consecutive samples of largest sum."""
    kept = total[:, end] - total[:, start] - bursts[:, start : end - BURST + 1].max(axis=1)
    return np.asarray(kept / measure.over(start, end, BURST))


def _worst_stretches(total: Floats, bursts: Floats, measure: Measure) -> Floats:
    """Running maximum of D₃ over stretches of seven: column k ends at sample k + 7."""
    count = STRETCHES_TO - STRETCH + 1
    sums = total[:, STRETCH : STRETCH + count] - total[:, :count]
    worst = bursts[:, :count].copy()
    for k in range(1, STRETCH - BURST + 1):
        np.maximum(worst, bursts[:, k : k + count], out=worst)
    level = (sums - worst) / measure.stretches(STRETCH, count, BURST)
    return np.asarray(np.maximum.accumulate(level, axis=1))
