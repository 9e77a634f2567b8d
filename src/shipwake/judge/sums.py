"""Running sums and extremes of many paths side by side, row after row, as memory holds them."""

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats

Slots = npt.NDArray[np.int64]


def running_sums(z: Floats) -> Floats:
    """[m + 1, n] of paths [m, n], a column each; the first row is 0."""
    total = np.zeros((len(z) + 1, z.shape[1]))
    if z.shape[1] == 1:
        np.cumsum(z, axis=0, out=total[1:])
        return total
    for before, one, after in zip(total, z, total[1:], strict=False):
        np.add(before, one, out=after)
    return total


def up_to(z: Floats, ends: Slots) -> tuple[Floats, Floats]:
    """The largest and the least of z[:end] [m, n] for each of the ascending `ends` > 0: [ends, n] each."""
    starts = np.concatenate([[0], ends[:-1]])
    if z.shape[1] == 1:
        part = z[: ends[-1]]
        high, low = np.maximum.reduceat(part, starts), np.minimum.reduceat(part, starts)
    else:
        parts = [z[a:b] for a, b in zip(starts, ends, strict=True)]
        high = np.stack([part.max(axis=0) for part in parts])
        low = np.stack([part.min(axis=0) for part in parts])
    return np.maximum.accumulate(high, axis=0), np.minimum.accumulate(low, axis=0)
