"""The one chart: an indicator around a change, from the wash at the back to the judged change's marker in front."""

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

import numpy as np

from shipwake.domain import Floats
from shipwake.web.charts.figures import clock, figure
from shipwake.web.charts.frame import MINUTE_S, Frame, Size, axes, fit, said
from shipwake.web.charts.plot import Mean, Plot, thinned, windowed
from shipwake.web.charts.svg import (
    bold_tail,
    box,
    hatch,
    line,
    moment,
    path,
    picture,
    polygon,
    tag,
    words,
)

SQUARES_AT_MOST = 60
NOW = 30.0
"""Room for the word "now"."""
LETTER = 6.6
"""About the width of a letter of 12 units, for keeping labels apart."""


def draw(plot: Plot, size: Size) -> str:
    """The chart as SVG text, drawn for paper of `size`; colours are classes, so that one sheet serves both themes."""
    plot = thinned(windowed(plot, _lookback(plot, size)))
    frame = fit(plot, size)
    return picture(
        hatch(_pattern(plot, size)),
        _wash(plot, frame),
        axes(frame, plot.unit),
        _band(plot, frame),
        _gaps(plot, frame),
        _others(plot, frame),
        _traffic(plot, frame),
        _line(plot, frame),
        _outside(plot, frame),
        _beyond(plot, frame),
        _means(plot, frame),
        _now(plot, frame),
        _judged(plot, frame),
        width=size.width,
        height=size.height,
        name=plot.name,
        class_=f"around {plot.health}",
        data_frame=_reach(frame),
    )


def _reach(frame: Frame) -> str:
    """What a script needs to lay a hand over the drawing: spans of time and value, and where they lie on the paper."""
    per_unit = (frame.y.end - frame.y.start) / (frame.floor - frame.ceiling)
    lowest = frame.y.start - per_unit * (frame.foot - frame.floor)
    places = (frame.left, frame.right, frame.ceiling, frame.foot)
    return " ".join(f"{v:.10g}" for v in (frame.x.start, frame.x.end, *places, lowest, frame.y.end))


