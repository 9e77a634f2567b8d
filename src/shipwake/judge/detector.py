"""A detector that is not ours, held to our placebo moments: its scores become p-values of a whole watch."""

from dataclasses import replace

import numpy as np

from shipwake.domain import Better, Floats, Health, Reason
from shipwake.judge import tail
from shipwake.judge.calibration import Calibration
from shipwake.judge.counts import Counted
from shipwake.judge.described import Described, features
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.normal import Model, Normal
from shipwake.judge.recurrence import Recurrence
from shipwake.judge.shift import Shift
from shipwake.judge.statistics import Paths
from shipwake.judge.tail import SHARE, Prior
from shipwake.judge.taught import Score, Taught
from shipwake.judge.watch_p import Moved, stops_of
from shipwake.judge.watched import Watched

FAR_QUANTILE = 0.985
LEAST = -3.0
"""U of a watch whose level went the other way, and the least that any counts as."""
SIZES = (0.25, 0.5, 1.0, 1.5, 2.5, 4.0, 6.0)
"""Steady moves, in the local scale of the residuals, with which the detector's power is tried."""
TRIED = 40
"""Watches of the oldest part on which each size is tried, at least; none is asked about without need."""
POWER = 0.8
UNTOLD = Prior(shape=0.25)
"""Scores are of any scale, so that nothing is known of how far their tails reach."""


def teach(normal: Normal, score: Score) -> Normal:
    """The normal with `score` in place of our statistics; as it is where there is nothing to learn.

    The placebo moments of each fifth of the history are scored by a model that has not seen them nor what
    overlaps them. Watches to come are scored by the one that has not seen the oldest fifth: it is as large
    as the others, so that its scores are theirs. Raises whatever `score` raises.
    """
    model = normal.model
    if model is None or model.described is None:
        return normal
    seen = model.described
    found = _held_out(seen, score)
    up = _calibrated(found, seen.levels > 0, seen.effective)
    down = _calibrated(found, seen.levels < 0, seen.effective)
    detector = Taught(
        score=score,
        described=seen,
        up_power=_power(seen, score, up, 1),
        down_power=_power(seen, score, down, -1),
    )
    judged = replace(model, up=up, down=down, moments_s=seen.moments_s, detector=detector)
    return replace(normal, model=judged)


def _held_out(seen: Described, score: Score) -> Floats:
    """Scores [n, stops] at the placebo moments, each by a model that knows nothing of it."""
    found = np.empty(seen.rows.shape[:2])
    for start, end in seen.folds():
        rows = seen.rows[start:end].astype(np.float64)
        found[start:end] = score(seen.apart(start, end), rows)
    return found


def _calibrated(scores: Floats, toward: np.ndarray, effective: float) -> Calibration:
    """One direction: what the scores [n, stops] of watches that went `toward` it do when nothing changed."""
    center = np.median(scores, axis=0)
    far = np.quantile(scores, FAR_QUANTILE, axis=0) - center
    limit = 3 * far + 1e-12
    rms = np.sqrt(np.mean(np.clip(scores - center, -limit, limit) ** 2, axis=0))
    spread = np.maximum(far, 1.5 * rms) + 1e-9
    u = _directed((scores - center) / spread, toward)
    by_moment = u.max(axis=1)
    maxima = np.sort(by_moment)
    return Calibration(
        center=center,
        spread=spread,
        maxima=maxima,
        by_moment=by_moment.astype(np.float32),
        weak=np.quantile(u, 1 - POWER, axis=0),
        tail=tail.fit(maxima, effective, UNTOLD),
    )


def _directed(u: Floats, toward: np.ndarray) -> Floats:
    return np.where(toward, np.maximum(u, LEAST), LEAST)


