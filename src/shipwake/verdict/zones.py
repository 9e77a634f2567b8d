"""Moves the times inside a verdict's words from UTC to a reader's zone; refuses to touch names."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, tzinfo

from shipwake.verdict.numbers import clock

MONTHS = "Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
TIME = (
    rf"(?:(?P<day>\d{{1,2}}) (?P<month>{MONTHS}) (?:(?P<year>\d{{4}}) )?)?"
    r"(?<![\d:])(?P<time>[0-2]\d:[0-5]\d(?P<seconds>:[0-5]\d)?)(?![\d:])"
)
"""A time as `numbers.clock` writes it."""


def in_zone(text: str, now: datetime, zone: tzinfo, *, names: Iterable[str] = ()) -> str:
    """`text`, whose times were written in UTC at `now`, with its times in `zone`.

    `names` are left alone: a job may be called "10:30 backup".
    """
    kept = sorted({n for n in names if n}, key=len, reverse=True)
    pattern = "|".join([*(re.escape(n) for n in kept), TIME])
    return re.sub(pattern, lambda m: _moved(m, now, zone), text)


def label(at: datetime, zone: tzinfo) -> str:
    """What the zone is called at `at`: "UTC", "CET"."""
    return at.astimezone(zone).tzname() or "UTC"


def _moved(found: re.Match[str], now: datetime, zone: tzinfo) -> str:
    if not found["time"]:
        return found[0]
    today = now.astimezone(UTC)
    day = f"{found['day']} {found['month']}" if found["day"] else f"{today:%d %b}"
    time = found["time"] if found["seconds"] else f"{found['time']}:00"
    try:
        written = datetime.strptime(
            f"{day} {found['year'] or today.year:04} {time} +0000", "%d %b %Y %H:%M:%S %z"
        )
        step = timedelta(seconds=1) if found["seconds"] else timedelta(minutes=1)
        return clock(written, now, zone=zone, step=step)
    except (ValueError, OverflowError):  # 31 Feb or 25:10: no time of ours
        return found[0]
