"""Placebo moments: times in the past at which nothing changed, to be judged as if something had."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.judge.past import Flags, Ledger

Index = npt.NDArray[np.int64]
HORIZON = 60
"""Samples after a moment that early looks judge, and samples before it that it is compared with."""
STOPS = (3, 5, 8, 12, 20, 30, 45, 60)
"""Numbers of samples at which a watch is judged; looks in between use the last of them."""
WANTED = 1200
MISSING = 12
"""Slots without an answer around a moment beyond which it teaches nothing."""
FEWEST = 100
WAKE = 30
"""Samples after an earlier change that may still be its warm-up."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Slots `at` (ascending) of a history; `effective` counts how many of their windows are independent."""

    at: Index
    effective: float

    def __len__(self) -> int:
        return len(self.at)


def placebos(answered: Flags, past: Ledger) -> Moments | None:
    """Moments of a history with `answered` slots [n]; None when fewer than 100 can be found."""
    n = len(answered)
    stride = max(1, (n - 2 * HORIZON) // WANTED)
    at = np.arange(n - HORIZON, HORIZON - 1, -stride, dtype=np.int64)[::-1]
    if len(at) < FEWEST:
        return None
    gaps, harms = _running(~answered), _running(past.harm)
    kept = gaps[at + HORIZON] - gaps[at - HORIZON] <= MISSING
    kept &= harms[at + HORIZON] == harms[at]
    apart = kept & _apart(at, past.changes, n)
    if apart.sum() >= 2 * FEWEST:
        kept = apart
    if kept.sum() < FEWEST:
        return None
    at = at[kept]
    return Moments(at, max(len(at) * stride / HORIZON, 4.0))


def _running(flags: Flags) -> Index:
    total = np.zeros(len(flags) + 1, np.int64)
    np.cumsum(flags, out=total[1:])
    return total


def _apart(at: Index, changes: Index, n: int) -> Flags:
    """Which moments have no earlier change in their windows or shortly before."""
    near = np.zeros(n + 2, np.int64)
    np.add.at(near, np.clip(changes - HORIZON + 1, 0, n + 1), 1)
    np.add.at(near, np.clip(changes + WAKE, 0, n + 1), -1)
    return np.asarray(np.cumsum(near)[at] == 0)
