"""The smallest move of a share that would have been noticed by now; what is no share has its power elsewhere."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.calibration import Calibration
from shipwake.judge.counts import CountNoise
from shipwake.judge.moments import STOPS
from shipwake.judge.shift import Shift, deviation_of
from shipwake.judge.statistics import BURST, STATISTICS, Shape, Statistic
from shipwake.judge.tail import SHARE

SETTLING = 12
"""Rounds in which a share and how far it strays are found from one another."""


def noticeable_share(
    shift: Shift,
    noise: CountNoise,
    calibration: Calibration,
    totals: Floats,
    sign: int,
    level: float,
) -> float | None:
    """A steady move in the unit, in the direction `sign`, that `totals` [m] show with 80 % power at `level`.

    None before the first stop. A statistic reads no more than its own samples, less a burst; and a share that
    moved strays as it does at where it moved to.
    """
    critical = calibration.critical(min(level, SHARE / 2))
    sizes = []
    for stop in STOPS:
        if stop > len(totals):
            break
        k = STATISTICS.index(Statistic(stop, Shape.LEVEL))
        needed = float(calibration.center[k] + calibration.spread[k] * critical)
        counted = float(totals[:stop].sum()) * (stop - BURST if stop > BURST else 1) / stop
        sizes.append(_size(shift.rate, noise, counted, needed, float(calibration.weak[k]), sign))
    return min(sizes) * shift.factor if sizes else None


def _size(
    rate: float, noise: CountNoise, counted: float, needed: float, weak: float, sign: int
) -> float:
    """The move after which the 20 % quantile of the statistic, `weak` when nothing changed, is `needed`."""
    if counted <= 0:
        return 1.0
    usual = deviation_of(noise, rate, counted)
    moved = rate
    for _ in range(SETTLING):
        wide = max(deviation_of(noise, moved, counted) / usual, 1.0)
        size = max(needed - min(weak, 0.0) * wide, 0.0) * usual / counted
        moved = float(np.clip(rate + sign * size, 0.0, 1.0))
    return abs(moved - rate)
