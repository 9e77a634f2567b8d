"""What every earlier change of this service did: of harm only what returned is forgiven, of good all of it."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON
from shipwake.judge.order import medians

EDGES = np.array([0, 1, 2, 3, 5, 8, 12, 20, 30, 45, 60])
FEWEST = 3
PRIOR_SPREAD = 0.25
PRIOR_COUNT = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class Recurrence:
    """The recurring `curve` [60] in the residuals' unit, the spread of its size among changes, their number."""

    curve: Floats
    spread: float
    count: int


NOTHING = Recurrence(np.zeros(HORIZON), 0.0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """What earlier changes did: the part that `returned`, and the `whole` of it."""

    returned: Recurrence = NOTHING
    whole: Recurrence = NOTHING


def habit(past: Floats, placebo: Floats) -> Habit:
    """From residual paths [60, k] after earlier changes and [60, n] at placebo moments.

    Means over growing blocks are kept where the changes agree on them beyond what placebos do. What
    is still there at the end of the hour is no warm-up but a change for good: a worsening that every
    change brought and kept is not forgiven, an improvement that every change brings is none of this one's.
    """
    k = past.shape[1]
    if k < FEWEST:
        return Habit()
    d, r = _blocks(past), _blocks(placebo)
    wide = 3 * 1.4826 * medians(np.abs(r - medians(r, 1)[:, None]), 1)
    noise = np.sqrt(np.mean(np.clip(r, -wide[:, None], wide[:, None]) ** 2, axis=1)) + 1e-12
    middle = medians(d, 1)
    mad = 1.4826 * medians(np.abs(d - middle[:, None]), 1)
    limit = 2 * np.hypot(mad, noise)
    mean = np.clip(d.T, middle - limit, middle + limit).mean(axis=0)
    error = np.sqrt((noise**2 + (0.5 * mad**2 if k >= 5 else 0.0)) / k)
    t2 = (mean / error) ** 2
    if t2.max() < 9 and t2.sum() < 25:
        return Habit()
    agreed = mean * np.maximum(1 - 1 / np.maximum(t2, 1e-9), 0)
    return Habit(_recurrence(d, _returning(agreed), noise), _recurrence(d, agreed, noise))


def _recurrence(d: Floats, blocks: Floats, noise: Floats) -> Recurrence:
    if not blocks.any():
        return NOTHING
    middles = (EDGES[1:] + EDGES[:-1] - 1) / 2
    curve = np.interp(np.arange(HORIZON), middles, blocks)
    return Recurrence(curve, _size_spread(d.T, blocks, noise), d.shape[1])


def _blocks(paths: Floats) -> Floats:
    """Means over the growing blocks: [blocks, n]."""
    return np.asarray(np.add.reduceat(paths, EDGES[:-1], axis=0) / np.diff(EDGES)[:, None])


def _returning(curve: Floats) -> Floats:
    """The part of a block curve that is gone by its last block."""
    stays = curve[-1]
    return np.where(
        curve * stays > 0, np.sign(curve) * np.maximum(np.abs(curve) - abs(stays), 0), curve
    ) * (np.arange(len(curve)) < len(curve) - 1)


def _size_spread(d: Floats, curve: Floats, noise: Floats) -> float:
    """Deviation of the size a of the curve from 1 among changes, its prior worth four of them."""
    q = (curve / noise) ** 2
    q[np.abs(curve) < 0.3 * np.abs(curve).max()] = 0
    sizes = (d * curve / noise**2 * (q > 0)).sum(axis=1) / q.sum()
    excess = np.maximum((np.clip(sizes, -1, 3) - 1) ** 2 - 1 / q.sum(), 0)
    k = len(d)
    return float(np.sqrt((PRIOR_COUNT * PRIOR_SPREAD**2 + excess.sum()) / (PRIOR_COUNT - 1 + k)))
