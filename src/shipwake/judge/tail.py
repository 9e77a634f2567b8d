"""The upper tail of a sample by a generalised Pareto distribution, shrunk to a prior where data are few."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats

SHARE = 0.1
"""Share of the sample that is the tail."""
FEWEST = 8


@dataclass(frozen=True, slots=True)
class Tail:
    """P(M > m) = SHARE · (1 + ξ(m − u)/β)^(−1/ξ) beyond the threshold u; ξ is `shape`, β `size`."""

    threshold: float
    shape: float
    size: float

    def beyond(self, m: Floats) -> Floats:
        """P(M > m), shape of `m`, for m above the threshold (SHARE at or below it)."""
        excess = np.maximum(m - self.threshold, 0.0) / self.size
        if self.shape < 1e-6:
            return SHARE * np.exp(-excess)
        return np.asarray(SHARE * (1 + self.shape * excess) ** (-1 / self.shape))

    def quantile(self, p: float) -> float:
        """The m that has P(M > m) = p, for p ≤ SHARE."""
        if self.shape < 1e-6:
            return self.threshold - self.size * float(np.log(p / SHARE))
        return float(self.threshold + self.size * ((p / SHARE) ** -self.shape - 1) / self.shape)

    def at_least(self, threshold: float, size: float) -> "Tail":
        """This tail, no lighter than one with that threshold and size."""
        return Tail(max(self.threshold, threshold), self.shape, max(self.size, size))


@dataclass(frozen=True, slots=True)
class Prior:
    """What tails of a kind are like: ξ is `shape`, β is `size`·d^`power`, d from median to threshold.

    It is worth `count` draws of the tail; β is at least `least`. Without `size` nothing is said of β.
    """

    shape: float
    size: float | None = None
    power: float = 1.0
    count: float = 10.0
    least: float = 1e-6


WATCH = Prior(shape=0.25, size=0.47)
"""Of the maximum of a watch, for most series."""


def fit(ordered: Floats, effective: float, prior: Prior = WATCH) -> Tail:
    """Of an ascending sample [n] that is worth `effective` independent draws.

    Probability-weighted moments (Hosking and Wallis, Technometrics 29, 1987). Few draws say little of a
    tail: ξ and log β are mixed with those of `prior`.
    """
    n = len(ordered)
    threshold = float(ordered[int((1 - SHARE) * (n - 1))])
    excess = ordered[ordered > threshold] - threshold
    k = len(excess)
    if prior.size is None:
        usual = max(float(excess.mean()) if k else 0.0, 1e-3) * (1 - prior.shape)
    else:
        distance = threshold - float(ordered[n // 2])
        usual = max(prior.size * distance**prior.power, prior.least)
    if k < FEWEST:
        mean = float(excess.mean()) if k else 0.0
        return Tail(threshold, prior.shape, max(mean * (1 - prior.shape), usual))
    b0 = float(excess.mean())
    b1 = float(np.mean(excess * (1 - (np.arange(1, k + 1) - 0.35) / k)))
    shape = 2 - b0 / max(b0 - 2 * b1, 1e-12)
    worth = min(k, SHARE * effective)
    own = worth / (worth + prior.count)
    shape = max(own * float(np.clip(shape, -0.2, 0.5)) + (1 - own) * prior.shape, 0.0)
    size = max(b0 * (1 - shape), 1e-6)
    return Tail(threshold, shape, float(size**own * usual ** (1 - own)))
