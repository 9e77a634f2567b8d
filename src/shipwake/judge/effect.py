"""How far an indicator moved, by an estimate that no burst moves and no limit caps, with its interval."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Effect, Floats
from shipwake.judge.moments import STOPS
from shipwake.judge.order import medians
from shipwake.judge.statistics import BURST, Measure
from shipwake.judge.sums import running_sums, up_to

COVERAGE = 0.95
FROM = 12
"""Samples from which on bursts are left out: of fewer, two of them would be half."""
FAR_STOPS = np.array([m for m in STOPS if m >= FROM])
STAYED = 0.5
"""Share of a distance from the forecast that must be a move from where the level stood before the change."""


@dataclass(frozen=True, slots=True, eq=False)
class Straying:
    """Where the estimate lies when nothing changed, per horizon of STOPS: 2.5 %, 50 % and 97.5 % quantiles."""

    low: Floats
    middle: Floats
    high: Floats

    def at(self, samples: int) -> tuple[float, float, float]:
        """Low, middle and high for an estimate from so many samples."""
        k = max(int(np.searchsorted(STOPS, samples, side="right")) - 1, 0)
        return float(self.low[k]), float(self.middle[k]), float(self.high[k])


def estimate(z: Floats) -> Floats:
    """Mean [n] of paths [m, n] without the three consecutive samples of largest and of smallest sum.

    Under twelve samples the median.
    """
    m = len(z)
    if m < FROM:
        return np.asarray(np.median(z, axis=0))
    total = running_sums(z)
    bursts = total[BURST:] - total[:-BURST]
    return np.asarray((total[m] - bursts.max(axis=0) - bursts.min(axis=0)) / (m - 2 * BURST))


def estimates(z: Floats) -> Floats:
    """The estimate at each of STOPS, for paths [60, n]: [len(STOPS), n]."""
    return np.concatenate([[medians(z[:m], 0) for m in STOPS if m < FROM], far_estimates(z)])


def far_estimates(z: Floats) -> Floats:
    """The same at those of STOPS that leave bursts out: [len(FAR_STOPS), n]."""
    total = running_sums(z)
    high, low = up_to(total[BURST:] - total[:-BURST], FAR_STOPS - BURST + 1)
    return np.asarray((total[FAR_STOPS] - high - low) / (FAR_STOPS - 2 * BURST)[:, None])


def straying(found: Floats, effective: float) -> Straying:
    """From what `estimates` made [len(STOPS), n] of placebo paths, of which `effective` are independent."""
    low, middle, high = _quantiles(found)
    wide = 1 + 2 / effective
    return Straying(middle + wide * (low - middle), middle, middle + wide * (high - middle))


def straying_of_counts(z: Floats, measure: Measure, least: float, effective: float) -> Straying:
    """From excesses [60, n] in deviations of their mean, which `measure` tells of each path.

    The quantiles are `least` from 0 at the least, which is their middle: of rare events most paths have none.
    """
    ends = np.array(STOPS)
    found = estimates(z) * ends[:, None] / measure.over(np.zeros_like(ends), ends, 0)
    low, _, high = (1 + 2 / effective) * _quantiles(found)
    return Straying(np.minimum(low, -least), np.zeros(len(ends)), np.maximum(high, least))


def _quantiles(found: Floats) -> Floats:
    """What holds the middle of each row [.., n], and its middle: low, middle and high, [3, ..]."""
    cut = (1 - COVERAGE) / 2
    n = found.shape[1]
    places = [int(cut * (n - 1)), n // 2, int(np.ceil((1 - cut) * (n - 1)))]
    return np.asarray(np.sort(found, axis=1)[:, places].T)


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
