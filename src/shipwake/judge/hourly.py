"""What recurs at the same minute of every hour (jobs started by the clock), learned from the day before."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge.order import medians, quantiles
from shipwake.judge.sums import running_sums

HOUR_S = 3600.0
FEWEST_HOURS = 48
TEACHING = 24
"""Hours before an hour from which it is told."""
FEWEST_SLOTS, MOST_SLOTS = 10, 3600
LEAST_GAIN = 0.3
FAR_QUANTILE = 0.98


@dataclass(frozen=True, slots=True, eq=False)
class Hourly:
    """The rhythm `slots` [per hour] of the coming hours, from the anchor on; empty where there is none."""

    slots: Floats

    def at(self, position: npt.NDArray[np.int64]) -> Floats:
        """At slots since the anchor, shape of `position`."""
        if len(self.slots) == 0:
            return np.zeros(len(position))
        return np.asarray(self.slots[position % len(self.slots)])


NONE = Hourly(np.empty(0))


def hourly(x: Floats, unit_s: float) -> tuple[Floats, Hourly]:
    """The rhythm within the history [n], which ends at the anchor, and that of the hours to come.

    Each hour is told by the mean of the 24 before it, its own level taken off, times the slope by
    which such means foretold; nothing, where that slope is under 0.3.
    """
    n = len(x)
    per = round(HOUR_S / unit_s)
    hours = n // max(per, 1)
    whole = abs(per * unit_s - HOUR_S) < 1e-6
    if not whole or not FEWEST_SLOTS <= per <= MOST_SLOTS or hours < FEWEST_HOURS:
        return np.zeros(n), NONE
    move = x[n - hours * per :].reshape(hours, per)
    move = move - medians(move, 1)[:, None]
    far = float(quantiles(np.abs(move).ravel(), [FAR_QUANTILE])[0])
    move = np.clip(move, -far, far)
    total = running_sums(move)
    told = (total[TEACHING:] - total[: hours + 1 - TEACHING]) / TEACHING
    told -= told.mean(axis=1, keepdims=True)
    variance = float(np.mean(told[:-1] ** 2))
    gain = float(np.mean(told[:-1] * move[TEACHING:])) / variance if variance > 1e-12 else 0.0
    if gain < LEAST_GAIN:
        return np.zeros(n), NONE
    told *= min(gain, 1.0)
    within = np.zeros(n)
    within[n - hours * per :] = np.concatenate([np.tile(told[0], TEACHING), told[:-1].ravel()])
    return within, Hourly(told[-1])
