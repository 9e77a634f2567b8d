"""How large residuals are just here: a local scale learned from how the series moved before."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, Index, Moments
from shipwake.judge.order import median, quantiles
from shipwake.judge.ridge import cross_fit
from shipwake.judge.season import DAY_S
from shipwake.judge.windows import Running

WIDTHS = (20, HORIZON, 4 * HORIZON, 24 * HORIZON)
RIDGE = 9.0
LIMIT = 4.0
FLOOR, MEAN_FLOOR = 0.1, 0.3
"""Shares of the median and of the mean of all moves below which no local scale falls."""


def local_scale(
    residuals: Floats, calm: Running, moments: Moments, others: Index, unit_s: float
) -> tuple[Floats, Floats]:
    """Scale of the residual path at each placebo moment [n] and at each of `others` [k].

    log ρ (ρ the row's mean |residual|) is regressed on logs of the recent moves of `calm` and of the
    moves at this time on earlier days, cross-fitted, and kept within what was foretold of the middle
    96 % of moments.
    """
    rho = np.abs(residuals).mean(axis=0)
    floor = _floor(rho)
    at = np.concatenate([moments.at, others])
    raw = _moves(calm, at, floor, unit_s)
    n = len(moments)
    mean = raw[:, :n].mean(axis=1, keepdims=True)
    deviation = raw[:, :n].std(axis=1, keepdims=True) + 1e-9
    features = np.clip((raw - mean) / deviation, -LIMIT, LIMIT)
    target = np.log(rho + floor)
    middle = median(target)
    fit = cross_fit(
        features[:, :n],
        np.clip(target - middle, -3.0, 3.0)[None],
        np.ones(n),
        RIDGE * n / moments.effective,
    )
    inside = fit.held_out[0] + middle
    low, high = quantiles(inside, [0.02, 0.98])
    beside = fit.coefficients[0] @ features[:, n:] + middle
    return np.exp(np.clip(inside, low, high)), np.exp(np.clip(beside, low, high))


def _floor(rho: Floats) -> float:
    """The least local scale: a share of the median of ρ, or where most stretches stand still, of the mean.

    Memory that is constant for minutes and then steps has a median of 0, beside which every step is endless, and
    none that is larger can be told from the usual ones.
    """
    middle, mean = median(rho), float(rho.mean())
    return max(FLOOR * middle, MEAN_FLOOR * mean - middle) + 1e-13


def _moves(calm: Running, at: Index, floor: float, unit_s: float) -> Floats:
    """Logs of mean |Δ| and deviation over the last 20 to 1440 samples, and of mean |Δ| at this time of earlier days.

    A stretch that holds nothing (a gap, a harm that goes on) is told by the wider one: it has not stood still.
    """
    y = calm.x
    steps, second = calm.of_another(np.abs(np.diff(y, prepend=y[0]))), calm.of_another(y * y)
    move, mean, square = (r.mean(at - len(y), at, 0.0) for r in (steps, calm, second))
    rows: list[Floats] = []
    for width in reversed(WIDTHS):
        start = at - width
        move = steps.mean(start, at, move)
        mean, square = calm.mean(start, at, mean), second.mean(start, at, square)
        variance = np.maximum(square - mean * mean, 0.0)
        rows = [np.log(move + floor), np.log(np.sqrt(variance) + floor), *rows]
    daily = _same_time(steps, at, len(y), floor, unit_s, rows[2 * WIDTHS.index(4 * HORIZON)])
    return np.stack([*rows, *daily])


def _same_time(
    steps: Running, at: Index, n: int, floor: float, unit_s: float, otherwise: Floats
) -> list[Floats]:
    per_day = round(DAY_S / unit_s)
    back = [k * per_day for k in (1, 2, 7) if n > (k + 2) * per_day]
    if per_day < 12 or n <= 3 * per_day or not back:
        return []
    moves = np.stack([np.log(steps.mean(at - b, at - b + HORIZON, 0.0) + floor) for b in back])
    known = np.stack([at >= b for b in back])
    count = known.sum(axis=0)
    return [np.where(count > 0, (moves * known).sum(axis=0) / np.maximum(count, 1), otherwise)]
