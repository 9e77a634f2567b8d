"""What one chart of an indicator around a change holds: numbers and marks, before anything is drawn."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from shipwake.domain import Floats, Health

MOST_POINTS = 360
"""More samples than a chart has places for are drawn one extreme a bucket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A change on the time axis; `judged` is the one this chart is about."""

    at_s: float
    label: str
    judged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mean:
    """A mean over a span of time, with a 95 % interval where one is known."""

    start_s: float
    end_s: float
    value: float
    low: float | None = None
    high: float | None = None


class Outside(StrEnum):
    """Which side of the normal is drawn as outside."""

    NOWHERE = "nowhere"
    ABOVE = "above"
    BELOW = "below"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Plot:
    """One indicator around one change; arrays of shape [n], NaN where nothing is known.

    Slot i is labelled `t0_s + i·step_s`, and the first `before` of them lie before the change.
    `total` is the traffic under a ratio, empty where there is none.
    """

    key: str
    title: str
    unit: str
    name: str
    t0_s: float
    step_s: float
    before: int
    values: Floats
    total: Floats
    low: Floats
    high: Floats
    health: Health = Health.HEALTHY
    outside: Outside = Outside.NOWHERE
    markers: tuple[Marker, ...] = ()
    means: tuple[Mean, ...] = ()
    now_s: float | None = None

    @property
    def times_s(self) -> Floats:
        """Label of each slot in epoch seconds, shape [n]."""
        return self.t0_s + self.step_s * np.arange(len(self.values), dtype=np.float64)

    @property
    def end_s(self) -> float:
        """Label of the slot after the last."""
        return self.t0_s + self.step_s * len(self.values)

    @property
    def change_s(self) -> float:
        """Where the judged samples begin."""
        judged = (m.at_s for m in self.markers if m.judged)
        return next(judged, self.t0_s + self.step_s * self.before)

    def is_outside(self) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which slots after the change lie outside the normal on the side that moved, shape [n]."""
        flags = np.zeros(len(self.values), dtype=bool)
        if self.outside is Outside.NOWHERE:
            return flags
        known = np.isfinite(self.values) & np.isfinite(self.low) & np.isfinite(self.high)
        if self.outside in {Outside.ABOVE, Outside.EITHER}:
            flags |= known & (self.values > self.high)
        if self.outside in {Outside.BELOW, Outside.EITHER}:
            flags |= known & (self.values < self.low)
        flags[: self.before] = False
        return flags

    def gaps(self) -> list[tuple[float, float]]:
        """The spans without a value, as (start, end) in epoch seconds."""
        missing = np.concatenate(([False], np.isnan(self.values), [False])).astype(np.int8)
        edges = np.flatnonzero(np.diff(missing))
        starts, ends = edges[::2], edges[1::2]
        pairs = zip(starts, ends, strict=True)
        return [
            (self.t0_s + self.step_s * float(a), self.t0_s + self.step_s * float(b))
            for a, b in pairs
        ]


def windowed(plot: Plot, at_most: int) -> Plot:
    """The same chart with at most `at_most` slots before the change."""
    cut = plot.before - at_most
    if cut <= 0:
        return plot
    return replace(
        plot,
        t0_s=plot.t0_s + cut * plot.step_s,
        before=plot.before - cut,
        values=plot.values[cut:],
        total=plot.total[cut:],
        low=plot.low[cut:],
        high=plot.high[cut:],
    )


def thinned(plot: Plot, at_most: int = MOST_POINTS) -> Plot:
    """The same chart with one slot for several: each the sample farthest from the middle of its normal."""
    per = -(-len(plot.values) // at_most)
    if per <= 1:
        return plot
    lead = -plot.before % per
    return replace(
        plot,
        t0_s=plot.t0_s - lead * plot.step_s,
        step_s=plot.step_s * per,
        before=(plot.before + lead) // per,
        values=_farthest(plot.values, (plot.low + plot.high) / 2, lead, per),
        total=_average(plot.total, lead, per),
        low=_average(plot.low, lead, per),
        high=_average(plot.high, lead, per),
    )


def _buckets(column: Floats, lead: int, per: int) -> Floats:
    tail = -(len(column) + lead) % per
    padded = np.concatenate((np.full(lead, np.nan), column, np.full(tail, np.nan)))
    return padded.reshape(-1, per)


def _average(column: Floats, lead: int, per: int) -> Floats:
    if not len(column):
        return column
    rows = _buckets(column, lead, per)
    known = np.isfinite(rows)
    sums = np.where(known, rows, 0.0).sum(axis=1)
    counts = known.sum(axis=1)
    averages = np.full(len(rows), np.nan)
    np.divide(sums, counts, out=averages, where=counts > 0)
    return averages


def _farthest(column: Floats, middle: Floats, lead: int, per: int) -> Floats:
    rows, centres = _buckets(column, lead, per), _buckets(middle, lead, per)
    fallback = np.nanmedian(column) if np.isfinite(column).any() else 0.0
    centres = np.where(np.isfinite(centres), centres, fallback)
    distance = np.where(np.isfinite(rows), np.abs(rows - centres), -1.0)
    picked = distance.argmax(axis=1)
    return np.asarray(rows[np.arange(len(rows)), picked], dtype=np.float64)
