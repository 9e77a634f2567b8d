"""When a move began: the one step that explains the residuals best, and the slots that explain them nearly as well."""

import numpy as np

from shipwake.domain import Floats

NEARLY = 3.84
"""χ² with one degree of freedom at 95 %."""


def onset(z: Floats) -> tuple[int, int, int]:
    """Slot of the step, and its interval, in residuals [m] since the change (m ≥ 3).

    Least squares of one level from slot τ on and zero before it, on residuals drawn in to a robust
    limit; the interval holds every τ whose likelihood is near the best, with the noise's own correlation.
    """
    m = len(z)
    center = float(np.median(z))
    limit = abs(center) + 3 * 1.4826 * float(np.median(np.abs(z - center))) + 1e-12
    y = np.clip(z, -limit, limit)
    tails = np.cumsum(y[::-1])[::-1]
    counts = np.arange(m, 0, -1)
    gain = tails * tails / counts
    gain[max(m - 3, 1) :] = -1.0
    best = int(np.argmax(gain))
    rest = y - np.where(np.arange(m) >= best, tails[best] / counts[best], 0.0)
    variance = float(np.mean(rest * rest)) + 1e-12
    lag = float(np.mean(rest[1:] * rest[:-1])) / variance if m > 3 else 0.0
    inflation = (1 + np.clip(lag, 0, 0.9)) / (1 - np.clip(lag, 0, 0.9))
    near = np.flatnonzero(gain >= gain[best] - NEARLY * variance * inflation)
    return best, int(near[0]), int(near[-1])
