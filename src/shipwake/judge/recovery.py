"""Whether an indicator that was outside its normal is back inside, and has been for long enough."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import Straying, estimate
from shipwake.judge.moments import HORIZON

FEWEST = 12
STILL = 1 / 3
"""A level above this share of the worst is not back."""


def recovered(z: Floats, ok: np.ndarray, straying: Straying, sign: int, began: int) -> int | None:
    """The slot from which residuals `z` [m] have been back inside, or None.

    They must be so for at least 12 samples and as long as they were out (since slot `began`), up to 60.
    `sign` is the harmful direction.
    """
    m = len(z)
    back = int(np.clip(np.ceil((m - began) / 2), FEWEST, HORIZON))
    if m - back <= began or ok[-back:].sum() < 0.8 * back:
        return None
    out = sign * z[began : m - back][ok[began : m - back]]
    last = sign * z[-back:][ok[-back:]]
    if not len(out):
        return None
    low, high = straying.at(len(last))
    wide = np.sqrt(max(1.0, m / HORIZON))
    far = (high if sign > 0 else -low) * wide
    halves = [float(estimate(part[:, None])[0]) for part in (last, last[len(last) // 2 :])]
    worst = float(estimate(out[:, None])[0])
    if max(halves) > far or max(halves) > STILL * max(worst, 3 * far):
        return None
    return _since(sign * z, back, far)


def _since(z: Floats, back: int, far: float) -> int:
    """The first slot of the stretch inside that ends now, searched before the last `back` slots."""
    m = len(z)
    smooth = np.convolve(z, np.ones(5) / 5, "same")
    outside = np.flatnonzero(smooth[: m - back] > far)
    return int(outside[-1]) + 1 if len(outside) else m - back
