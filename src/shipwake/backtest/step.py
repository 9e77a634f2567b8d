"""A step put into samples that had none, on the SLI's own scale; of what is counted it draws whole events."""

from dataclasses import dataclass, replace
from enum import Enum
from statistics import NormalDist
from typing import Self

import numpy as np

from shipwake.domain import Better, Floats, Samples, Sli, SliKind

FACTOR = 1.12
"""One size over the one before it."""
PLAIN = NormalDist()
MANY = 60.0
"""Events expected beyond which their number is drawn from the normal distribution."""


class Scale(Enum):
    """What the size of a step is a share of."""

    LEVEL = "level"
    """The level before it: a latency takes so much longer."""
    TOTAL = "total"
    """All that is counted: so many of a hundred requests fail besides."""
    SPREAD = "spread"
    """How far the samples lie apart: the level is zero or may be negative."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ruler:
    """The sizes [k], ascending, of steps for the worse of one SLI; `sign` is the direction in which it gets worse.

    `spread` is the deviation of its samples, by which sizes of that scale are multiplied.
    """

    sli: Sli
    scale: Scale
    sign: int
    sizes: Floats
    spread: float

    @classmethod
    def of(cls, sli: Sli, samples: Samples) -> Self:
        """Fit for an SLI, from all that is known of it."""
        values = samples.ratio()[samples.present]
        values = values[np.isfinite(values)]
        sign = -1 if sli.better is Better.HIGHER else 1
        scale, largest, smallest = Scale.LEVEL, 100.0, 1e-3
        if sli.kind is SliKind.RATIO:
            scale, largest, smallest = Scale.TOTAL, 1.0, 1e-6
        elif len(values) == 0 or values.min() < 0 or np.median(values) <= 0:
            scale, largest, smallest = Scale.SPREAD, 100.0, 1e-2
        elif sign < 0:
            largest = 1.0
        rungs = int(np.ceil(np.log(largest / smallest) / np.log(FACTOR))) + 1
        sizes = largest * FACTOR ** -np.arange(rungs, dtype=np.float64)[::-1]
        return cls(sli=sli, scale=scale, sign=sign, sizes=sizes, spread=_spread(values))

    def stepped(self, after: Samples, level: float, size: float) -> Samples:
        """`after` as it would have been with a step of `size` from its first sample on; gaps stay gaps.

        `level` is the SLI's level before, a share for a ratio. The same size gives the same samples, and a larger one
        moves each sample at least as far: chance is drawn from the times of the samples.
        """
        return replace(after, values=self.all_stepped(after, level, np.array([size]))[0])

    def all_stepped(self, after: Samples, level: float, sizes: Floats) -> Floats:
        """The values [sizes, k, columns] of all `sizes` [sizes] at once."""
        values = np.repeat(after.values[None], len(sizes), axis=0)
        here = after.present
        size = sizes[:, None]
        if self.scale is Scale.TOTAL:
            part, total = values[:, here, 0], values[:, here, 1]
            room = total - part if self.sign > 0 else part
            extra = _events(size * total, _chance(after.times_s[here]))
            values[:, here, 0] = part + self.sign * np.minimum(extra, room)
        elif self.scale is Scale.SPREAD:
            values[:, here, 0] += self.sign * size * self.spread
        elif self.sli.kind is SliKind.COUNT:
            chance = _chance(after.times_s[here])
            extra = _events(size * np.full((1, len(chance)), max(level, 0.0)), chance)
            values[:, here, 0] = np.maximum(values[:, here, 0] + self.sign * extra, 0.0)
        else:
            values[:, here, 0] *= np.maximum(1 + self.sign * size, 0.0)
        return values

    def place(self, amount: float, level: float) -> int:
        """The place of the size that comes nearest to an amount in the SLI's unit."""
        one, _ = self.shown(1.0, level)
        return int(np.searchsorted(self.sizes[:-1], amount / one)) if one > 0 else 0

    def shown(self, size: float, level: float) -> tuple[float, float | None]:
        """A size in the SLI's unit, and as a share of `level`; None where that is nothing to compare with."""
        if self.scale is Scale.TOTAL:
            factor = 100.0 if self.sli.unit == "%" else 1.0
            return size * factor, size / level if level > 0 else None
        if self.scale is Scale.SPREAD:
            return size * self.spread, None
        return size * abs(level), size


def _spread(values: Floats) -> float:
    """A deviation that no burst moves; one where all values are the same."""
    if len(values) == 0:
        return 1.0
    middle = float(np.median(values))
    mad = 1.4826 * float(np.median(np.abs(values - middle)))
    return mad or float(np.std(values)) or abs(middle) or 1.0


def _chance(times_s: Floats) -> Floats:
    """A number within (0, 1) for each time, [n], without a pattern and always the same (splitmix64, S. Vigna)."""
    z = np.round(times_s * 1000).astype(np.int64).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return np.asarray(((z >> np.uint64(11)).astype(np.float64) + 0.5) / 2.0**53)


def _events(expected: Floats, chance: Floats) -> Floats:
    """How many events there are where `expected` [sizes, k] are on average: Poisson's quantile at `chance` [k]."""
    found = np.zeros(expected.shape)
    drawn = np.broadcast_to(chance, expected.shape)
    few = expected <= MANY
    if few.any():
        found[few] = _few(expected[few], drawn[few])
    if not few.all():
        deviates = np.array([PLAIN.inv_cdf(u) for u in chance.tolist()])
        rate = expected[~few]
        away = np.broadcast_to(deviates, expected.shape)[~few]
        found[~few] = np.maximum(np.round(rate + np.sqrt(rate) * away), 0.0)
    return found


def _few(rate: Floats, chance: Floats) -> Floats:
    """The least counts [n] reached with the probabilities `chance`, term by term for those still short of it."""
    most = int(np.ceil(MANY + 12 * np.sqrt(MANY)))
    found = np.zeros(len(rate))
    left = np.arange(len(rate))
    none, term = np.exp(-rate), np.ones(len(rate))
    reached = none.copy()
    for k in range(1, most + 1):
        short = reached < chance
        if not short.all():
            left, rate, chance = left[short], rate[short], chance[short]
            none, term, reached = none[short], term[short], reached[short]
        if not len(left):
            break
        found[left] = k
        term = term * (rate / k)
        reached = reached + none * term
    return found
