"""How far an indicator moved, by an estimate that no burst moves and no limit caps, with its interval."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Effect, Floats
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.statistics import BURST, Measure

COVERAGE = 0.95
FROM = 12
"""Samples from which on bursts are left out: of fewer, two of them would be half."""
FAR_STOPS = np.array([m for m in STOPS if m >= FROM])
STAYED = 0.5
"""Share of a distance from the forecast that must be a move from where the level stood before the change."""


@dataclass(frozen=True, slots=True, eq=False)
class Straying:
    """Where the estimate lies when nothing changed, per horizon of STOPS: 2.5 % and 97.5 % quantiles."""

    low: Floats
    high: Floats

    def at(self, samples: int) -> tuple[float, float]:
        """Low and high for an estimate from so many samples."""
        k = max(int(np.searchsorted(STOPS, samples, side="right")) - 1, 0)
        return float(self.low[k]), float(self.high[k])


def estimate(z: Floats) -> Floats:
    """Mean [n] of paths [m, n] without the three consecutive samples of largest and of smallest sum.

    Under twelve samples the median.
    """
    m = len(z)
    if m < FROM:
        return np.asarray(np.median(z, axis=0))
    total = np.zeros((m + 1, z.shape[1]))
    np.cumsum(z, axis=0, out=total[1:])
    bursts = total[BURST:] - total[:-BURST]
    return np.asarray((total[m] - bursts.max(axis=0) - bursts.min(axis=0)) / (m - 2 * BURST))


def estimates(z: Floats) -> Floats:
    """The estimate at each of STOPS, for paths [60, n]: [len(STOPS), n]."""
    return np.concatenate([[np.median(z[:m], axis=0) for m in STOPS if m < FROM], far_estimates(z)])


def far_estimates(z: Floats) -> Floats:
    """The same at those of STOPS that leave bursts out: [len(FAR_STOPS), n]."""
    total = np.zeros((HORIZON + 1, z.shape[1]))
    np.cumsum(z, axis=0, out=total[1:])
    bursts = total[BURST:] - total[:-BURST]
    high, low = np.maximum.accumulate(bursts, axis=0), np.minimum.accumulate(bursts, axis=0)
    last = FAR_STOPS - BURST
    return np.asarray((total[FAR_STOPS] - high[last] - low[last]) / (last - BURST)[:, None])


def straying(z: Floats, measure: Measure | None, least: float, effective: float) -> Straying:
    """From placebo paths [60, n] of which `effective` are independent.

    For counts `measure` tells each path's deviation of the mean, in which the quantiles are given, and
    `least` is their least size.
    """
    low, high = [], []
    widen = 1 + 2 / effective
    cut = (1 - COVERAGE) / 2
    ends = np.array(STOPS)
    found = estimates(z)
    if measure is not None:
        found = found * ends[:, None] / measure.over(np.zeros_like(ends), ends, 0)
    for ordered in np.sort(found, axis=1):
        n = len(ordered)
        low.append(min(ordered[int(cut * (n - 1))] * widen, -least))
        high.append(max(ordered[int(np.ceil((1 - cut) * (n - 1)))] * widen, least))
    return Straying(np.array(low), np.array(high))


def stayed(z: Floats, since: Floats, effect: Effect) -> bool:
    """Whether the level is where it was before the change, and only the forecast is far from it.

    Of residuals [k] from the forecast and from where the level stood. A forecast may tell of a return to the
    middle that does not come; then nothing moved with the change. It must have gone half as far as the interval
    is sure of its distance from the forecast.
    """
    sure = effect.low if effect.estimate > 0 else -effect.high
    if sure <= 0 or not len(z):
        return False
    sign = 1 if effect.estimate > 0 else -1
    share = min(sure / abs(effect.estimate), 1.0)
    return bool(sign * since.mean() < STAYED * share * sign * z.mean())
