"""Whether an indicator that was outside its normal is back inside, and has been for long enough."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import Straying, estimate
from shipwake.judge.moments import HORIZON

FEWEST = 12
STILL = 1 / 3
"""A level above this share of the worst, or of a straying three times as wide as usual, is not back."""
MOSTLY = 0.6
"""Nor is one above this share of the worst, however far levels stray: what has not moved has not gone back."""
RARELY = 0.2
"""The same for events, whose number is a matter of luck."""
ENOUGH = 6.0
"""Events that the last stretch would have shown were nothing mended; with fewer, their absence says little."""
LUCK = 2.0
"""How much of √events may be luck: four deviations, each ½ for a Poisson count."""


def recovered(
    z: Floats, ok: np.ndarray, straying: Straying, sign: int, began: int, *, counts: bool = False
) -> int | None:
    """The slot from which residuals `z` [m] have been back inside, or None.

    They must be so for at least 12 samples and as long as they were out (since slot `began`), up to 60.
    `sign` is the harmful direction. Of `counts`, residuals are events: they are rare, so that a burst must
    not be left out, and quiet counts for something only where events were due, however long the watch.
    """
    if counts:
        return _mended(sign * z, ok, began)
    m = len(z)
    back = int(np.clip(np.ceil((m - began) / 2), FEWEST, HORIZON))
    if m - back <= began or ok[-back:].sum() < 0.8 * back:
        return None
    out = sign * z[began : m - back][ok[began : m - back]]
    last = sign * z[-back:][ok[-back:]]
    if not len(out):
        return None
    low, _, high = straying.at(len(last))
    wide = np.sqrt(max(1.0, m / HORIZON))
    far = (high if sign > 0 else -low) * wide
    halves = [_level(part) for part in (last, last[len(last) // 2 :])]
    worst = _level(out)
    if max(halves) > min(far, STILL * max(worst, 3 * far), MOSTLY * max(worst, 0.0)):
        return None
    return began + _since(sign * z[began:])


def _mended(z: Floats, ok: np.ndarray, began: int) -> int | None:
    """For events: since the slot that parts many from few best there are far fewer, and enough were due."""
    events = np.where(ok, z, 0.0)[began:]
    parted = _parted(np.maximum(events, 0.0))
    out, last = events[:parted], events[parted:]
    if not len(out) or len(last) < np.clip(len(out), FEWEST, HORIZON):
        return None
    if np.mean(ok[began + parted :]) < 0.8:
        return None
    # What raised the alarm and parted it was partly luck: the rate that so many events speak for at the least.
    rate = max(np.sqrt(max(float(out.sum()), 0.0)) - LUCK, 0.0) ** 2 / len(out)
    halves = [float(part.mean()) for part in (last, last[len(last) // 2 :])]
    if rate * len(last) < ENOUGH or max(halves) > RARELY * rate:
        return None
    return began + parted


def _parted(events: Floats) -> int:
    """The slot from which on a lower rate explains `events` [m] best: two Poisson rates by likelihood."""
    m = len(events)
    before = np.cumsum(events)
    after = before[-1] - before
    slots = np.arange(1, m + 1, dtype=np.float64)
    rest = np.maximum(m - slots, 1.0)
    gain = _likelihood(before, slots) + _likelihood(after, rest)
    gain[(before / slots <= after / rest) | (slots >= m)] = -np.inf
    return int(np.argmax(gain)) + 1


def _likelihood(events: Floats, slots: Floats) -> Floats:
    """Σ log of Poisson's likelihood at its best rate, less what does not depend on where the slots part."""
    return np.asarray(events * np.log(np.maximum(events, 1e-12) / slots))


def _level(z: Floats) -> float:
    return float(estimate(z[:, None])[0])


def _since(z: Floats) -> int:
    """The slot that parts a level outside from a lower one inside: two levels by least squares, residuals drawn in."""
    center = float(np.median(z))
    limit = 3 * 1.4826 * float(np.median(np.abs(z - center))) + 1e-12
    y = np.clip(z, center - limit, center + limit)
    out = np.arange(1, len(z) - FEWEST + 1)
    before = np.cumsum(y)
    high = before[out - 1] / out
    low = (before[-1] - before[out - 1]) / (len(z) - out)
    gain = np.maximum(high - low, 0.0) ** 2 * out * (len(z) - out)
    return int(np.argmax(gain)) + 1
