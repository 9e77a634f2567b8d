"""The watch after a moment as six numbers at each stop, for a detector that is not ours; it judges nothing."""

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge.effect import estimates
from shipwake.judge.moments import HORIZON, STOPS, Index, Moments
from shipwake.judge.ridge import FOLDS
from shipwake.judge.statistics import STRETCH
from shipwake.judge.sums import running_sums

FEATURES = ("level", "first third", "second third", "last third", "highest seven", "lowest seven")
MOST = 400
"""Placebo moments that are described; those between them overlap and would say little more."""
FAR = 50.0
"""Standard spreads beyond which a number is drawn in: some detectors square it, and more is no news."""
CLIP, LEAST = 3.0, 0.2
RMS_SHARE = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Described:
    """What is known of watches at placebo moments.

    `rows` [n, stops, 6] are their features, less `center` and over `spread` [stops, 6]; `levels`
    [n, stops] the level since the moment, which tells the direction. `at` [n] are their slots,
    `moments_s` [n] the same as epoch seconds; `effective` counts independent ones.
    """

    rows: npt.NDArray[np.float32]
    levels: npt.NDArray[np.float32]
    center: Floats
    spread: Floats
    at: Index
    moments_s: Floats
    effective: float

    def standard(self, features: Floats) -> Floats:
        """Features [n, k, 6] of the first k stops on the scale of `rows`."""
        k = features.shape[1]
        found = (features - self.center[:k]) / self.spread[:k]
        return np.asarray(np.clip(found, -FAR, FAR))

    def folds(self) -> list[tuple[int, int]]:
        """Five contiguous parts of the moments, oldest first: [start, end)."""
        n = len(self.at)
        return list(pairwise(k * n // FOLDS for k in range(FOLDS + 1)))

    def apart(self, start: int, end: int) -> Floats:
        """The rows [k, 6] of all moments whose watches do not touch those of the moments [start, end)."""
        first, last = self.at[start] - HORIZON, self.at[end - 1] + HORIZON
        kept = (self.at <= first) | (self.at >= last)
        rows: Floats = self.rows[kept].astype(np.float64)
        return rows.reshape(-1, rows.shape[2])


def describe(z: Floats, moments: Moments, moments_s: Floats) -> Described:
    """From scaled residual paths [60, n] at the placebo moments."""
    some = slice(None, None, max(1, -(-z.shape[1] // MOST)))
    raw = features(z[:, some])
    center = np.median(raw, axis=0)
    at = moments.at[some]
    found = Described(
        rows=np.empty(0, np.float32),
        levels=raw[:, :, 0].astype(np.float32),
        center=center,
        spread=_spread(raw - center),
        at=at,
        moments_s=moments_s[some],
        effective=min(moments.effective, float(len(at))),
    )
    return replace(found, rows=found.standard(raw).astype(np.float32))


def features(z: Floats) -> Floats:
    """FEATURES of paths [60, n] at each of STOPS: [n, stops, 6], all of them levels of some stretch."""
    total = running_sums(z)
    rows = []
    for m, level in zip(STOPS, estimates(z), strict=True):
        edges = [m * k // 3 for k in range(4)]
        thirds = [(total[b] - total[a]) / (b - a) for a, b in pairwise(edges)]
        width = min(STRETCH, m)
        stretches = (total[width : m + 1] - total[: m + 1 - width]) / width
        rows.append(np.stack([level, *thirds, stretches.max(axis=0), stretches.min(axis=0)]))
    return np.stack(rows).transpose(2, 0, 1)


def _spread(centered: Floats) -> Floats:
    """A robust deviation [stops, 6] that is 0 nowhere."""
    middle = 1.4826 * np.median(np.abs(centered), axis=0)
    limit = CLIP * np.quantile(np.abs(centered), 0.9, axis=0)
    rms = np.sqrt(np.mean(np.clip(centered, -limit, limit) ** 2, axis=0))
    found = np.maximum(middle, RMS_SHARE * rms)
    return np.asarray(np.maximum(found, LEAST * float(np.mean(found))) + 1e-9)
