"""Whether an indicator that was outside its normal is back inside, and has been for long enough."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import Straying, estimate
from shipwake.judge.moments import HORIZON

FEWEST = 12
STILL = 1 / 3
"""A level above this share of the worst is not back."""
RARELY = 0.2
"""The same for events, whose number is a matter of luck."""


ENOUGH = 6.0
"""Events that the last stretch would have shown were nothing mended; with fewer, their absence says little."""


def recovered(
    z: Floats, ok: np.ndarray, straying: Straying, sign: int, began: int, *, counts: bool = False
) -> int | None:
    """The slot from which residuals `z` [m] have been back inside, or None.

    They must be so for at least 12 samples and as long as they were out (since slot `began`), up to 60.
    `sign` is the harmful direction. Of `counts`, residuals are events: they are rare, so that a burst must
    not be left out, and quiet counts for something only where events were due.
    """
    m = len(z)
    back = int(np.clip(np.ceil((m - began) / 2), FEWEST, HORIZON))
    if m - back <= began or ok[-back:].sum() < 0.8 * back:
        return None
    out = sign * z[began : m - back][ok[began : m - back]]
    last = sign * z[-back:][ok[-back:]]
    if not len(out):
        return None
    if counts:
        return _mended(out, last, sign * z[: m - back])
    low, high = straying.at(len(last))
    wide = np.sqrt(max(1.0, m / HORIZON))
    far = (high if sign > 0 else -low) * wide
    halves = [_level(part) for part in (last, last[len(last) // 2 :])]
    worst = _level(out)
    if max(halves) > far or max(halves) > STILL * max(worst, 3 * far):
        return None
    return _since(sign * z, far)


def _mended(out: Floats, last: Floats, before: Floats) -> int | None:
    """For events: the last stretch has far fewer of them than it would have had, and enough were due."""
    # What raised the alarm was partly luck: the rate that so many events speak for at the least.
    rate = max(np.sqrt(max(float(out.sum()), 0.0)) - 1, 0.0) ** 2 / len(out)
    halves = [float(part.mean()) for part in (last, last[len(last) // 2 :])]
    if rate * len(last) < ENOUGH or max(halves) > RARELY * rate:
        return None
    some = np.flatnonzero(before > 0.5)
    return int(some[-1]) + 1 if len(some) else len(before)


def _level(z: Floats) -> float:
    return float(estimate(z[:, None])[0])


def _since(z: Floats, far: float) -> int:
    """The first slot of the stretch inside that ends now; a burst within it may fall outside."""
    m = len(z)
    smooth = np.convolve(z, np.ones(5) / 5, "same")
    outside = np.flatnonzero(smooth[: m - FEWEST] > far)
    return int(outside[-1]) + 1 if len(outside) else m - FEWEST
