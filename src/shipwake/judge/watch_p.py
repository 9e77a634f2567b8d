"""The p-values of a watch so far, in both directions, over every stop that the samples have reached."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Better, Floats
from shipwake.judge.calibration import Calibration, running_maximum
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.normal import Model
from shipwake.judge.recurrence import Recurrence
from shipwake.judge.statistics import Mean, Paths, upward
from shipwake.judge.watched import Watched


@dataclass(frozen=True, slots=True, eq=False)
class Moved:
    """`up`, `down` [stops reached]: the p-value of the watch at each; never rising from stop to stop."""

    up: Floats
    down: Floats
    stops: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """p-values by what they mean for the indicator; `sign` is the harmful direction of this watch."""

    worse: float
    better: float
    sign: int
    stop: int
    """The first stop at which `worse` was at most the level asked for; 0 when at none."""


def moved(model: Model, path: Paths, seen: Watched) -> Moved:
    """Of the path of the first 60 samples; a stop counts when half of its samples have come."""
    m = min(len(seen), HORIZON)
    held = np.cumsum(seen.read.answered[:m])
    stops = tuple(s for s in STOPS if s <= m and held[s - 1] >= s / 2)
    if not stops:
        return Moved(np.ones(0), np.ones(0), ())
    up = _running_p(model.up, upward(path), model, stops, 1.0)
    down = _running_p(model.down, upward(path.mirrored()), model, stops, -1.0)
    return Moved(up, down, stops)


def _running_p(
    calibration: Calibration, statistics: Floats, model: Model, stops: tuple[int, ...], sign: float
) -> Floats:
    standard = calibration.standard(statistics[0]) / _doubt(calibration, model, sign)
    return np.minimum.accumulate(
        np.clip(
            calibration.p_value(np.maximum.accumulate(running_maximum(standard, stops))), 0.0, 1.0
        )
    )


def _doubt(calibration: Calibration, model: Model, sign: float) -> Floats | float:
    """How much less a statistic says since the recurring curve is itself an estimate of uncertain size."""
    again: Recurrence = model.recurrence
    if again.count == 0:
        return 1.0
    curve = sign * again.curve[None] / model.sigma
    size = upward(Paths(curve, curve, Mean()))[0] / calibration.spread
    return np.asarray(np.sqrt(1 + 1 / again.count + (2 * size * again.spread) ** 2))


def by_meaning(found: Moved, better: Better, level: float) -> Verdicts:
    """Which direction harms, and since when it is beyond `level`."""
    if not found.stops:
        return Verdicts(1.0, 1.0, -1 if better is Better.HIGHER else 1, 0)
    up, down = found.up, found.down
    if better is Better.EITHER:
        sign = 1 if up[-1] <= down[-1] else -1
        worse, improved = np.minimum(1.0, 2 * np.minimum(up, down)), np.ones(len(up))
    else:
        sign = 1 if better is Better.LOWER else -1
        worse, improved = (up, down) if sign > 0 else (down, up)
    beyond = np.flatnonzero(worse <= level)
    return Verdicts(
        float(worse[-1]), float(improved[-1]), sign, found.stops[beyond[0]] if len(beyond) else 0
    )
