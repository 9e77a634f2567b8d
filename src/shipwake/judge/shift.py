"""From residuals back to the indicator's unit: what a move of so much on the judge's scale is in percent or ms."""

import math
from dataclasses import dataclass

import numpy as np

from shipwake.domain import Band, Effect, Floats, Sli, SliKind
from shipwake.judge.counts import CountNoise
from shipwake.judge.effect import estimate
from shipwake.judge.means import came, strayed
from shipwake.judge.normal import Model
from shipwake.judge.watched import Residuals, Watched

FURTHEST = 10.0
"""Times the most that was ever seen, beyond which a move is none that anybody need be told of."""
SMALLEST = 1e-300
"""A level up to this is none to be compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """Levels of an indicator as it is shown, for moves of its mean in units of the normal's own straying.

    `middle` is the mean of the forecasts, in the unit; for counts `rate` of `counted` events in all.
    """

    model: Model
    middle: float
    rate: float
    counted: float
    factor: float

    def level(self, z: float) -> float:
        """The mean that is `z` scales from the forecast's (for counts: an excess of so many deviations)."""
        noise = self.model.noise
        if noise is None:
            return strayed(self.model.transform, self.middle, z, self.model.sigma) * self.factor
        if self.counted <= 0:
            return self.rate * self.factor
        deviation = deviation_of(noise, self.rate, self.counted)
        return float(np.clip(self.rate + z * deviation / self.counted, 0.0, 1.0)) * self.factor

    def usual(self, q: float) -> float:
        """The mean that strays by `q` when nothing changed; where the scale is bent, no more than was ever seen."""
        bent = self.model.noise is None and self.model.transform.power != 1.0
        most = max(self.model.most, self.middle) if bent else math.inf
        return min(self.level(q), most * self.factor)

    def size(self, z: float) -> float | None:
        """How far a move by `z` takes the mean.

        None where a bent scale stretches it beyond all reason: below zero, or far above the most that was ever seen.
        """
        moved, expected = self.level(z), self.level(0.0)
        if self.model.noise is None and self.model.transform.power != 1.0:
            most = FURTHEST * max(self.model.most, self.middle) * self.factor
            if moved > most or (z < 0 and moved <= 0):
                return None
        return abs(moved - expected)


def shown_factor(sli: Sli) -> float:
    """What a share is multiplied by to be shown."""
    return 100.0 if sli.kind is SliKind.RATIO and sli.unit == "%" else 1.0


def shift_of(sli: Sli, model: Model, seen: Watched, found: Residuals) -> Shift:
    """For the samples seen so far."""
    counted = float(seen.read.totals.sum())
    rate = found.rate
    if model.noise is not None and counted > 0:
        rate = float(np.sum(seen.read.parts - found.z) / counted)
    middle = float(foretold_values(model, seen, found).mean()) if model.noise is None else rate
    return Shift(model, middle, rate, counted, shown_factor(sli))


def foretold_values(model: Model, seen: Watched, found: Residuals) -> Floats:
    """What was foretold of the samples that came, in the unit."""
    return model.transform.inverse(found.foretold[seen.read.ok])


def deviation_of(noise: CountNoise, rate: float, counted: float) -> float:
    """The standard deviation of the excess of events of so many counted."""
    return float(noise.deviation(np.array(rate), np.array(counted)))


def relative(size: float, middle: float) -> float | None:
    """`size` as a share of what was expected; None where that is no number (nothing, or next to nothing)."""
    if abs(middle) <= SMALLEST:
        return None
    found = size / abs(middle)
    return found if math.isfinite(found) else None


def effect_of(sli: Sli, shift: Shift, seen: Watched, found: Residuals) -> tuple[Effect, Band]:
    """The move of the mean since the change with its 95 % interval, and where the mean was expected.

    What came is known; uncertain is where it would have been. Of counts the share that comes is a matter of luck
    too.
    """
    if shift.model.noise is not None:
        return _effect_of_counts(sli, shift, shift.model.noise, seen, found)
    ok = seen.read.ok
    mean = came(seen.read.values[ok], foretold_values(shift.model, seen, found)) * shift.factor
    low, middle, high = (shift.usual(q) for q in shift.model.means.at(int(ok.sum())))
    return _effect(sli, mean - middle, (mean - high, mean - low), middle), Band(low=low, high=high)


def _effect_of_counts(
    sli: Sli, shift: Shift, noise: CountNoise, seen: Watched, found: Residuals
) -> tuple[Effect, Band]:
    """Shares of many vary more than shares of few: the interval is as wide as it is at the rate that was found."""
    ok = seen.read.ok
    n = int(ok.sum())
    low, _, high = shift.model.straying.at(n)
    deviation = deviation_of(noise, shift.rate, shift.counted)
    z, wide = float(estimate(found.z[ok][:, None])[0]), 1.0
    z = z * n / deviation if deviation > 0 else 0.0
    if deviation > 0:
        now = deviation_of(noise, shift.level(z) / shift.factor, shift.counted)
        wide = max(now / deviation, 1.0)
    expected = shift.level(0.0)
    moved, *ends = (shift.level(q) - expected for q in (z, z - wide * high, z - wide * low))
    effect = _effect(sli, moved, (ends[0], ends[1]), expected)
    return effect, Band(low=shift.level(low), high=shift.level(high))


def _effect(sli: Sli, moved: float, interval: tuple[float, float], expected: float) -> Effect:
    low, high = interval
    return Effect(
        estimate=moved, low=low, high=high, unit=sli.unit, relative=relative(moved, expected)
    )
