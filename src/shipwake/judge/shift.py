"""From residuals back to the indicator's unit: what a move of so much on the judge's scale is in percent or ms."""

import math
from dataclasses import dataclass

import numpy as np

from shipwake.domain import Band, Effect, Floats, Sli, SliKind
from shipwake.judge.counts import CountNoise
from shipwake.judge.effect import estimate
from shipwake.judge.moments import HORIZON
from shipwake.judge.normal import Model
from shipwake.judge.watched import Residuals, Watched

SMALLEST = 1e-300
"""A level up to this is none to be compared with."""


@dataclass(frozen=True, slots=True, eq=False)
class Shift:
    """Levels of an indicator as it is shown, for moves of its mean in units of the normal's own straying.

    `foretold` [k] are forecasts on the transformed scale; for counts `rate` of `counted` events in all.
    """

    model: Model
    foretold: Floats
    rate: float
    counted: float
    factor: float

    def level(self, z: float) -> float:
        """The mean where the scaled residuals have the mean `z` (for counts: the excess, in deviations)."""
        noise = self.model.noise
        if noise is None:
            x = self.foretold + z * self.model.sigma
            return float(self.model.transform.inverse(x).mean()) * self.factor
        if self.counted <= 0:
            return self.rate * self.factor
        deviation = deviation_of(noise, self.rate, self.counted)
        return float(np.clip(self.rate + z * deviation / self.counted, 0.0, 1.0)) * self.factor


def shown_factor(sli: Sli) -> float:
    """What a share is multiplied by to be shown."""
    return 100.0 if sli.kind is SliKind.RATIO and sli.unit == "%" else 1.0


def shift_of(sli: Sli, model: Model, seen: Watched, found: Residuals) -> Shift:
    """For the samples seen so far (60 of them are enough to average a forecast)."""
    ok = np.flatnonzero(seen.read.ok)
    some = ok[:: max(1, len(ok) // HORIZON)]
    foretold = found.foretold[some] if len(some) else found.foretold[:1]
    counted = float(seen.read.totals.sum())
    rate = found.rate
    if model.noise is not None and counted > 0:
        rate = float(np.sum(seen.read.parts - found.z) / counted)
    return Shift(model, foretold, rate, counted, shown_factor(sli))


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

    Shares of many vary more than shares of few: the interval is as wide as it is at the rate that was found.
    """
    ok = seen.read.ok
    n = int(ok.sum())
    low, high = shift.model.straying.at(n)
    z = float(estimate(found.z[ok][:, None])[0])
    wide = 1.0
    if shift.model.noise is not None:
        deviation = deviation_of(shift.model.noise, shift.rate, shift.counted)
        z = z * n / deviation if deviation > 0 else 0.0
        now = deviation_of(shift.model.noise, shift.level(z) / shift.factor, shift.counted)
        wide = max(now / deviation, 1.0) if deviation > 0 else 1.0
    expected = shift.level(0.0)
    moved = [shift.level(q) - expected for q in (z, z - wide * high, z - wide * low)]
    effect = Effect(
        estimate=moved[0],
        low=moved[1],
        high=moved[2],
        unit=sli.unit,
        relative=relative(moved[0], expected),
    )
    return effect, Band(low=shift.level(low), high=shift.level(high))
