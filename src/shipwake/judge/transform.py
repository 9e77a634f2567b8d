"""A scale on which spread does not grow with level: identity, square root or logarithm, unit size."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats, SliKind
from shipwake.judge.order import median, quantiles

BLOCK = 30
SMALLEST = 1e-300
FAR = 1e12
"""Units of size beyond which a transformed value says no more."""


@dataclass(frozen=True, slots=True)
class Transform:
    """x = (g(v) − center) / size, with g the identity (power 1), square root (½) or log(v + offset) (0)."""

    power: float = 1.0
    offset: float = 0.0
    center: float = 0.0
    size: float = 1.0

    def bend(self, v: Floats) -> Floats:
        """g(v); negative values count as 0 where g needs it."""
        if self.power == 1.0:
            return v
        v = np.maximum(v, 0.0)
        return np.log(v + self.offset) if self.power == 0.0 else np.sqrt(v + self.offset)

    def forward(self, v: Floats) -> Floats:
        """X of shape like `v`."""
        far = FAR * self.size
        return np.clip(self.bend(v) - self.center, -far, far) / self.size

    def inverse(self, x: Floats) -> Floats:
        """V of shape like `x`."""
        bent = self.center + self.size * x
        if self.power == 1.0:
            return bent
        if self.power == 0.0:
            return np.maximum(np.exp(np.minimum(bent, 700.0)) - self.offset, 0.0)
        return np.maximum(np.maximum(bent, 0.0) ** 2 - self.offset, 0.0)


def choose(v: Floats, kind: SliKind) -> Transform:
    """The transform for the readable values `v` of a history (shape [n], n ≥ 1).

    The slope β of log local spread on log local level decides: about 1 for a logarithm, ½ for a root.
    """
    power, offset = _bend(v, kind)
    bent = Transform(power, offset).bend(v)
    center = median(bent)
    size = float(np.mean(np.abs(bent - center)))
    return Transform(power, offset, center, size if size > SMALLEST else 1.0)


def _bend(v: Floats, kind: SliKind) -> tuple[float, float]:
    if kind is SliKind.COUNT:
        return 0.5, 0.375  # Anscombe: a Poisson count's root has a spread of ½ at any level
    if kind is SliKind.RATIO or v.min() < 0:
        return 1.0, 0.0
    k = len(v) // BLOCK
    blocks = v[: k * BLOCK].reshape(k, BLOCK)
    level, spread = blocks.mean(axis=1), np.abs(np.diff(blocks, axis=1)).mean(axis=1)
    usable = (level > 0) & (spread > 0)
    if usable.sum() < 20:
        return 1.0, 0.0
    a, b = np.log(level[usable]), np.log(spread[usable])
    a = np.clip(a, *quantiles(a, [0.02, 0.98]))
    variance = float(a.var())
    coefficient = median(spread[usable] / level[usable]) / 1.128
    if variance < 0.01 or coefficient > 0.5:
        return 1.0, 0.0
    slope = float(np.mean((a - a.mean()) * (b - b.mean()))) / variance
    middle = median(v)
    if slope > 0.7 and middle > 0:
        return 0.0, (0.001 if v.min() > 0.05 * middle else 0.1) * middle
    return (0.5, 0.0) if slope > 0.3 else (1.0, 0.0)