def _lookback(plot: Plot, size: Size) -> int:
    after = len(plot.values) - plot.before
    return max(size.lookback // 2, min(size.lookback, round(after * 1.5)), round(after * 0.6))


def _pattern(plot: Plot, size: Size) -> str:
    return f"hatch-{plot.key}-{size.width:.0f}"


def _wash(plot: Plot, frame: Frame) -> str:
    start = frame.x.within(plot.change_s)
    end = frame.x.within(min(plot.end_s, plot.now_s or plot.end_s))
    return box(start, frame.ceiling, end - start, frame.foot - frame.ceiling, class_="wash")


def runs(
    plot: Plot, column: Floats, frame: Frame, keep: Iterable[bool] | None = None
) -> list[list[tuple[float, float]]]:
    """A column as runs of places, cut wherever a value is absent or not to be kept; gaps are never bridged."""
    kept = (
        np.isfinite(column) if keep is None else np.isfinite(column) & np.asarray(keep, dtype=bool)
    )
    found: list[list[tuple[float, float]]] = [[]]
    for ok, at, value in zip(kept.tolist(), plot.times_s.tolist(), column.tolist(), strict=True):
        if ok:
            found[-1].append((frame.x(at), frame.y.within(value)))
        elif found[-1]:
            found.append([])
    return [run for run in found if run]


def _band(plot: Plot, frame: Frame) -> str:
    known = np.isfinite(plot.low) & np.isfinite(plot.high)
    low, high = np.where(known, plot.low, np.nan), np.where(known, plot.high, np.nan)
    areas = [
        polygon([*upper, *reversed(lower)], class_="band")
        for upper, lower in zip(runs(plot, high, frame), runs(plot, low, frame), strict=True)
    ]
    index = np.arange(len(low))
    earlier, later = index <= plot.before, index >= plot.before
    edges = [
        path(runs(plot, column, frame, keep), class_=f"band-edge{dashed}")
        for column in (low, high)
        for keep, dashed in ((earlier, ""), (later, " dashed"))
    ]
    return tag("g", *areas, *edges)


def _gaps(plot: Plot, frame: Frame) -> str:
    parts = []
    fill = f"url(#{_pattern(plot, frame.size)})"
    for start, end in plot.gaps():
        x1, x2 = frame.x.within(start), frame.x.within(end)
        parts.append(
            box(x1, frame.ceiling, x2 - x1, frame.foot - frame.ceiling, fill=fill, class_="gap")
        )
        form = "clock" if plot.step_s >= MINUTE_S else "second"
        parts.append(_gap_note((start, end), (x1, x2), frame, form))
    return tag("g", *parts)


def _gap_note(span: tuple[float, float], at: tuple[float, float], frame: Frame, form: str) -> str:
    x1, x2 = at
    width = len("no data 00:00 to 00:00") * LETTER
    if not frame.size.labels and x2 - x1 <= width:
        return ""
    at_left = x2 + 4 + width > frame.right
    return tag(
        "text",
        "no data ",
        moment(span[0], said(span[0], form), form),
        " to ",
        moment(span[1], said(span[1], form), form),
        x=x1 - 4 if at_left else x2 + 4,
        y=frame.ceiling + 12,
        class_="note end" if at_left else "note",
    )


def _others(plot: Plot, frame: Frame) -> str:
    parts, free_from = [], frame.left
    judged_x, now_x = frame.x(plot.change_s), frame.x(plot.now_s or 0.0)
    for marker in sorted((m for m in plot.markers if not m.judged), key=lambda m: m.at_s):
        x = frame.x(marker.at_s)
        if not frame.left <= x <= frame.right:
            continue
        parts.append(line(x, frame.ceiling - 8, x, frame.foot, class_="other"))
        label = _short(marker.label, 18)
        width = len(label) * LETTER + 8
        fits = x >= free_from and x + width < frame.right and not x < now_x < x + width + NOW
        if frame.size.labels and fits and not x < judged_x < x + width:
            parts.append(words(label, x + 3, frame.ceiling - 12, class_="note"))
            free_from = x + width
    return tag("g", *parts)


def _short(text: str, at_most: int) -> str:
    return text if len(text) <= at_most else text[: at_most - 1].rstrip() + "…"


def _traffic(plot: Plot, frame: Frame) -> str:
    most = (
        float(np.nanmax(plot.total)) if len(plot.total) and np.isfinite(plot.total).any() else 0.0
    )
    if not most > 0:
        return ""
    room = frame.foot - frame.floor - 8
    pitch = (frame.right - frame.left) / max(len(plot.total), 1)
    bars = [
        box(frame.x(at), frame.foot - room * share, pitch * 0.72, room * share)
        for at, share in zip(plot.times_s.tolist(), (plot.total / most).tolist(), strict=True)
        if share > 0
    ]
    label = words("traffic", frame.left - 7, frame.foot - room / 2 + 6, class_="axis end")
    return tag("g", tag("g", *bars, class_="traffic"), label if frame.left >= 46 else "")  # noqa: PLR2004


def _line(plot: Plot, frame: Frame) -> str:
    return path(runs(plot, plot.values, frame), class_="data")


def _outside(plot: Plot, frame: Frame) -> str:
    flags = plot.is_outside()
    if not flags.any():
        return ""
    parts = [path(runs(plot, plot.values, frame, flags), class_="outside")]
    if flags.sum() <= SQUARES_AT_MOST:
        spots = [p for run in runs(plot, plot.values, frame, flags) for p in run]
        parts.extend(box(x - 2.5, y - 2.5, 5, 5, class_="sample") for x, y in spots)
    return tag("g", *parts)


def _beyond(plot: Plot, frame: Frame) -> str:
    """Where the line leaves the scale: a triangle at the top, and the number in words."""
    over = np.nan_to_num(plot.values, nan=-np.inf) > frame.y.end
    if not over.any():
        return ""
    peak = int(np.nanargmax(plot.values))
    marks = [_triangle(frame.x(at), frame.ceiling) for at in plot.times_s[over].tolist()]
    x = frame.x(float(plot.times_s[peak]))
    said = f"up to {figure(float(plot.values[peak]), plot.unit)}"
    at_left = x > frame.right - len(said) * LETTER - 10
    note = words(
        said,
        x - 7 if at_left else x + 7,
        frame.ceiling + 8,
        class_="note end" if at_left else "note",
    )
    return tag("g", *marks, note)


def _triangle(x: float, y: float) -> str:
    return polygon([(x - 4, y + 7), (x + 4, y + 7), (x, y)], class_="beyond")


def _means(plot: Plot, frame: Frame) -> str:
    return tag(
        "g",
        *(
            part
            for i, mean in enumerate(plot.means)
            for part in _mean(plot, frame, mean, first=i == 0)
        ),
    )


def _mean(plot: Plot, frame: Frame, mean: Mean, *, first: bool) -> Iterator[str]:
    x1, x2 = frame.x.within(max(mean.start_s, plot.t0_s)), frame.x.within(mean.end_s)
    y = frame.y.within(mean.value)
    yield line(x1, y, x2, y, class_="mean")
    if mean.low is not None and mean.high is not None:
        top, low = frame.y.within(mean.high), frame.y.within(mean.low)
        yield line(x2, top, x2, low, class_="whisker")
        yield line(x2 - 4, top, x2 + 4, top, class_="whisker")
        yield line(x2 - 4, low, x2 + 4, low, class_="whisker")
    value = figure(mean.value, plot.unit)
    if first:
        yield bold_tail("before", value, x1 + 8, y - 6, class_="label")
        return
    width = (len(value) + 6) * LETTER
    room = x2 + 8 + width < frame.right
    yield bold_tail("after", value, x2 + 8 if room else x2 - 8, max(y - 7, frame.ceiling + 11),
                    class_="label" if room else "label end")  # fmt: skip


def _now(plot: Plot, frame: Frame) -> str:
    if plot.now_s is None or plot.now_s - plot.end_s > 2 * plot.step_s:
        return ""
    x = frame.x.within(plot.now_s)
    label = words("now", x - 4, frame.ceiling - 12, class_="note end") if frame.size.labels else ""
    return tag("g", line(x, frame.ceiling - 8, x, frame.foot, class_="now"), label)


def _judged(plot: Plot, frame: Frame) -> str:
    marker = next((m for m in plot.markers if m.judged), None)
    if marker is None:
        return ""
    x, top = frame.x.within(marker.at_s), 12.0
    letter, clock_and_dot = LETTER + 0.4, 7
    room = int((max(frame.right - x, x) - 10) / letter) - clock_and_dot
    most = 40 if frame.size.width > 500 else 26  # noqa: PLR2004
    label = _short(marker.label, max(min(most, room), 4))
    width = (len(label) + clock_and_dot) * letter + 10
    at_left = x + width > frame.right and x > frame.right - x
    return tag(
        "g",
        line(x, top, x, frame.foot, class_="judged"),
        tag("circle", cx=x, cy=top, r=4, class_="judged-dot"),
        tag(
            "text",
            escape(f"{label}, "),
            moment(marker.at_s, clock(marker.at_s), "clock"),
            x=x - 9 if at_left else x + 9,
            y=top + 4,
            class_="judged-label end" if at_left else "judged-label",
        ),
    )
