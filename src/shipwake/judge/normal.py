"""What was learned of one indicator before a change: plain arrays that can be kept and sent to a worker."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats, Reason, Sli, from_epoch
from shipwake.judge.calibration import Calibration
from shipwake.judge.counts import CountNoise
from shipwake.judge.described import Described
from shipwake.judge.effect import Straying
from shipwake.judge.moments import HORIZON
from shipwake.judge.recurrence import Habit
from shipwake.judge.rhythm import Rhythm
from shipwake.judge.taught import Taught
from shipwake.judge.transform import Transform

Times = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Model:
    """How the series goes on when nothing changes, and how far it strays then.

    `expected` [60] is the forecast on the transformed scale without season, `level` that of the last 60
    samples before the anchor, from which it sets out; `sigma` the local scale of its residuals at the
    anchor (1 for counts, which bring their own); `limit` [60] and `drawn_limit` [60] bound scaled
    residuals; `band_low`, `band_high` [60] are the quantiles of single ones. `straying` is of the means of scaled
    residuals, `means` of means in the unit, on the transformed scale; `most` is the largest value that taught it.
    `moments_s` are the placebo moments, epoch seconds, ascending. `described` is what the detector that the
    indicator names is taught by, and `detector` the taught one, whose scores `up` and `down` are of.
    """

    transform: Transform
    rhythm: Rhythm
    expected: Floats
    level: float
    sigma: float
    limit: Floats
    drawn_limit: Floats
    band_low: Floats
    band_high: Floats
    habit: Habit
    up: Calibration
    down: Calibration
    straying: Straying
    means: Straying
    most: float
    noise: CountNoise | None
    moments_s: Times
    effective: float
    described: Described | None = None
    detector: Taught | None = None

    def foretold(self, position: npt.NDArray[np.int64], unit_s: float) -> Floats:
        """The transformed series at slots since the anchor, shape of `position`.

        The last forecast is held; before the anchor (negative slots) the first is, without what changes bring.
        """
        known = np.clip(position, 0, HORIZON - 1)
        found = self.expected[known] + self.rhythm.at(position, unit_s)
        if self.habit.returned.count:
            found += np.where(known == position, self.habit.returned.curve[known], 0.0)
        return np.asarray(found)

    def returning(self, position: npt.NDArray[np.int64]) -> Floats:
        """How far of that from the level before the anchor, shape of `position`: the way back to the middle."""
        return np.asarray(self.expected[np.clip(position, 0, HORIZON - 1)] - self.level)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Before:
    """The last samples before the anchor, for charts: label of the first, values and totals [k] as read."""

    t0_s: float
    values: Floats
    totals: Floats
    mean: float | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Normal:
    """The normal of `sli` at `anchor_s`, at a resolution of `unit_s`; `model` is None where `reason` says why."""

    sli: Sli
    anchor_s: float
    unit_s: float
    reason: Reason
    detail: str = ""
    model: Model | None = None
    before: Before

    @property
    def anchor(self) -> datetime:
        """The exposure step that this was learned for."""
        return from_epoch(self.anchor_s)
