"""The smallest move that would have been noticed by now, four times in five."""

import numpy as np

from shipwake.judge import beyond
from shipwake.judge.calibration import Calibration
from shipwake.judge.normal import Model
from shipwake.judge.shift import Shift
from shipwake.judge.statistics import DRAWN_FROM, STATISTICS, Shape
from shipwake.judge.tail import SHARE

REACH = 0.95
"""Share of the limit of residuals beyond which their mean hardly ever gets."""


def noticeable(shift: Shift, calibration: Calibration, samples: int, level: float) -> float | None:
    """A steady move, in units of the straying of `Shift.level`, that `samples` show with 80 % power at `level`.

    None before the first horizon. Where drawn-in residuals can never reach the threshold, earlier
    statistics that are not drawn in must find it, or that it lies far beyond all that was ever seen.
    """
    level = min(level, SHARE / 2)
    far = calibration.beyond
    critical = calibration.critical(level if far is None else level * (1 - beyond.WEIGHT))
    needed = calibration.center + calibration.spread * critical
    found = []
    for k, s in enumerate(STATISTICS):
        if s.shape is not Shape.LEVEL or s.horizon > samples:
            continue
        if far is not None and s.horizon >= beyond.FROM:
            found.append(far.critical(level) - min(float(calibration.weak[k]), 0.0))
        if _out_of_reach(shift.model, s.horizon, float(needed[k])):
            continue
        found.append(max(float(needed[k] - calibration.weak[k]), 0.0))
    return min(found, default=None)


def _out_of_reach(model: Model, horizon: int, needed: float) -> bool:
    """Residuals are drawn in to a limit, so that their mean never gets there."""
    limit = model.drawn_limit if horizon >= DRAWN_FROM else model.limit
    return model.noise is None and needed > REACH * float(np.mean(limit[:horizon]))
