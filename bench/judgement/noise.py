"""How far a series strays when nothing happens: the unit of every injected effect, and what any method could find."""

import numpy as np

from shipwake.domain import Floats

WIDTH = 60
"""Samples before and after that are held against each other: a whole early watch."""
STRIDE = 15
FEWEST = 20
MAD = 1.4826


def contrasts(values: Floats, width: int = WIDTH) -> Floats:
    """Mean of `width` samples less that of the `width` before them, along a past without holes; median taken off."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    at = np.arange(width, len(values) - width, STRIDE)
    if len(at) < FEWEST:
        return np.empty(0)
    found = (sums[at + width] - 2 * sums[at] + sums[at - width]) / width
    return np.asarray(found - np.median(found))


def unit_of(found: Floats) -> float:
    """The deviation of `contrasts` by their median absolute one: an effect of k moves the mean by k of these."""
    return MAD * float(np.median(np.abs(found))) if len(found) else float("nan")


def reachable(found: Floats, effect: float, alarms: float) -> float:
    """The share of steps of size `effect` that the plain contrast finds when it alarms `alarms` of the time.

    The reachable limit of whoever knows no more than an hour before and an hour after.
    """
    return float(np.mean(found + effect > np.quantile(found, 1 - alarms)))


def filled(values: Floats) -> Floats:
    """`values` [n] with straight lines over holes, for the unit alone."""
    there = np.isfinite(values)
    at = np.arange(len(values), dtype=np.float64)
    return np.asarray(np.interp(at, at[there], values[there]))
