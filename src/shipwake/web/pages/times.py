"""Instants on a page: marked up, so that a viewer's script can show them in another zone, and readable without it."""

import re
from datetime import datetime, timedelta

from markupsafe import Markup, escape

from shipwake.domain import rfc3339
from shipwake.web.charts import clock, day

TIME_OF_DAY = re.compile(
    r"(?<![\d:.,])(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?![\d:])"
)
HALF_A_DAY = timedelta(hours=12)
WHOLE_DAY = timedelta(days=1)


def element(at: datetime, shown: str, form: str) -> Markup:
    """A `time` element; `form` is clock, second, day or moment, and the script shows the zone's own."""
    return Markup('<time datetime="{}" data-form="{}" title="{}">{}</time>').format(
        rfc3339(at), form, moment_text(at) + " UTC", shown
    )


def moment_text(at: datetime) -> str:
    """`Mon 22 Aug 05:01:13`."""
    return f"{day(at)} {clock(at, seconds=True)}"


def clock_element(at: datetime | None) -> Markup:
    """An instant as a time of day."""
    return element(at, clock(at), "clock") if at else Markup("–")


def day_element(at: datetime) -> Markup:
    """An instant's day."""
    return element(at, day(at), "day")


def moment_element(at: datetime | None) -> Markup:
    """An instant with its day and seconds."""
    return element(at, moment_text(at), "moment") if at else Markup("–")


def when_element(at: datetime, now: datetime) -> Markup:
    """An instant to the second, with its day only where that is not today."""
    today = at.date() == now.date()
    return element(at, clock(at, seconds=True), "second") if today else moment_element(at)


def timed(text: str | Markup, near: datetime | None) -> Markup:
    """Our own words with each time of day in them marked up.

    A sentence says `11:02`; it means the instant nearest to `near`, when the sentence was made.
    """
    safe = escape(text)
    if near is None:
        return safe

    def mark(found: re.Match[str]) -> str:
        at = _nearest(near, int(found["hour"]), int(found["minute"]), int(found["second"] or 0))
        return str(element(at, found[0], "second" if found["second"] else "clock"))

    return Markup(TIME_OF_DAY.sub(mark, str(safe)))  # noqa: S704 - escaped above; only our own elements are added


def _nearest(near: datetime, hour: int, minute: int, second: int) -> datetime:
    at = near.replace(hour=hour, minute=minute, second=second, microsecond=0)
    if at - near > HALF_A_DAY:
        return at - WHOLE_DAY
    if near - at > HALF_A_DAY:
        return at + WHOLE_DAY
    return at
