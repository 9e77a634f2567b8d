"""The time band: one thin strip an indicator under the changes of the day; it refuses to draw values."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.domain import Health
from shipwake.web.charts.figures import clock
from shipwake.web.charts.frame import instant
from shipwake.web.charts.scale import Linear, time_step, time_ticks
from shipwake.web.charts.shapes import SPOKEN, glyph, rule, shape
from shipwake.web.charts.svg import box, coordinate, line, picture, tag, words

BOLD = 7.2
"""About the width of a bold letter of 12 units."""
UNDER_NAME, OVER_NAME = 7.0, 11.0
"""How far a hairline may reach from a strip, up to its own name and down to the next one."""
ASIDE = 5.0
"""Between a value and the line of now, where it stands before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time in which an indicator was outside its normal, or (health None) gave no data."""

    start: datetime
    end: datetime
    health: Health | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """One indicator over the band: where it was not normal, and its value now in words."""

    sli: str
    spans: tuple[Span, ...] = ()
    now: str = ""
    state: Health | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beacon:
    """A change on the band: `kind` is its glyph, `health` the verdict's shape below it."""

    at: datetime
    kind: str
    name: str
    url: str
    health: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The day so far: strips, and the changes above them."""

    start: datetime
    end: datetime
    strips: tuple[Strip, ...] = ()
    beacons: tuple[Beacon, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """The two layouts: names beside the strips, or (on a phone) above them."""

    width: float
    left: float
    right: float
    pitch: float
    names_above: bool
    top: float = 50.0

    def strip_y(self, i: int) -> float:
        """The middle of the strip with number i."""
        return self.top + self.pitch * (i + (0.82 if self.names_above else 0.5))

    def uprights(self, at: float, strips: int, top: float, bottom: float, class_: str) -> str:
        """A hairline over all strips, in pieces where names stand between them: none runs through a name."""
        if not self.names_above:
            return rule(at, top, bottom, class_)
        middles = [self.strip_y(i) for i in range(max(strips, 1))]
        pieces = [(y - UNDER_NAME, y + OVER_NAME) for y in middles]
        head = [(top, self.top)] if top < self.top else []
        return tag("g", *(rule(at, start, end, class_) for start, end in (*head, *pieces)))


WIDE = Paper(width=1150.0, left=150.0, right=104.0, pitch=18.0, names_above=False)
NARROW = Paper(width=352.0, left=4.0, right=6.0, pitch=34.0, names_above=True)


def draw(band: Band, paper: Paper) -> str:
    """The band as SVG text; `name` of the picture says how many changes and strips it shows."""
    x = Linear(band.start.timestamp(), band.end.timestamp(), paper.left, paper.width - paper.right)
    bottom = paper.top + paper.pitch * max(len(band.strips), 1) + 4
    return picture(
        _scale(x, paper, len(band.strips), bottom),
        *(_strip(s, paper, paper.strip_y(i), x) for i, s in enumerate(band.strips)),
        _beacons(band, x, paper, bottom),
        _now(band, x, paper, bottom),
        width=paper.width,
        height=bottom + 22,
        name=_said(band),
        class_="band-of-day",
        role="group",
        data_frame=f"{x.start:.3f} {x.end:.3f} {coordinate(x.low)} {coordinate(x.high)} 0 {coordinate(bottom)}",
    )


def _said(band: Band) -> str:
    moved = [s.sli for s in band.strips if any(p.health for p in s.spans)]
    names = f": {', '.join(moved)}" if moved else ""
    outside = f"{len(moved)} of {len(band.strips)} indicators were outside their normal"
    return f"{len(band.beacons)} changes; {outside}{names}"


def _scale(x: Linear, paper: Paper, strips: int, bottom: float) -> str:
    at_most = 4 if paper.names_above else 9
    step = time_step(x.end - x.start, at_most)
    parts = []
    for at in time_ticks(x.start, x.end, at_most):
        if x.low + 18 < x(at) < x.high - 14:
            parts.append(paper.uprights(x(at), strips, paper.top, bottom, "grid"))
            parts.append(instant(at, step, x(at), bottom + 16, "axis mid"))
    return tag("g", *parts)


def _strip(strip: Strip, paper: Paper, y: float, x: Linear) -> str:
    parts = [line(x.low, y, x.high, y, class_="normal")]
    parts.extend(_span(span, x, y) for span in strip.spans)
    if paper.names_above:
        parts.append(words(strip.sli, x.low, y - 11, class_="axis ink"))
        parts.append(_value(strip, x.high - (17 if strip.state else ASIDE), y - 11, "end"))
    else:
        parts.append(words(strip.sli, x.low - 12, y + 4, class_="axis ink end"))
        parts.append(_value(strip, x.high + 12, y + 4, ""))
    return tag("g", *parts)


def _value(strip: Strip, at: float, y: float, align: str) -> str:
    state = f"b {strip.state}" if strip.state else "ink"
    text = words(strip.now, at, y, class_=f"axis {align} {state}")
    if not strip.state:
        return text
    beside = at + 8 if align else at + len(strip.now) * BOLD + 12
    return text + shape(strip.state, beside, y - 4, 4.0)


def _span(span: Span, x: Linear, y: float) -> str:
    left, right = x.within(span.start.timestamp()), x.within(span.end.timestamp())
    width = max(right - left, 2.5)
    if span.health is None:
        return box(left, y - 4, width, 8, class_="open")
    tall = 13 if span.health is Health.UNHEALTHY else 8
    return box(left, y - tall / 2, width, tall, class_=f"fill {span.health}")


def _beacons(band: Band, x: Linear, paper: Paper, bottom: float) -> str:
    parts, free_from = [], x.low - 12
    for beacon in sorted(band.beacons, key=lambda b: b.at):
        at = x(beacon.at.timestamp())
        if not x.low <= at <= x.high:
            continue
        parts.append(paper.uprights(at, len(band.strips), paper.top - 8, bottom, "beacon-line"))
        if at >= free_from:
            parts.append(_beacon(beacon, at))
            free_from = at + 13
    return tag("g", *parts)


def _beacon(beacon: Beacon, at: float) -> str:
    said = SPOKEN.get(beacon.health, beacon.health)
    title = tag("title", _plain(f"{clock(beacon.at)} {beacon.kind}: {beacon.name}, {said}"))
    target = box(at - 7, 2, 14, 40, class_="target")
    drawn = tag("g", title, target, glyph(beacon.kind, at, 12), shape(beacon.health, at, 31, 4.0))
    return tag("a", drawn, href=beacon.url, tabindex=-1, class_="beacon")


def _plain(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _now(band: Band, x: Linear, paper: Paper, bottom: float) -> str:
    edge = rule(x.high, 4, bottom, "now strong")
    if paper.names_above:
        return edge
    stamp = str(int(band.end.timestamp()))
    return tag(
        "g",
        edge,
        words(
            clock(band.end), x.high + 12, 16, class_="axis ink b", data_at=stamp, data_form="clock"
        ),
        words("now", x.high + 12, 31, class_="axis"),
    )
