"""The last hours of one indicator with what was usual in each part of them; it refuses to forecast."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from shipwake.domain import Floats, Health
from shipwake.web.charts.figures import clock, figure
from shipwake.web.charts.frame import Frame, Size, axes
from shipwake.web.charts.plot import Plot, thinned
from shipwake.web.charts.scale import Linear, ticks
from shipwake.web.charts.svg import box, hatch, line, moment, path, picture, polygon, tag

WIDE = Size(width=780.0, height=270.0, left=54.0, top=26.0, x_ticks=8)
NARROW = Size(width=352.0, height=230.0, left=46.0, right=8.0, top=26.0, x_ticks=4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """A part of the time shown: its middle, and the band that nine samples in ten lay in."""

    start_s: float
    end_s: float
    middle: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Samples of one indicator, shape [n], NaN for a gap; `spans` are the times flagged by a verdict."""

    key: str
    unit: str
    name: str
    t0_s: float
    step_s: float
    values: Floats
    usual: tuple[Usual, ...] = ()
    flagged: tuple[tuple[float, float, Health], ...] = ()

    @property
    def end_s(self) -> float:
        """Label of the slot after the last."""
        return self.t0_s + self.step_s * len(self.values)


def draw(history: History, size: Size) -> str:
    """The chart as SVG text."""
    history = _thin(history, int(size.width))
    frame = _fit(history, size)
    pattern = f"hatch-{history.key}-{size.width:.0f}"
    return picture(
        hatch(pattern),
        axes(frame, history.unit),
        tag("g", *(_usual(u, frame) for u in history.usual)),
        tag("g", *_gaps(history, frame, pattern)),
        path(_runs(history, frame), class_="data thin"),
        tag("g", *(_middle(u, frame) for u in history.usual)),
        tag("g", *_flags(history, frame)),
        _beyond(history, frame),
        width=size.width,
        height=size.height,
        name=history.name,
        class_="history",
    )


def _thin(history: History, at_most: int) -> History:
    plot = Plot(
        key="", title="", unit="", name="", t0_s=history.t0_s, step_s=history.step_s, before=0,
        values=history.values, total=np.empty(0),
        low=np.full(len(history.values), np.nan), high=np.full(len(history.values), np.nan),
    )  # fmt: skip
    plot = thinned(plot, at_most)
    return History(
        key=history.key, unit=history.unit, name=history.name, t0_s=plot.t0_s, step_s=plot.step_s,
        values=plot.values, usual=history.usual, flagged=history.flagged,
    )  # fmt: skip


def _fit(history: History, size: Size) -> Frame:
    known = history.values[np.isfinite(history.values)]
    usual = [u.high for u in history.usual]
    high = max([*usual, float(np.quantile(known, 0.995)) if len(known) else 0.0, 0.0]) * 1.08
    low = min(0.0, float(known.min()) if len(known) else 0.0)
    rungs = ticks(low, high if high > low else low + 1.0, 5)
    foot = size.height - size.bottom
    return Frame(
        size=size,
        x=Linear(history.t0_s, history.end_s, size.left, size.width - size.right),
        y=Linear(rungs[0], rungs[-1], foot, size.top),
        rungs=tuple(rungs),
        floor=foot,
        foot=foot,
    )


def _usual(usual: Usual, frame: Frame) -> str:
    x1, x2 = frame.x.within(usual.start_s), frame.x.within(usual.end_s)
    top = frame.y.within(usual.high)
    return box(x1, top, x2 - x1, frame.y.within(usual.low) - top, class_="band")


def _middle(usual: Usual, frame: Frame) -> str:
    y = frame.y.within(usual.middle)
    return line(
        frame.x.within(usual.start_s) + 0.5,
        y,
        frame.x.within(usual.end_s) - 0.5,
        y,
        class_="middle",
    )


def _runs(history: History, frame: Frame) -> list[list[tuple[float, float]]]:
    found: list[list[tuple[float, float]]] = [[]]
    for i, value in enumerate(history.values.tolist()):
        if value == value:  # noqa: PLR0124 - NaN is a gap
            found[-1].append((frame.x(history.t0_s + i * history.step_s), frame.y.within(value)))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def _gaps(history: History, frame: Frame, pattern: str) -> list[str]:
    missing = np.concatenate(([False], np.isnan(history.values), [False])).astype(np.int8)
    edges = np.flatnonzero(np.diff(missing))
    at = [history.t0_s + history.step_s * float(e) for e in edges]
    return [
        box(frame.x(a), frame.ceiling, frame.x(b) - frame.x(a), frame.foot - frame.ceiling,
            fill=f"url(#{pattern})", class_="gap")
        for a, b in zip(at[::2], at[1::2], strict=True)
    ]  # fmt: skip


def _flags(history: History, frame: Frame) -> list[str]:
    """A bar along the top wherever a verdict said that the indicator had moved."""
    return [
        box(frame.x.within(a), frame.ceiling - 9, max(frame.x.within(b) - frame.x.within(a), 3.0),
            6.0 if word is Health.UNHEALTHY else 3.0, class_=f"fill {word}")
        for a, b, word in history.flagged
        if b > history.t0_s
    ]  # fmt: skip


def _beyond(history: History, frame: Frame) -> str:
    known = np.nan_to_num(history.values, nan=-np.inf)
    over = np.flatnonzero(known > frame.y.end)
    if not len(over):
        return ""
    peak = int(known.argmax())
    at = history.t0_s + peak * history.step_s
    marks = [
        _triangle(frame.x(history.t0_s + i * history.step_s), frame.ceiling) for i in over.tolist()
    ]
    said = f"off the scale: up to {figure(float(known[peak]), history.unit)} at "
    when = moment(at, clock(at), "clock")
    return tag("g", *marks, tag("text", escape(said), when, x=frame.left, y=11, class_="note"))


def _triangle(x: float, y: float) -> str:
    return polygon([(x - 3.5, y + 6), (x + 3.5, y + 6), (x, y)], class_="beyond")
