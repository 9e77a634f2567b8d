"""The verdict strip: one mark a look, whose height is the state, so that it reads in grey."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.domain import Health
from shipwake.web.charts.figures import clock
from shipwake.web.charts.svg import box, line, picture, tag, words

HEIGHT = {Health.UNHEALTHY: 1.0, Health.AILING: 0.6, Health.HEALTHY: 0.3}
MISSED = "no look"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One planned look: how long after the change, and what it said; `health` None before (or without) a look."""

    after: str
    due: datetime
    health: Health | None = None
    at: datetime | None = None


def _said(marks: tuple[Mark, ...]) -> str:
    spoken = [f"{m.health} at {m.after}" for m in marks if m.health]
    return "Verdict look by look: " + (", ".join(spoken) if spoken else "none yet")


def _mark(health: Health | None, x: float, base: float, width: float, tall: float) -> str:
    if health is None:
        return line(x, base - 2, x, base, class_="to-come")
    if health is Health.UNKNOWN:
        return tag("circle", cx=x, cy=base - 5, r=2.7, class_="ring unknown")
    if health is Health.IMPROVED:
        return box(x - width / 2, base + 1, width, tall * 0.5, class_=f"fill {health}")
    height = tall * HEIGHT[health]
    return box(x - width / 2, base - height, width, height, class_=f"fill {health}")


def small(marks: tuple[Mark, ...]) -> str:
    """The strip of a row in a list: 122 × 28 units."""
    pitch = 116.0 / max(len(marks), 11)
    base, width = 19.0, min(5.0, pitch * 0.6)
    drawn = [_mark(m.health, 4 + pitch * (i + 0.5), base, width, 15.0) for i, m in enumerate(marks)]
    rule = line(2, base, 120, base, class_="rule")
    return picture(rule, *drawn, width=122.0, height=28.0, name=_said(marks), class_="strip")


def large(marks: tuple[Mark, ...], *, width: float) -> str:
    """The strip of a change's page: looks with their distance below, and the time wherever the word changed."""
    pitch = width / max(len(marks), 1)
    base, previous = 48.0, None
    parts = [line(0, base, width, base, class_="rule")]
    for i, m in enumerate(marks):
        x = pitch * (i + 0.5)
        parts.append(_mark(m.health, x, base, min(16.0, pitch * 0.6), 20.0))
        parts.append(words(m.after, x, base + 30, class_="axis mid"))
        if m.at and m.health is not previous:
            stamp = str(int(m.at.timestamp()))
            parts.append(
                words(
                    clock(m.at), x, 12, class_="axis mid strong", data_at=stamp, data_form="clock"
                )
            )
        previous = m.health or previous
    return picture(*parts, width=width, height=84.0, name=_said(marks), class_="looks")