def _power(seen: Described, score: Score, calibration: Calibration, sign: int) -> Floats:
    """The U [sizes, stops] that four in five of the oldest placebo watches reach when moved by each of SIZES."""
    start, end = seen.folds()[0]
    some = slice(start, end, max(1, (end - start) // TRIED))
    moved = np.array(SIZES)[:, None, None, None] * sign / seen.spread
    rows = seen.rows[some].astype(np.float64) + moved
    found = score(seen.apart(start, end), rows.reshape(-1, *rows.shape[2:])).reshape(rows.shape[:3])
    levels = seen.levels[some] + sign * np.array(SIZES)[:, None, None]
    u = _directed((found - calibration.center) / calibration.spread, sign * levels > 0)
    reached = np.quantile(np.maximum.accumulate(u, axis=2), 1 - POWER, axis=1)
    return np.asarray(np.maximum.accumulate(reached, axis=0))


def moved(model: Model, detector: Taught, path: Paths, seen: Watched, better: Better) -> Moved:
    """The p-values of the watch at each stop that its samples have reached, in both directions.

    A model of outliers knows no direction: that is the sign of the level since the change, as estimated.
    """
    stops = stops_of(seen)
    if not stops:
        return Moved(np.ones(0), np.ones(0), ())
    good = {Better.HIGHER: 1, Better.LOWER: -1, Better.EITHER: 0}[better]
    both = np.stack([_path(model, path, sign, sign == good) for sign in (1, -1)], axis=1)
    raw = features(both)[:, : STOPS.index(stops[-1]) + 1]
    scores = detector.score(detector.rows, detector.described.standard(raw))
    p = [
        _running_p(calibration, found, sign * level > 0)[[STOPS.index(s) for s in stops]]
        for calibration, found, level, sign in zip(
            (model.up, model.down), scores, raw[:, :, 0], (1, -1), strict=True
        )
    ]
    return Moved(p[0], p[1], stops)


def _running_p(calibration: Calibration, scores: Floats, toward: np.ndarray) -> Floats:
    k = len(scores)
    u = _directed((scores - calibration.center[:k]) / calibration.spread[:k], toward)
    return np.clip(calibration.p_value(np.maximum.accumulate(u)), 0.0, 1.0)


def _path(model: Model, path: Paths, sign: int, better: bool) -> Floats:  # noqa: FBT001 - of one sign
    """The path [60] in local deviations; less what earlier changes brought for good where that is better.

    It is drawn in where much was forgiven, since what recurs is of uncertain size.
    """
    z, unit = path.raw[:, 0], np.full(HORIZON, 1 / model.sigma)
    if isinstance(path.measure, Counted):
        totals = np.diff(path.measure.mass, axis=0)[:, 0]
        deviation = path.measure.noise.deviation(path.measure.rate[0], totals)
        z, unit = z / deviation, model.transform.size * totals / deviation
    again = model.habit.returned
    if better and model.habit.whole.count:
        again = model.habit.whole
        z = z - unit * sign * np.maximum(sign * (again.curve - model.habit.returned.curve), 0)
    return z / _doubt(again, unit)


def _doubt(again: Recurrence, unit: Floats) -> Floats:
    if not again.count:
        return np.ones(HORIZON)
    size = 2 * again.spread * again.curve * unit
    return np.sqrt(1 + 1 / again.count + size * size)


def noticeable(
    shift: Shift, detector: Taught, seen: Watched, sign: int, level: float
) -> float | None:
    """The smallest steady move, as `Shift.level` takes it, that four in five watches show at `level` by now.

    None before the first stop, and where no size that was tried is found: some detectors cannot tell far from
    very far.
    """
    k = int(np.searchsorted(STOPS, len(seen), side="right")) - 1
    if k < 0:
        return None
    calibration = shift.model.up if sign > 0 else shift.model.down
    critical = calibration.critical(min(level, SHARE / 2))
    reached = (detector.up_power if sign > 0 else detector.down_power)[:, k]
    found = np.flatnonzero(reached >= critical)
    if not len(found):
        return None
    i = int(found[0])
    size = SIZES[i]
    if i and reached[i] > reached[i - 1]:
        share = (critical - reached[i - 1]) / (reached[i] - reached[i - 1])
        size = SIZES[i - 1] + float(share) * (SIZES[i] - SIZES[i - 1])
    return size * _in_sum(shift, seen)


def _in_sum(shift: Shift, seen: Watched) -> float:
    """What a move of one deviation a sample is in deviations of the sum, for counts."""
    noise = shift.model.noise
    if noise is None or shift.counted <= 0:
        return 1.0
    rate = np.array(shift.rate)
    each = float(noise.deviation(rate, seen.read.totals).sum())
    return each / float(noise.deviation(rate, np.array(shift.counted)))


def humbled(health: Health, reason: Reason, noticed: float | None) -> tuple[Health, Reason]:
    """Unknown in place of healthy where the detector would have noticed no size that was tried."""
    if health is Health.HEALTHY and reason is Reason.NORMAL and noticed is None:
        return Health.UNKNOWN, Reason.SO_FAR
    return health, reason
