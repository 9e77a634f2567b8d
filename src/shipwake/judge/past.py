"""What earlier changes did to the history: spans that must not teach the normal, moments that recur."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from shipwake.domain import utc

Flags = npt.NDArray[np.bool_]
AFTERGLOW = 8
"""Units after a harmful change's end in which the series still finds its way back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """An earlier change of the same service; a `harmful` one poisons neither curve nor normal.

    `until` is when its harm ended; None while it still goes on.
    """

    at: datetime
    harmful: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Earlier changes in slots of the history: `moments` may recur, `harm` [n] marks slots of harm.

    `ongoing` is the first slot of a harm that still goes on at the anchor (n when there is none):
    what was normal before it is not what is normal now.
    """

    moments: npt.NDArray[np.int64]
    changes: npt.NDArray[np.int64]
    harm: Flags
    ongoing: int


def ledger(past: Sequence[Past], t0_s: float, unit_s: float, n: int, anchor_s: float) -> Ledger:
    """Earlier changes on the grid of a history of `n` slots that begins at `t0_s`."""

    def slot(at: datetime) -> int:
        return int(np.clip(np.ceil((utc(at).timestamp() - t0_s) / unit_s - 1e-6), -1, n + 1))

    harm = np.zeros(n, bool)
    ongoing = n
    moments, changes = [], []
    for change in past:
        if utc(change.at).timestamp() >= anchor_s:
            continue
        start = slot(change.at)
        changes.append(start)
        if not change.harmful:
            moments.append(start)
            continue
        if change.until is None or utc(change.until).timestamp() >= anchor_s:
            ongoing = min(ongoing, max(start, 0))
            harm[max(start, 0) :] = True
        else:
            harm[max(start, 0) : max(slot(change.until), 0) + AFTERGLOW] = True
    return Ledger(_slots(moments), _slots(changes), harm, ongoing)


def _slots(found: list[int]) -> npt.NDArray[np.int64]:
    return np.unique(np.array(found, dtype=np.int64))
