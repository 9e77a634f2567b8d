"""How far an indicator moved, by an estimate that no burst moves and no limit caps, with its interval."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import STOPS
from shipwake.judge.statistics import BURST, Measure

COVERAGE = 0.95


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
    """Mean [n] of paths [n, m] without the three consecutive samples of largest and of smallest sum.

    Under twelve samples the median.
    """
    m = z.shape[1]
    if m < 12:
        return np.asarray(np.median(z, axis=1))
    total = np.zeros((len(z), m + 1))
    np.cumsum(z, axis=1, out=total[:, 1:])
    bursts = total[:, BURST:] - total[:, :-BURST]
    high, low = bursts.argmax(axis=1), bursts.argmin(axis=1)
    rows = np.arange(len(z))
    shared = np.maximum(BURST - np.abs(high - low), 0)
    apart = shared == 0
    left_out = bursts[rows, high] + np.where(apart, bursts[rows, low], 0.0)
    return np.asarray((total[:, -1] - left_out) / (m - BURST * (1 + apart)))


def estimates(z: Floats) -> list[Floats]:
    """The estimate at each horizon of STOPS, for paths [n, 60]."""
    return [estimate(z[:, :m]) for m in STOPS]


def straying(z: Floats, measure: Measure | None, least: float, effective: float) -> Straying:
    """From placebo paths [n, 60] of which `effective` are independent.

    For counts `measure` tells each row's deviation of the mean, in which the quantiles are given, and
    `least` is their least size.
    """
    low, high = [], []
    widen = 1 + 2 / effective
    for m, found in zip(STOPS, estimates(z), strict=True):
        sized = found if measure is None else found * m / measure.over(0, m, 0)
        ordered = np.sort(sized)
        n = len(ordered)
        cut = (1 - COVERAGE) / 2
        low.append(min(ordered[int(cut * (n - 1))] * widen, -least))
        high.append(max(ordered[int(np.ceil((1 - cut) * (n - 1)))] * widen, least))
    return Straying(np.array(low), np.array(high))
