"""What the next 60 samples would have been, learned at the placebo moments from what precedes them."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, Index, Moments
from shipwake.judge.ridge import cross_fit
from shipwake.judge.windows import Running

EDGES = (0, 1, 3, 8, 20, 60, 180, 720)
"""Bounds of the stretches before a moment, in samples back from it."""
RIDGE = 3.0
FEATURE_LIMIT = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Learned at the placebo moments, told for other moments.

    `residuals` [n, 60] at the placebo moments (each row from the fit of the other folds), `past` [k, 60]
    at earlier changes, `expected` [60] after the anchor, `level` of the samples before it.
    """

    residuals: Floats
    past: Floats
    expected: Floats
    level: float


def forecast(
    x: Floats, calm: Running, recent: Running, paths: Floats, moments: Moments, changes: Index
) -> Forecast:
    """Learn at `moments` and foretell at the anchor, the end of the history.

    `x` [n] is the series on its scale without season, carried over gaps; `calm` its running sums for what
    precedes a moment, `recent` the same for what precedes the anchor; `paths` [n − 59, 60] are its windows.
    """
    n = len(x)
    before, level = _features(calm, moments.at)
    deviation = before.std(axis=0) + 1e-12
    features = np.clip(before / deviation, -FEATURE_LIMIT, FEATURE_LIMIT)
    targets = paths[moments.at] - level[:, None]
    penalty = RIDGE * len(moments) / moments.effective
    weight = _row_weight(targets)
    fit = cross_fit(features, targets, weight, penalty)
    fit = cross_fit(features, targets, _row_weight(targets - fit.held_out), penalty)

    def foretold(running: Running, at: Index) -> Floats:
        stretches, start = _features(running, at)
        clipped = np.clip(stretches / deviation, -FEATURE_LIMIT, FEATURE_LIMIT)
        return np.asarray(start[:, None] + clipped @ fit.coefficients)

    anchor = np.array([n], dtype=np.int64)
    return Forecast(
        residuals=targets - fit.held_out,
        past=paths[changes] - foretold(calm, changes),
        expected=foretold(recent, anchor)[0],
        level=float(_features(recent, anchor)[1][0]),
    )


def _features(running: Running, at: Index) -> tuple[Floats, Floats]:
    """Means of the stretches before each moment less the level u of the last 60, and −u: [k, 8]; u [k].

    A stretch that holds nothing (a gap, the start of the history) repeats the one after it.
    """
    level = running.mean(at - HORIZON, at, np.nan)
    for wider in (4 * HORIZON, 12 * HORIZON, 1 << 40):
        if np.isfinite(level).all():
            break
        level = np.where(np.isfinite(level), level, running.mean(at - wider, at, np.nan))
    level = np.nan_to_num(level)
    columns = []
    newest = level
    for near, far in pairwise(EDGES):
        newest = running.mean(at - far, at - near, newest)
        columns.append(newest - level)
    return np.stack([*columns, -level], axis=1), level


def _row_weight(residuals: Floats) -> Floats:
    """Rows far larger than the median row count little: min(1, 2·median ρ / ρ)², ρ the row's mean |residual|."""
    rho = np.abs(residuals).mean(axis=1) + 1e-12
    return np.asarray(np.minimum(1.0, 2.0 * np.median(rho) / rho) ** 2)
