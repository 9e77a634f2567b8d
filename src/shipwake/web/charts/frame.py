"""The paper a chart is drawn on: its size, its margins and its two scales."""

import math
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from shipwake.web.charts.figures import clock, day, digits
from shipwake.web.charts.plot import Plot
from shipwake.web.charts.scale import Linear, ticks, time_step, time_ticks
from shipwake.web.charts.svg import line, tag, words

MINUTE_S, DAY_S = 60, 86400
WHOLE = 100.0
"""No share reaches beyond it, and so no axis of one needs to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """Paper for one place on a page, in user units; `lookback` limits the slots before the change."""

    width: float
    height: float
    left: float = 50.0
    right: float = 12.0
    top: float = 52.0
    bottom: float = 24.0
    traffic: float = 34.0
    x_ticks: int = 6
    lookback: int = 60
    labels: bool = True


WIDE = Size(width=780.0, height=300.0, x_ticks=8)
NARROW = Size(
    width=352.0,
    height=244.0,
    left=46.0,
    right=8.0,
    top=30.0,
    traffic=28.0,
    x_ticks=4,
    lookback=30,
    labels=False,
)
SMALL = Size(width=372.0, height=196.0, left=44.0, top=30.0, x_ticks=4, lookback=45, labels=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Where times and values are placed; `floor` is the baseline, below it lies the traffic."""

    size: Size
    x: Linear
    y: Linear
    rungs: tuple[float, ...]
    floor: float
    foot: float

    @property
    def ceiling(self) -> float:
        """The top of the plotting area."""
        return self.size.top

    @property
    def left(self) -> float:
        """The left edge of the plotting area."""
        return self.size.left

    @property
    def right(self) -> float:
        """The right edge of the plotting area."""
        return self.size.width - self.size.right


def _highest(plot: Plot) -> float:
    """The value the axis must reach: all of what is judged and normal, and most of what came before."""
    parts = [plot.high[np.isfinite(plot.high)], plot.values[plot.before :]]
    earlier = plot.values[: plot.before]
    earlier = earlier[np.isfinite(earlier)]
    if len(earlier):
        parts.append(np.quantile(earlier, [0.98]))
    means = [v for m in plot.means for v in (m.value, m.high) if v is not None]
    found = np.concatenate([*parts, np.array(means, dtype=np.float64)])
    found = found[np.isfinite(found)]
    return float(found.max()) if len(found) else 0.0


def _lowest(plot: Plot) -> float:
    found = np.concatenate((plot.values, plot.low))
    found = found[np.isfinite(found)]
    lowest = float(found.min()) if len(found) else 0.0
    return (
        min(lowest, 0.0) if np.isfinite(plot.values).any() and np.nanmin(plot.values) < 0 else 0.0
    )


def fit(plot: Plot, size: Size) -> Frame:
    """The frame in which `plot` fills paper of this size; the value axis starts at 0 unless values lie below."""
    low, high = _lowest(plot), _highest(plot)
    if not high > low:
        high = low + 1.0
    share = len(plot.total) and plot.unit == "%" and high <= WHOLE
    rungs = ticks(low, min(high * 1.04, WHOLE) if share else high * 1.04, 4)
    foot = size.height - size.bottom
    floor = foot - (size.traffic if len(plot.total) else 0.0)
    end = max(plot.end_s, plot.now_s or plot.end_s)
    return Frame(
        size=size,
        x=Linear(plot.t0_s, end, size.left, size.width - size.right),
        y=Linear(rungs[0], rungs[-1], floor, size.top),
        rungs=tuple(rungs),
        floor=floor,
        foot=foot,
    )


def axes(frame: Frame, unit: str) -> str:
    """Grid hairlines with their values, and instants along the foot."""
    suffix = " %" if unit == "%" else ""
    parts = []
    for value in frame.rungs:
        y = frame.y(value)
        parts.append(line(frame.left, y, frame.right, y, class_="grid"))
        parts.append(words(digits(value) + suffix, frame.left - 7, y + 4, class_="axis end"))
    parts.append(line(frame.left, frame.foot, frame.right, frame.foot, class_="foot"))
    parts.extend(_instants(frame))
    return tag("g", *parts)


def _instants(frame: Frame) -> list[str]:
    start, end = frame.x.start, frame.x.end
    step = time_step(end - start, frame.size.x_ticks)
    found = []
    for at in time_ticks(start, end, frame.size.x_ticks):
        x = frame.x(at)
        if frame.left + 14 <= x <= frame.right - 12:
            found.append(line(x, frame.foot, x, frame.foot + 4, class_="foot"))
            found.append(instant(at, step, x, frame.foot + 18, class_="axis mid"))
    return found


def instant(at_s: float, step_s: float, x: float, y: float, class_: str) -> str:
    """A label of an instant; the page's script may show it in another zone."""
    form = "day" if step_s >= DAY_S else "clock" if step_s >= MINUTE_S else "second"
    text = said(at_s, form)
    return words(text, x, y, class_=class_, data_at=str(math.floor(at_s)), data_form=form)


def said(at_s: float, form: str) -> str:
    """An instant in one of the forms that pages use: `clock`, `second` or `day`."""
    if form == "day":
        return day(datetime.fromtimestamp(at_s, UTC))
    return clock(at_s, seconds=form == "second")
