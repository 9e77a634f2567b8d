"""What the statistics do when nothing changed: one p-value for a whole watch, however often it is looked at."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge import tail
from shipwake.judge.beyond import Beyond
from shipwake.judge.statistics import HORIZONS, STATISTICS, Shape
from shipwake.judge.tail import SHARE, Tail

FAR_QUANTILE = 0.985
POWER = 0.8
WEIGHT = {
    Shape.LEVEL: 1.0,
    Shape.LASTING: 1.0,
    Shape.RISING: 1.0,
    Shape.LATEST: 0.85,
    Shape.STRETCH: 0.9,
}
WEIGHT_EARLY = 1.06
DRIFT = 0.15
"""Deviation of the log of how far the future strays, against the past: no history is the future."""
QUADRATURE = ((2 / 3, 0.0), (1 / 6, 3**0.5), (1 / 6, -(3**0.5)))
"""Weights and nodes of Gauss and Hermite for a normal deviate."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """One direction. U = (S − `center`)/`spread`; M is the largest U of a watch.

    `maxima` [n] are the ascending M of the placebo moments, `by_moment` [n] the same in their order,
    `weak` [len(STATISTICS)] the 20 % quantile of each statistic, from which power follows.
    """

    center: Floats
    spread: Floats
    maxima: Floats
    by_moment: npt.NDArray[np.float32]
    weak: Floats
    tail: Tail
    beyond: Beyond | None = None

    def standard(self, statistics: Floats) -> Floats:
        """U for the statistics [len(STATISTICS)] of one path."""
        return (statistics - self.center) / self.spread

    def p_value(self, m: Floats) -> Floats:
        """P(M ≥ m) when nothing changed, shape of `m`.

        A mean over how much more or less than in the past M may stray now: a log-normal factor on its
        distance from the median.
        """
        middle = self.maxima[len(self.maxima) // 2]
        found = np.zeros(np.shape(m))
        for weight, node in QUADRATURE:
            found += weight * self._past_p(middle + (m - middle) * float(np.exp(DRIFT * node)))
        return found

    def _past_p(self, m: Floats) -> Floats:
        n = len(self.maxima)
        ranked = 1 - np.searchsorted(self.maxima, m, side="left") / n
        return np.where(m > self.tail.threshold, self.tail.beyond(m), np.maximum(ranked, SHARE))

    def critical(self, p: float) -> float:
        """The m that has the p-value `p`, for p < SHARE."""
        middle = float(self.maxima[len(self.maxima) // 2])
        reach = max(self.tail.threshold - middle, self.tail.size)
        m = middle + reach * np.geomspace(0.3, 100.0, 120)
        return float(np.interp(-np.log(p), -np.log(np.maximum(self.p_value(m), 1e-300)), m))


def weights() -> Floats:
    """How much each statistic may speak: those of heavier tails a little less."""
    return np.array(
        [
            WEIGHT_EARLY if s.shape is Shape.LEVEL and s.horizon <= 8 else WEIGHT[s.shape]
            for s in STATISTICS
        ]
    )


def calibrate(statistics: Floats, effective: float, floor: float = 0.0) -> Calibration:
    """From the statistics [len(STATISTICS), n] of placebo paths worth `effective` independent ones.

    `floor` is the least that a statistic's far quantile may be, where theory knows one (counts).
    """
    ordered = np.sort(statistics, axis=1)
    n = ordered.shape[1]
    center = ordered[:, n // 2]
    far = ordered[:, int(np.ceil(FAR_QUANTILE * (n - 1)))] - center
    centered = statistics - center[:, None]
    limit = (3 * far + 1e-12)[:, None]
    rms = np.sqrt(np.mean(np.clip(centered, -limit, limit) ** 2, axis=1))
    spread = (np.maximum(np.maximum(far, 1.5 * rms), floor) + 1e-9) / weights()
    by_moment = (centered / spread[:, None]).max(axis=0)
    maxima = np.sort(by_moment)
    found = tail.fit(maxima, effective)
    return Calibration(
        center=center,
        spread=spread,
        maxima=maxima,
        by_moment=by_moment.astype(np.float32),
        weak=ordered[:, int((1 - POWER) * (n - 1))],
        tail=found.at_least(*LEAST_OF_COUNTS) if floor > 0 else found,
    )


LEAST_OF_COUNTS = (0.74, 0.17)
"""Threshold and size of the tail of the maximum of standard normal statistics, in their far quantile."""


def running_maximum(standard: Floats, horizons: tuple[int, ...]) -> Floats:
    """Largest U known at each of `horizons`, given U [len(STATISTICS)]; −∞ before the first."""
    found = [standard[h >= HORIZONS] for h in horizons]
    return np.array([f.max() if len(f) else -np.inf for f in found])
