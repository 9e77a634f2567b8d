"""A path of residuals in a few numbers: its level, its latest level, its worst stretch; a burst moves none."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Protocol

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import STOPS

BURST = 3
"""Consecutive samples that a statistic leaves out at its own worst place."""
DRAWN_FROM = 12
"""Samples from which on a level is a mean of residuals that were drawn in."""
RISE = 5 / 3
STRETCH = 7
STRETCHES_FROM, STRETCHES_TO = 8, 30


class Shape(IntEnum):
    """What a statistic looks for."""

    LEVEL = 0
    """A step: the mean since the change."""
    LASTING = 1
    """A step that lasts: the least of the means of three thirds; what comes and goes leaves it low."""
    RISING = 2
    """A ramp: the latest third, or the third before it in proportion, whichever is less."""
    LATEST = 3
    """Something that came late: the mean of the latest third."""
    STRETCH = 4
    """A transient: the worst seven consecutive samples so far."""


@dataclass(frozen=True, slots=True)
class Statistic:
    """One number of a path, known from `horizon` samples on."""

    horizon: int
    shape: Shape


def _shapes(m: int) -> list[Shape]:
    """What m samples are enough to look for."""
    known = {
        Shape.LEVEL: True,
        Shape.LASTING: m >= 12,
        Shape.RISING: m >= 20,
        Shape.LATEST: m >= 20,
        Shape.STRETCH: STRETCHES_FROM <= m <= STRETCHES_TO,
    }
    return [shape for shape, enough in known.items() if enough]


STATISTICS = tuple(Statistic(m, shape) for m in STOPS for shape in _shapes(m))
HORIZONS = np.array([s.horizon for s in STATISTICS])


class Measure(Protocol):
    """What a sum of residuals over slots [start, end), `dropped` of them left out, is divided by."""

    def over(self, start: int, end: int, dropped: int) -> Floats | float:
        """For one stretch: a number, or one a path [n]."""
        ...

    def stretches(self, width: int, count: int, dropped: int) -> Floats | float:
        """For the first `count` stretches of `width`: a number, or [count, n]."""
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
    """Residual paths [60, n], a column each; missing samples are 0; `drawn` are those drawn in to a limit.

    Slots come first, so that sums over slots run along whole rows of memory.
    """

    raw: Floats
    drawn: Floats
    measure: Measure


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Running sums [61, n] and the sums of each three consecutive samples [58, n]."""

    total: Floats
    bursts: Floats

    @classmethod
    def of(cls, z: Floats) -> "_Sums":
        total = np.zeros((len(z) + 1, z.shape[1]))
        np.cumsum(z, axis=0, out=total[1:])
        return cls(total, total[BURST:] - total[:-BURST])


def both_ways(paths: Paths) -> tuple[Floats, Floats]:
    """Every statistic of every path, large where it went up, and where it went down.

    Each of shape [len(STATISTICS), n].
    """
    raw, drawn = _Sums.of(paths.raw), _Sums.of(paths.drawn)
    stretch = _worst_stretches(raw, paths.measure)
    up = np.empty((len(STATISTICS), paths.raw.shape[1]))
    down = np.empty_like(up)
    for k, (m, shape) in enumerate((s.horizon, s.shape) for s in STATISTICS):
        if shape is Shape.STRETCH:
            up[k], down[k] = stretch[0][m - STRETCH], stretch[1][m - STRETCH]
        elif shape is Shape.LATEST:
            up[k], down[k] = _less_a_burst(raw, m - latest(m), m, paths.measure)
        elif shape is Shape.RISING:
            up[k], down[k] = _rising(raw, m, paths.measure)
        elif shape is Shape.LASTING:
            up[k], down[k] = _least_third(drawn, m, paths.measure)
        elif m <= BURST:
            one = paths.measure.over(0, 1, 0)
            up[k], down[k] = paths.raw[:m].min(axis=0) / one, -paths.raw[:m].max(axis=0) / one
        else:
            up[k], down[k] = _less_a_burst(drawn if m >= DRAWN_FROM else raw, 0, m, paths.measure)
    return up, down


def levels(paths: Paths) -> Floats:
    """The same means with nothing left out, signed: [len(STATISTICS), n]. For curves, which have no bursts."""
    total = _Sums.of(paths.raw).total
    found = []
    for s in STATISTICS:
        width = s.horizon
        if s.shape is Shape.STRETCH:
            width = STRETCH
        elif s.shape in (Shape.LATEST, Shape.RISING):
            width = latest(s.horizon)
        start = 0 if s.shape is Shape.STRETCH else s.horizon - width
        size = paths.measure.over(start, start + width, 0)
        found.append((total[start + width] - total[start]) / size)
    return np.stack(found)


def latest(horizon: int) -> int:
    """Samples that the latest level is a mean of."""
    return max(8, horizon // 3)


def _less_a_burst(sums: _Sums, start: int, end: int, measure: Measure) -> tuple[Floats, Floats]:
    """D₃: the mean of [start, end) without the three consecutive samples of largest (least) sum."""
    whole = sums.total[end] - sums.total[start]
    within = sums.bursts[start : end - BURST + 1]
    size = measure.over(start, end, BURST)
    return np.asarray((whole - within.max(axis=0)) / size), np.asarray(
        (within.min(axis=0) - whole) / size
    )


def _rising(sums: _Sums, m: int, measure: Measure) -> tuple[Floats, Floats]:
    """The less of D₃ of the latest third and 5/3 of D₃ of the third before: a line from zero has both alike."""
    middle, last = m // 3, m - latest(m)
    before = _less_a_burst(sums, middle, last, measure)
    now = _less_a_burst(sums, last, m, measure)
    return np.minimum(RISE * before[0], now[0]), np.minimum(RISE * before[1], now[1])


def _least_third(sums: _Sums, m: int, measure: Measure) -> tuple[Floats, Floats]:
    edges = [m * k // 3 for k in range(4)]
    means = np.stack(
        [(sums.total[b] - sums.total[a]) / measure.over(a, b, 0) for a, b in pairwise(edges)]
    )
    return means.min(axis=0), -means.max(axis=0)


def _worst_stretches(sums: _Sums, measure: Measure) -> tuple[Floats, Floats]:
    """Running maximum of D₃ over stretches of seven, up and down: row k ends at sample k + 7."""
    count = STRETCHES_TO - STRETCH + 1
    whole = sums.total[STRETCH : STRETCH + count] - sums.total[:count]
    high, low = sums.bursts[:count].copy(), sums.bursts[:count].copy()
    for k in range(1, STRETCH - BURST + 1):
        np.maximum(high, sums.bursts[k : k + count], out=high)
        np.minimum(low, sums.bursts[k : k + count], out=low)
    size = measure.stretches(STRETCH, count, BURST)
    return (
        np.maximum.accumulate((whole - high) / size, axis=0),
        np.maximum.accumulate((low - whole) / size, axis=0),
    )
