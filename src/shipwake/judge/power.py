"""The smallest move that would have been noticed by now, four times in five."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.beyond import WEIGHT
from shipwake.judge.calibration import Calibration
from shipwake.judge.effect import FAR_STOPS
from shipwake.judge.moments import STOPS
from shipwake.judge.normal import Model
from shipwake.judge.shift import Shift
from shipwake.judge.statistics import DRAWN_FROM, ROWS, Shape
from shipwake.judge.tail import SHARE

REACH = 0.95
"""Share of the limit of residuals beyond which their mean hardly ever gets."""


def noticeable(shift: Shift, calibration: Calibration, samples: int, level: float) -> float | None:
    """A steady move, in units of the straying of `Shift.level`, that `samples` show with 80 % power at `level`.

    None before the first horizon. Where drawn-in residuals can never reach the threshold, earlier
    statistics that are not drawn in must find it, or that it lies far beyond all that was ever seen.
    """
    reached = sum(m <= samples for m in STOPS)
    if not reached:
        return None
    level, far, rows = min(level, SHARE / 2), calibration.beyond, ROWS[Shape.LEVEL]
    critical = calibration.critical(level if far is None else level * (1 - WEIGHT))
    weak = calibration.weak[rows]
    needed = calibration.center[rows] + calibration.spread[rows] * critical
    moves = np.where(needed > _reach(shift.model), np.inf, np.maximum(needed - weak, 0.0))
    if far is not None:
        late = slice(-len(FAR_STOPS), None)
        moves[late] = np.minimum(moves[late], far.critical(level) - np.minimum(weak[late], 0.0))
    least = float(moves[:reached].min())
    return least if np.isfinite(least) else None


def _reach(model: Model) -> Floats:
    """How far the level at each of STOPS can get, whose residuals are limited: [len(STOPS)]."""
    stops = np.array(STOPS)
    if model.noise is not None:
        return np.full(len(stops), np.inf)
    raw, drawn = (np.cumsum(x)[stops - 1] / stops for x in (model.limit, model.drawn_limit))
    return np.asarray(REACH * np.where(stops >= DRAWN_FROM, drawn, raw))
