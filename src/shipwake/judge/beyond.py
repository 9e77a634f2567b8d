"""A move far beyond all that was ever seen, which drawing residuals in to a limit would hide."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge import tail
from shipwake.judge.moments import STOPS
from shipwake.judge.tail import SHARE, Prior, Tail

WEIGHT = 0.1
"""Share of the evidence that is spent on this question; the rest is for moves of common size."""
FAR = Prior(shape=0.0, size=0.35, power=0.55, count=4.0, least=0.1)
"""As on long histories of many kinds, where the log of β strays by ½ from it: as does one of four draws."""


@dataclass(frozen=True, slots=True, eq=False)
class Beyond:
    """One direction. G = max over stops of log(1 + e), e the level since the change that no limit caps.

    `by_moment` [n] are the G of the placebo moments; their tail is exponential by default, which gives e
    the tail of a Pareto distribution.
    """

    by_moment: npt.NDArray[np.float32]
    ordered: Floats
    tail: Tail

    def p_value(self, g: Floats) -> Floats:
        """P(G ≥ g) when nothing changed, shape of `g`."""
        n = len(self.ordered)
        ranked = 1 - np.searchsorted(self.ordered, g, side="left") / n
        return np.where(g > self.tail.threshold, self.tail.beyond(g), np.maximum(ranked, SHARE))

    def joined(self, p: Floats, g: Floats) -> Floats:
        """The p-value of both questions together: that of common moves `p`, and how far this one went."""
        return np.minimum(1.0, np.minimum(p / (1 - WEIGHT), self.p_value(g) / WEIGHT))

    def critical(self, p: float) -> float:
        """The level that is far enough for the p-value `p` of both questions, for p < SHARE."""
        return float(np.expm1(self.tail.quantile(WEIGHT * p)))


def calibrate(levels: Floats, sign: int, effective: float) -> Beyond:
    """From the uncapped levels [len(FAR_STOPS), n] of the placebo paths."""
    g = np.log1p(np.maximum((sign * levels).max(axis=0), 0.0))
    ordered = np.sort(g)
    return Beyond(g.astype(np.float32), ordered, tail.fit(ordered, effective, FAR))


def distances(levels: Floats, sign: int, spared: Floats) -> Floats:
    """G at each of STOPS, [len(STOPS), n], of paths with these levels [len(FAR_STOPS), n].

    Of each level only what exceeds `spared`, of its shape. Before FAR_STOPS, where a burst may be most of
    the samples, a move is not asked how far it went.
    """
    known = np.zeros((len(STOPS), levels.shape[1]))
    known[-len(levels) :] = np.log1p(np.maximum(sign * levels - spared, 0.0))
    return np.asarray(np.maximum.accumulate(known, axis=0))
