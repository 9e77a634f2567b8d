"""A path of residuals in a few numbers: its level, its latest level, its worst stretch; a burst moves none."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import Protocol

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import STOPS
from shipwake.judge.sums import Slots, running_sums

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
    SPIKES = 5
    """Short excursions again and again: what drawing in takes away, without the two that it takes most from."""


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
        Shape.SPIKES: m >= 20,
    }
    return [shape for shape, enough in known.items() if enough]


STATISTICS = tuple(Statistic(m, shape) for m in STOPS for shape in _shapes(m))
HORIZONS = np.array([s.horizon for s in STATISTICS])


class Measure(Protocol):
    """What sums of residuals over slots [start, end), `dropped` of them left out, are divided by."""

    def over(self, start: Slots, end: Slots, dropped: int) -> Floats:
        """For k stretches: [k, 1], or [k, n] where each path has its own."""
        ...


@dataclass(frozen=True, slots=True)
class Mean:
    """Sums become means: residuals whose scale is known already."""

    def over(self, start: Slots, end: Slots, dropped: int) -> Floats:
        """The numbers of samples that stay."""
        return (end - start - dropped).astype(np.float64)[:, None]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """Residual paths [60, n], a column each; missing samples are 0; `drawn` are those drawn in to a limit.

    Slots come first, so that sums over slots run along whole rows of memory.
    """

    raw: Floats
    drawn: Floats
    measure: Measure

    def less(self, curve: Floats) -> "Paths":
        """The same paths with a curve [60, n] taken off."""
        return Paths(self.raw - curve, self.drawn - curve, self.measure)


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """Running sums [61, n] and the sums of each three consecutive samples [58, n]."""

    total: Floats
    bursts: Floats

    @classmethod
    def of(cls, z: Floats) -> "_Sums":
        total = running_sums(z)
        return cls(total, total[BURST:] - total[:-BURST])


def both_ways(paths: Paths) -> tuple[Floats, Floats]:
    """Every statistic of every path, large where it went up, and where it went down.

    Each of shape [len(STATISTICS), n].
    """
    raw, drawn, measure = _Sums.of(paths.raw), _Sums.of(paths.drawn), paths.measure
    short, late, middle, sevens = _split(_less_a_burst(raw, RAW, measure))
    lasting = _less_a_burst(drawn, DRAWN, measure)
    first = _least_of_all(paths.raw, measure)
    thirds = _least_third(drawn, measure)
    spikes = _spikes(paths.raw - paths.drawn, measure)
    up, down = (np.empty((len(STATISTICS), paths.raw.shape[1])) for _ in range(2))
    for k, out in enumerate((up, down)):
        out[ROWS[Shape.LEVEL]] = np.concatenate([first[k], short[k], lasting[k]])
        out[ROWS[Shape.LASTING]] = thirds[k]
        out[ROWS[Shape.LATEST]] = late[k]
        out[ROWS[Shape.RISING]] = np.minimum(RISE * middle[k], late[k])
        out[ROWS[Shape.STRETCH]] = np.maximum.accumulate(sevens[k], axis=0)[STRETCH_ENDS]
        out[ROWS[Shape.SPIKES]] = spikes[k]
    return up, down


def levels(paths: Paths) -> Floats:
    """The same means with nothing left out, signed: [len(STATISTICS), n]. For curves, which have no bursts."""
    total = _Sums.of(paths.raw).total
    size = paths.measure.over(PLAIN.start, PLAIN.end, 0)
    return np.asarray((total[PLAIN.end] - total[PLAIN.start]) / size)


def latest(horizon: int) -> int:
    """Samples that the latest level is a mean of."""
    return max(8, horizon // 3)


@dataclass(frozen=True, slots=True, eq=False)
class Stretches:
    """Slots [start, end) of k stretches, a burst long at least; `bursts` [2k] are where their bursts begin and end."""

    start: Slots
    end: Slots
    bursts: Slots

    @classmethod
    def of(cls, bounds: Sequence[tuple[int, int]]) -> "Stretches":
        """Of pairs (start, end)."""
        start, end = np.array(bounds).T
        return cls(start, end, np.stack([start, end - BURST + 1], axis=1).ravel())


def _plain(s: Statistic) -> tuple[int, int]:
    if s.shape is Shape.STRETCH:
        return 0, STRETCH
    late = s.shape in (Shape.LATEST, Shape.RISING)
    return s.horizon - (latest(s.horizon) if late else s.horizon), s.horizon


FIRST_LEVELS = [m for m in STOPS if m <= BURST]
SHORT_LEVELS = [m for m in STOPS if BURST < m < DRAWN_FROM]
LATE = [m for m in STOPS if Shape.LATEST in _shapes(m)]
LASTING = [m for m in STOPS if Shape.LASTING in _shapes(m)]
RAW = Stretches.of(
    [(0, m) for m in SHORT_LEVELS]
    + [(m - latest(m), m) for m in LATE]
    + [(m // 3, m - latest(m)) for m in LATE]
    + [(k, k + STRETCH) for k in range(STRETCHES_TO - STRETCH + 1)]
)
DRAWN = Stretches.of([(0, m) for m in STOPS if m >= DRAWN_FROM])
PLAIN = Stretches.of([_plain(s) for s in STATISTICS])
THIRDS = np.array([[m * k // 3 for k in range(4)] for m in LASTING])
SPIKED = np.array([m for m in STOPS if Shape.SPIKES in _shapes(m)])
SPIKED_FROM = np.zeros_like(SPIKED)
ROWS = {
    shape: np.array([k for k, s in enumerate(STATISTICS) if s.shape is shape]) for shape in Shape
}
STRETCH_ENDS = np.array([s.horizon - STRETCH for s in STATISTICS if s.shape is Shape.STRETCH])


def _least_of_all(raw: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """Of so few samples that a burst may be all of them: the least (and the highest, mirrored)."""
    one = measure.over(np.array([0]), np.array([1]), 0)
    low = np.array([raw[:m].min(axis=0) for m in FIRST_LEVELS])
    high = np.array([raw[:m].max(axis=0) for m in FIRST_LEVELS])
    return low / one, -high / one


def _split(found: tuple[Floats, Floats]) -> list[tuple[Floats, Floats]]:
    """The rows of RAW by what they are of, up and down: short levels, latest, middle, stretches of seven."""
    n, k = len(SHORT_LEVELS), len(LATE)
    edges = [0, n, n + k, n + 2 * k, len(RAW.start)]
    return [(found[0][a:b], found[1][a:b]) for a, b in pairwise(edges)]


def _less_a_burst(sums: _Sums, at: Stretches, measure: Measure) -> tuple[Floats, Floats]:
    """D₃, up and down, each [k, n]: means without the three consecutive samples of largest (least) sum."""
    whole = sums.total[at.end] - sums.total[at.start]
    size = measure.over(at.start, at.end, BURST)
    high, low = _extremes(sums.bursts, at)
    return np.asarray((whole - high) / size), np.asarray((low - whole) / size)


def _extremes(bursts: Floats, at: Stretches) -> tuple[Floats, Floats]:
    """The largest and the least burst of each stretch, [k, n] each."""
    if bursts.shape[1] == 1:  # a look: one call for all stretches, instead of one for each
        flat = np.zeros(len(bursts) + 1)
        flat[:-1] = bursts[:, 0]
        high, low = np.maximum.reduceat(flat, at.bursts), np.minimum.reduceat(flat, at.bursts)
        return high[::2, None], low[::2, None]
    runs = [bursts[a:b] for a, b in at.bursts.reshape(-1, 2).tolist()]
    return np.stack([run.max(axis=0) for run in runs]), np.stack([run.min(axis=0) for run in runs])


def _least_third(sums: _Sums, measure: Measure) -> tuple[Floats, Floats]:
    size = measure.over(THIRDS[:, :-1].ravel(), THIRDS[:, 1:].ravel(), 0)
    moved = np.diff(sums.total[THIRDS], axis=1)
    means = moved / size.reshape(*moved.shape[:2], -1)
    return means.min(axis=1), -means.max(axis=1)


def _spikes(over: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """Up and down the sum of the highest of each three of `over` [60, n], the two highest neighbours left out."""
    n = over.shape[1]
    first, second, third = (over[k::BURST] for k in range(BURST))
    high = np.maximum(np.maximum(first, second), third)
    low = np.minimum(np.minimum(first, second), third)
    highest = np.maximum(np.concatenate([high, -low], axis=1), 0.0)
    total = np.cumsum(highest, axis=0)[SPIKED // BURST - 1]
    burst = np.maximum.accumulate(highest[:-1] + highest[1:], axis=0)[SPIKED // BURST - 2]
    size, found = measure.over(SPIKED_FROM, SPIKED, 0), total - burst
    return found[:, :n] / size, found[:, n:] / size
