"""What one look at one SLI found: effect with interval, evidence, expected band, power and data health."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.domain.health import Health, Reason
from shipwake.domain.samples import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """How far the SLI moved, in its unit (a ratio with unit "%" in points), with a 95 % interval.

    `relative` is estimate / expected level (None where the level is 0). Upward is positive, whatever is better.
    """

    estimate: float
    low: float
    high: float
    relative: float | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Where the mean of the judged samples was expected, in the SLI's unit."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the band, the normal's own measure of far."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Onset:
    """When the move began, with an interval."""

    at: datetime
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Evidence:
    """The samples that were judged and the band they were held against, all of shape [n], in shown units.

    Slot i is labelled `t0_s + i·step_s`; `before` of them lie before the change. `values` NaN is a gap.
    `total` is the traffic under a ratio (empty for a gauge). `low` and `high` are NaN where no normal is known.
    """

    t0_s: float
    step_s: float
    before: int
    values: Floats
    total: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """One look at one SLI of one change.

    `p_worse` and `p_better` hold over the whole watch, repeated looks included. `level` is what they were held against.
    `noticeable` is the smallest shift that would have been seen by now, in the SLI's unit. `degree` is the near end of
    the interval in half-widths of the normal. `excess` is a total where the unit allows one (extra failures).
    """

    change: str
    sli: str
    look: int
    at: datetime
    anchor: datetime
    health: Health
    reason: Reason
    p_worse: float
    p_better: float
    level: float
    effect: Effect | None = None
    expected: Band | None = None
    before: float | None = None
    after: float | None = None
    onset: Onset | None = None
    recovered_at: datetime | None = None
    noticeable: float | None = None
    noticeable_relative: float | None = None
    noticeable_usually: float | None = None
    """The same as `noticeable` at the usual caution, where `false_alarms` asks for another."""
    degree: float = 0.0
    excess: float | None = None
    seen: int = 0
    wanted: int = 0
    late_s: float = 0.0
    """Seconds after its due time at which it was made, where that is later than samples may take; judged as of then."""
    detail: str = ""
    """Words of the source or of data health beside the reason: what was missing, what was refused."""
    evidence: Evidence | None = None
