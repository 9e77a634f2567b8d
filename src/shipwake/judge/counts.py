"""A ratio is two counts: how far a share may stray follows from how many were counted, and how they clump."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.order import quantiles
from shipwake.judge.sums import Slots

PRIOR_CLUMP = 4.0
PRIOR_EVENTS = 10.0
NORMAL_995 = 2.58
"""The 99.5 % quantile of a standard normal: no count strays less."""
LEAST_TAIL = (0.74, 0.17)
"""Threshold and size of the tail of the maximum of standard normal statistics, in their far quantile."""


@dataclass(frozen=True, slots=True)
class CountNoise:
    """Variance of an excess of events over N counted: F·(p(1 − p)·N + 1) + τ²·N².

    F is `clump` (events come in clumps: one user's retries, one bot), τ² is `drift` (the rate itself
    wanders), `least` the smallest rate that the history could tell from zero.
    """

    clump: float
    drift: float
    least: float

    def bounded(self, rate: Floats) -> Floats:
        """`rate` kept where neither it nor its complement is impossible."""
        return np.clip(rate, self.least, 1 - self.least)

    def deviation(self, rate: Floats, counted: Floats) -> Floats:
        """Standard deviation of the excess."""
        spread = self.clump * (rate * (1 - rate) * counted + 1)
        return np.sqrt(spread + self.drift * counted * counted)


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """The measure of summed excesses: their standard deviation, given running totals `mass` [61, n]."""

    noise: CountNoise
    rate: Floats
    mass: Floats

    def over(self, start: Slots, end: Slots, dropped: int) -> Floats:
        """[k, n]: for k stretches [start, end) of which `dropped` slots are left out."""
        share = (end - start - dropped) / (end - start)
        return self.noise.deviation(self.rate, (self.mass[end] - self.mass[start]) * share[:, None])


def least_rate(totals: Floats) -> float:
    """Half an event in all that was counted: what a rate of zero may still be."""
    return float(min(0.5 / (totals.sum() + 1.0), 0.25))


def learn_noise(
    excess: Floats, totals: Floats, rate: Floats, least: float, effective: float
) -> CountNoise:
    """From excesses and totals [60, n] at placebo moments with their expected rates [n].

    Few events say little of how they clump, so F starts at 4, worth ten events; the moments are worth
    `effective` independent ones.
    """
    binomial = rate * (1 - rate) * totals
    limit = 4 * np.sqrt(PRIOR_CLUMP * (binomial + 1))
    seen = np.clip(excess, -limit, limit)
    everything = max(float(np.sum(binomial)), 1e-9)
    counted = float(np.sum(np.abs(seen + rate * totals)))
    everything = max(everything, counted)
    events = everything * effective / excess.shape[1]
    clump = float(np.sum(seen * seen)) / everything
    share = events / (events + PRIOR_EVENTS)
    clump = max(share * min(clump, 1e3) + (1 - share) * PRIOR_CLUMP, 1.0)
    whole, mass = excess.sum(axis=0), totals.sum(axis=0)
    square = whole * whole
    square = np.minimum(square, quantiles(square, [0.98])[0])
    spare = float(np.mean(square)) - clump * float(np.mean(binomial.sum(axis=0) + 1))
    drift = max(spare, 0.0) / max(float(np.mean(mass * mass)), 1e-9)
    return CountNoise(clump, drift, least)
