"""The p-values of a watch so far, in both directions, over every stop that the samples have reached."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Better, Floats
from shipwake.judge.calibration import Calibration, running_maximum
from shipwake.judge.counts import Counted
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.normal import Model
from shipwake.judge.recurrence import Recurrence
from shipwake.judge.statistics import STATISTICS, Paths, both_ways, levels
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
    up, down = both_ways(path)
    forgiven = _forgiven(model, path)
    return Moved(
        _running_p(model.up, up[:, 0], model.recurrence, forgiven, stops),
        _running_p(model.down, down[:, 0], model.recurrence, -forgiven, stops),
        stops,
    )


def _running_p(
    calibration: Calibration,
    statistics: Floats,
    again: Recurrence,
    forgiven: Floats,
    stops: tuple[int, ...],
) -> Floats:
    """P at each stop; a statistic says less the more was forgiven, since that is of uncertain size."""
    standard = calibration.standard(statistics)
    if again.count:
        size = 2 * again.spread * forgiven / calibration.spread
        standard = standard / np.sqrt(1 + 1 / again.count + size * size)
    found = np.maximum.accumulate(running_maximum(standard, stops))
    return np.clip(calibration.p_value(found), 0.0, 1.0)


def _forgiven(model: Model, path: Paths) -> Floats:
    """What the recurring curve alone would make of each statistic."""
    if model.recurrence.count == 0:
        return np.zeros(len(STATISTICS))
    curve = model.recurrence.curve[:, None] / model.sigma
    if isinstance(path.measure, Counted):
        curve = curve * model.transform.size * np.diff(path.measure.mass, axis=0)
    return levels(Paths(curve, curve, path.measure))[:, 0]


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
