"""Everything in a series that the clock and the calendar tell: by minute of the hour, by day, by week."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.judge.hourly import Hourly, hourly
from shipwake.judge.moments import Moments
from shipwake.judge.season import Season, seasonal


@dataclass(frozen=True, slots=True, eq=False)
class Rhythm:
    """What recurs, from the anchor on, `begun` slots after the end of the history that taught it."""

    hour: Hourly
    week: Season
    begun: int = 0

    def at(self, position: npt.NDArray[np.int64], unit_s: float) -> Floats:
        """At slots since the anchor (before it where negative), shape of `position`."""
        slots = position + self.begun
        age_s = (slots.astype(np.float64) + 0.5) * unit_s
        return np.asarray(self.hour.at(slots) + self.week.at(age_s))


def rhythm(x: Floats, weight: Floats, unit_s: float, moments: Moments) -> tuple[Floats, Rhythm]:
    """The rhythm within the history [n], told only by what came before, and that of what is to come."""
    minutes, hour = hourly(x, unit_s)
    days, week = seasonal(x - minutes, weight, unit_s, moments)
    return minutes + days, Rhythm(hour, week)
