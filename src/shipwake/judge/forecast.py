"""What the next 60 samples would have been, learned at the placebo moments from what precedes them."""

from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, Index, Moments
from shipwake.judge.order import median, medians
from shipwake.judge.ridge import cross_fit
from shipwake.judge.windows import Running

T = TypeVar("T", np.float64, np.bool_)
EDGES = (0, 1, 3, 8, 20, 60, 240)
"""Bounds of the stretches before a moment, in samples back from it."""
LONG_EDGES = (0, 1, 3, 8, 20, 60, 180, 720)
"""The same for events so rare that only a long stretch holds enough of them."""
MIDDLES = (20, HORIZON)
"""Lengths of the stretches before a moment of which the median is taken too: few samples far out do not move it."""
FOLLOWED = ((0, 20), (20, 60))
RIDGE = 3.0
FEATURE_LIMIT = 8.0
SAMPLED = 400
"""Moments from which a deviation is taken."""
FAR = 1.0
"""Deviations (1.4826 median |r|) to which residuals of the first fit are drawn in before the second."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """Learned at the placebo moments, told for other moments.

    `residuals` [60, n] at the placebo moments (each from the fit of the other folds), `past` [60, k] at
    earlier changes, `expected` [60] after the anchor, `level` the mean of the last 60 before it.
    """

    residuals: Floats
    past: Floats
    expected: Floats
    level: float


def forecast(
    x: Floats,
    calm: Running,
    recent: Running,
    moments: Moments,
    changes: Index,
    per_day: int,
    *,
    middle: bool,
) -> Forecast:
    """Learn at `moments` and foretell at the anchor, the end of the history.

    `x` [n] is the series on its scale without season, carried over gaps; `calm` its running sums for what
    precedes a moment, `recent` the same for what precedes the anchor; `per_day` is the samples of a day.
    It tells the middle of what follows, or its mean: of events so rare that the middle is none, only the mean tells.
    """
    edges, lengths = (EDGES, MIDDLES) if middle else (LONG_EDGES, ())
    before, level = _features(calm, moments.at, per_day, edges, lengths)
    deviation = before.std(axis=1, keepdims=True) + 1e-12
    features = np.clip(before / deviation, -FEATURE_LIMIT, FEATURE_LIMIT)
    targets = following(x, moments.at) - level
    penalty = RIDGE * len(moments) / moments.effective
    fit = cross_fit(features, targets, _weight(targets), penalty)
    left = targets - fit.held_out
    drawn = fit.held_out + _drawn_in(left) if middle else targets
    fit = cross_fit(features, drawn, _weight(left), penalty)

    def foretold(running: Running, at: Index) -> Floats:
        stretches, start = _features(
            running, at, per_day, edges, lengths, running.whole - calm.whole
        )
        clipped = np.clip(stretches / deviation, -FEATURE_LIMIT, FEATURE_LIMIT)
        return np.asarray(start + fit.coefficients @ clipped)

    now = np.array([len(x)], dtype=np.int64)
    return Forecast(
        residuals=targets - fit.held_out,
        past=following(x, changes) - foretold(calm, changes),
        expected=foretold(recent, now)[:, 0],
        level=float(level_before(recent, now)[0]),
    )


def following(x: npt.NDArray[T], at: Index) -> npt.NDArray[T]:
    """The 60 samples from each slot of `at` on: [60, k]."""
    found = np.empty((HORIZON, len(at)), x.dtype)
    found[:] = sliding_window_view(x, HORIZON)[at].T
    return found


def _features(
    running: Running,
    at: Index,
    per_day: int,
    edges: tuple[int, ...],
    lengths: tuple[int, ...],
    middle: float = 0.0,
) -> tuple[Floats, Floats]:
    """What each moment is told by, [features, k], and the level u [k] of the last 60 samples.

    Means of the stretches between `edges` before it less u; medians of the latest `lengths` less u;
    `middle` − u, by which it returns there; and what followed the same time of day one and seven days ago.
    A stretch that holds nothing (a gap, the start of the history) repeats the one after it. While a harm goes
    on the middle is that of the harm: nobody may expect it to go away by itself.
    """
    level = level_before(running, at)
    rows = []
    newest = level
    for near, far in pairwise(edges):
        newest = running.mean(at - far, at - near, newest)
        rows.append(newest - level)
    latest = running.latest(at, max(lengths, default=0), level)
    rows += [medians(latest[:length], 0) - level for length in lengths]
    return np.stack([*rows, middle - level, *_followed(running, at, per_day)]), level


def level_before(running: Running, at: Index) -> Floats:
    """The level of the 60 samples before each slot of `at`, [k]; of more where those hold nothing."""
    level = running.mean(at - HORIZON, at, np.nan)
    for wider in (4 * HORIZON, 12 * HORIZON, 1 << 40):
        if np.isfinite(level).all():
            break
        level = np.where(np.isfinite(level), level, running.mean(at - wider, at, np.nan))
    return np.nan_to_num(level)


def _followed(running: Running, at: Index, per_day: int) -> list[Floats]:
    """How the series went on at the same time one and seven days ago, where half of the history can tell."""
    n = len(running.sums) - 1
    rows = []
    for days in (1, 7):
        if per_day < 2 * HORIZON or n < 2 * days * per_day:
            continue
        then = at - days * per_day
        before = running.mean(then - HORIZON, then, 0.0)
        for start, end in FOLLOWED:
            moved = running.mean(then + start, then + end, before) - before
            rows.append(np.where(then >= HORIZON, moved, 0.0))
    return rows


def _drawn_in(residuals: Floats) -> Floats:
    """Residuals [60, n] of each slot drawn in to its deviation, so that the next fit tells the middle, not the mean."""
    some = np.abs(residuals[:, :: max(1, residuals.shape[1] // SAMPLED)])
    far = FAR * 1.4826 * medians(some, 1)[:, None] + 1e-12
    return np.clip(residuals, -far, far)


def _weight(residuals: Floats) -> Floats:
    """Paths far larger than the median count little: min(1, 2·median ρ / ρ)², ρ a path's mean |residual|."""
    rho = np.abs(residuals).mean(axis=0) + 1e-12
    return np.asarray(np.minimum(1.0, 2.0 * median(rho) / rho) ** 2)
