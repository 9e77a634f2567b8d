"""Weighted means over stretches of a series by running sums; a stretch without weight says so."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import Index


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """A series `x` [n] with a `weight` [n], and the running sums [n + 1] of both: of x · weight, and of weight."""

    x: Floats
    weight: Floats
    sums: Floats
    weights: Floats

    @classmethod
    def of(cls, x: Floats, weight: Floats) -> Self:
        """Of `x` [n] with weights [n] ≥ 0."""
        weights = np.zeros(len(x) + 1)
        np.cumsum(weight, out=weights[1:])
        return cls(x, weight, _sums(x, weight), weights)

    def of_another(self, x: Floats) -> Self:
        """Of another series [n] with the same weights."""
        return replace(self, x=x, sums=_sums(x, self.weight))

    @property
    def whole(self) -> float:
        """Mean of all of it; 0 where nothing has weight."""
        return float(self.sums[-1] / self.weights[-1]) if self.weights[-1] > 0 else 0.0

    def mean(self, start: Index, end: Index, otherwise: Floats | float) -> Floats:
        """Mean over [start, end) clipped into the series, shape of `start`; `otherwise` where it weighs nothing."""
        n = len(self.sums) - 1
        a, b = np.clip(start, 0, n), np.clip(end, 0, n)
        weight = self.weights[b] - self.weights[a]
        held = weight > 1e-9 * self.weights[-1] / max(n, 1)
        return np.where(
            held, (self.sums[b] - self.sums[a]) / np.where(held, weight, 1.0), otherwise
        )

    def latest(self, at: Index, count: int, otherwise: Floats) -> Floats:
        """The last `count` samples before each slot of `at` [k], newest first; `otherwise` where they weigh nothing."""
        slots = at - np.arange(1, count + 1)[:, None]
        inside = np.clip(slots, 0, len(self.x) - 1)
        return np.where((slots == inside) & (self.weight[inside] > 0), self.x[inside], otherwise)


def _sums(x: Floats, weight: Floats) -> Floats:
    sums = np.zeros(len(x) + 1)
    np.cumsum(x * weight, out=sums[1:])
    return sums


def carried(x: Floats, ok: np.ndarray) -> Floats:
    """`x` with each slot that is not `ok` set to the last one that is (the first such before any)."""
    last = np.where(ok, np.arange(len(x)), -1)
    np.maximum.accumulate(last, out=last)
    first = int(np.argmax(ok))
    return x[np.where(last >= 0, last, first)]


def median_of_three(x: Floats) -> Floats:
    """Causal running median of three [n]: a single spike leaves no trace in what follows it."""
    if len(x) < 3:
        return x
    a, b, c = x[:-2], x[1:-1], x[2:]
    middle = np.maximum(np.minimum(a, b), np.minimum(np.maximum(a, b), c))
    return np.concatenate([x[:2], middle])
