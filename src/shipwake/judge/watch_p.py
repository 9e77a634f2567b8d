"""The p-values of a watch so far, in both directions, over every stop that the samples have reached."""

from dataclasses import dataclass, replace

import numpy as np

from shipwake.domain import Better, Floats
from shipwake.judge.beyond import distances
from shipwake.judge.calibration import Calibration, running_maximum
from shipwake.judge.counts import Counted
from shipwake.judge.effect import estimates
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.normal import Model
from shipwake.judge.recurrence import Recurrence
from shipwake.judge.statistics import Paths, both_ways, levels
from shipwake.judge.watched import Watched

SPARED = 4.0
"""Deviations of a habit's size that are allowed for where a far move is asked about."""


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


def moved(model: Model, path: Paths, z: Floats, seen: Watched, better: Better) -> Moved:
    """Of the path of the first 60 samples; a stop counts when half of its samples have come.

    Of the direction that is better, all that earlier changes did is taken off; of the other what returned.
    """
    m = min(len(seen), HORIZON)
    held = np.cumsum(seen.read.answered[:m])
    stops = tuple(s for s in STOPS if s <= m and held[s - 1] >= s / 2)
    if not stops:
        return Moved(np.ones(0), np.ones(0), ())
    good = {Better.HIGHER: 1, Better.LOWER: -1, Better.EITHER: 0}[better]
    return Moved(
        _direction(model, path, z, 1, good, stops),
        _direction(model, path, z, -1, good, stops),
        stops,
    )


def _direction(
    model: Model, path: Paths, z: Floats, sign: int, good: int, stops: tuple[int, ...]
) -> Floats:
    """The p-value at each stop of a move in the direction `sign`, of which `good` is the better one."""
    returned, again = model.habit.returned, model.habit.returned
    if sign == good and model.habit.whole.count:
        again = model.habit.whole
        lasting = _as_path(model, path, sign * np.maximum(sign * (again.curve - returned.curve), 0))
        path = replace(path, raw=path.raw - lasting, drawn=path.drawn - lasting)
        z = z[:HORIZON] - lasting[: len(z), 0]
    statistics = both_ways(path)[0 if sign > 0 else 1][:, 0]
    curve = _as_path(model, path, again.curve)
    forgiven = sign * levels(Paths(curve, curve, path.measure))[:, 0]
    calibration = model.up if sign > 0 else model.down
    p = _running_p(calibration, statistics, again, forgiven, stops)
    if calibration.beyond is None:
        return p
    far = distances(_levels(z), sign, stops, _spared(model, again))
    return calibration.beyond.joined(p, far)


def _levels(z: Floats) -> list[Floats]:
    """The level of the samples so far at each of STOPS; of those that have not come, the last one's."""
    path = np.zeros((HORIZON, 1))
    path[: len(z[:HORIZON]), 0] = z[:HORIZON]
    return estimates(path)


def _spared(model: Model, again: Recurrence) -> Floats:
    """How much of a level at each of STOPS the uncertain size of what recurs may explain: `SPARED` deviations of it."""
    if not again.count:
        return np.zeros(len(STOPS))
    sizes = np.cumsum(np.abs(again.curve)) / np.arange(1, HORIZON + 1) / model.sigma
    return np.asarray(SPARED * again.spread * sizes[np.array(STOPS) - 1])


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


def _as_path(model: Model, path: Paths, curve: Floats) -> Floats:
    """A curve [60] of the residuals' unit as a path [60, 1] beside `path`."""
    scaled: Floats = curve[:, None] / model.sigma
    if isinstance(path.measure, Counted):
        scaled = scaled * model.transform.size * np.diff(path.measure.mass, axis=0)
    return scaled


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
