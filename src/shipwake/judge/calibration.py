"""What the statistics do when nothing changed: one p-value for a whole watch, however often it is looked at."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge import tail
from shipwake.judge.beyond import Beyond
from shipwake.judge.moments import STOPS
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
    Shape.SPIKES: 0.85,
}
WEIGHT_EARLY = 1.06
DRIFT = 0.1
"""Deviation of the log of how far the future strays, against the past: no history is the future."""
FEW = 30.0
"""Its square is larger by so much over the square of the independent moments: few of them tell little of the next."""
QUADRATURE = np.array([2 / 3, 1 / 6, 1 / 6])
"""Weights of Gauss and Hermite for a normal deviate, at its nodes 0 and ±√3."""
NODES = np.array([0.0, 3**0.5, -(3**0.5)])
FIRST_OF_STOP = np.searchsorted(HORIZONS, STOPS)
PROBES = np.geomspace(100.0, 0.3, 60)
"""Distances from the median, in units of how far the tail begins, at which p-values are tabulated."""


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
    drift: float = DRIFT
    beyond: Beyond | None = None
    rare: Floats = field(init=False)
    """Logs of p-values, ascending, and the m that have them: [2, 60]."""

    def __post_init__(self) -> None:
        """Tabulate what evidence a p-value needs."""
        middle = float(self.maxima[len(self.maxima) // 2])
        m = middle + max(self.tail.threshold - middle, self.tail.size) * PROBES
        logs = np.log(np.maximum(self.p_value(m), 1e-300))
        object.__setattr__(self, "rare", np.stack([logs, m]))

    def standard(self, statistics: Floats) -> Floats:
        """U for the statistics [len(STATISTICS), n] of paths."""
        return np.asarray((statistics - self.center[:, None]) / self.spread[:, None])

    def p_value(self, m: Floats) -> Floats:
        """P(M ≥ m) when nothing changed, shape of `m`.

        A mean over how much more or less than in the past M may stray now: a log-normal factor on its
        distance from the median.
        """
        middle = self.maxima[len(self.maxima) // 2]
        strayed = middle + np.multiply.outer(np.exp(self.drift * NODES), m - middle)
        return np.asarray(QUADRATURE @ self._past_p(strayed).reshape(len(NODES), -1)).reshape(
            m.shape
        )

    def _past_p(self, m: Floats) -> Floats:
        n = len(self.maxima)
        ranked = 1 - np.searchsorted(self.maxima, m, side="left") / n
        return np.where(m > self.tail.threshold, self.tail.beyond(m), np.maximum(ranked, SHARE))

    def critical(self, p: float) -> float:
        """The m that has the p-value `p`, for p < SHARE."""
        return float(np.interp(np.log(p), self.rare[0], self.rare[1]))


def weights() -> Floats:
    """How much each statistic may speak: those of heavier tails a little less."""
    return np.array(
        [
            WEIGHT_EARLY if s.shape is Shape.LEVEL and s.horizon <= 8 else WEIGHT[s.shape]
            for s in STATISTICS
        ]
    )


def calibrate(
    statistics: Floats, effective: float, floor: Floats, least: tuple[float, float] | None = None
) -> Calibration:
    """From the statistics [len(STATISTICS), n] of placebo paths worth `effective` independent ones.

    `floor` [len(STATISTICS)] is the least that a statistic's far quantile may be, `least` the threshold and the
    size that the tail of the maximum has at the least, where theory knows one (counts).
    """
    n = statistics.shape[1]
    places = [int((1 - POWER) * (n - 1)), n // 2, int(np.ceil(FAR_QUANTILE * (n - 1)))]
    weak, center, far = np.sort(statistics, axis=1)[:, places].T
    far = far - center
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
        weak=weak,
        drift=DRIFT if least else float(np.sqrt(DRIFT**2 + FEW / effective**2)),
        tail=found if least is None else found.at_least(*least),
    )


def running_maximum(standard: Floats) -> Floats:
    """The largest U known at each of STOPS, [len(STOPS), n], given U [len(STATISTICS), n]."""
    return np.maximum.accumulate(np.maximum.reduceat(standard, FIRST_OF_STOP, axis=0), axis=0)
