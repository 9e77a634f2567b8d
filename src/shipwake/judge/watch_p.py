"""The p-values of a watch so far, in both directions, over every stop that the samples have reached."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from shipwake.domain import Better, Floats
from shipwake.judge.beyond import distances
from shipwake.judge.calibration import Calibration, running_maximum
from shipwake.judge.counts import Counted
from shipwake.judge.effect import FAR_STOPS, far_estimates
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
    """Of the path of the first 60 samples."""
    stops, m = stops_of(seen), min(len(seen), HORIZON)
    if not stops:
        return Moved(np.ones(0), np.ones(0), ())
    raw = np.zeros((HORIZON, 1))
    raw[:m, 0] = z[:m]
    up, down = evidence(model, path, raw, np.array([model.sigma]), better)
    reached = np.searchsorted(STOPS, stops)
    return Moved(up[reached, 0], down[reached, 0], stops)


def stops_of(seen: Watched) -> tuple[int, ...]:
    """Those of STOPS that a watch has reached; one counts when half of its samples have come."""
    held = np.cumsum(seen.read.answered[:HORIZON]).tolist()
    return tuple(s for s in STOPS if s <= len(held) and held[s - 1] >= s / 2)


def evidence(
    model: Model, paths: Paths, z: Floats, sigma: Floats, better: Better
) -> tuple[Floats, Floats]:
    """p-values [len(STOPS), n] of moves up and down by each stop, of watches side by side.

    Their residuals are `z` [60, n] where no limit caps them, at scales `sigma` [n]. Of the direction that is
    better, all that earlier changes did is taken off; of the other what returned.
    """
    good = {Better.HIGHER: 1, Better.LOWER: -1, Better.EITHER: 0}[better]
    seen = _Seen.of(paths, z, sigma, model.habit.returned)
    wanted = _wanted(model, seen, z, good)
    up, down = (_direction(model, wanted if sign == good else seen, sign) for sign in (1, -1))
    return up, down


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """Paths at scales `sigma` [n], their statistics up and down, levels that no limit caps, and what recurs in them."""

    paths: Paths
    statistics: tuple[Floats, Floats]
    far: Floats
    sigma: Floats
    again: Recurrence

    @classmethod
    def of(cls, paths: Paths, z: Floats, sigma: Floats, again: Recurrence) -> Self:
        """Of paths whose residuals are `z` [60, n] where no limit caps them."""
        return cls(paths, both_ways(paths), far_estimates(z), sigma, again)


def _wanted(model: Model, seen: _Seen, z: Floats, good: int) -> _Seen:
    """The same without what all earlier changes brought and kept in the direction that is `good`."""
    if not good or not model.habit.whole.count:
        return seen
    kept = model.habit.whole.curve - model.habit.returned.curve
    lasting = _as_paths(model, seen.paths, good * np.maximum(good * kept, 0), seen.sigma)
    return _Seen.of(seen.paths.less(lasting), z - lasting, seen.sigma, model.habit.whole)


def _direction(model: Model, seen: _Seen, sign: int) -> Floats:
    """The p-values of moves in the direction `sign`."""
    calibration = model.up if sign > 0 else model.down
    standard = calibration.standard(seen.statistics[0 if sign > 0 else 1])
    if seen.again.count:
        standard = standard / _doubt(model, seen, calibration)
    p = calibration.p_value(running_maximum(standard))
    if calibration.beyond is None:
        return p
    far = distances(seen.far, sign, _spared(seen.again, seen.sigma))
    return calibration.beyond.joined(p, far)


def _doubt(model: Model, seen: _Seen, calibration: Calibration) -> Floats:
    """What each statistic is divided by: it says less the more was forgiven, since that is of uncertain size."""
    again = seen.again
    curve = _as_paths(model, seen.paths, again.curve, seen.sigma)
    size = 2 * again.spread * levels(Paths(curve, curve, seen.paths.measure))
    return np.asarray(np.sqrt(1 + 1 / again.count + (size / calibration.spread[:, None]) ** 2))


def _spared(again: Recurrence, sigma: Floats) -> Floats:
    """How much of a level at each of FAR_STOPS what recurs may explain, whose size is uncertain: [k, n]."""
    if not again.count:
        return np.zeros((len(FAR_STOPS), len(sigma)))
    sizes = np.cumsum(np.abs(again.curve)) / np.arange(1, HORIZON + 1)
    return np.asarray(SPARED * again.spread * sizes[FAR_STOPS - 1, None] / sigma)


def _as_paths(model: Model, paths: Paths, curve: Floats, sigma: Floats) -> Floats:
    """A curve [60] of the residuals' unit as paths [60, n] beside `paths`."""
    scaled = curve[:, None] / sigma
    if not isinstance(paths.measure, Counted):
        return scaled
    return scaled * model.transform.size * np.diff(paths.measure.mass, axis=0)


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
