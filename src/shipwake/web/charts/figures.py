"""Numbers and spans of time as people read them: few digits, thin groups, a unit once; never a bare number."""

import math
from datetime import UTC, datetime, timedelta

from shipwake.verdict import numbers

MINUTE, HOUR, DAY = 60, 3600, 86400


def digits(value: float, unit: str = "") -> str:
    """A number to two or three digits without its unit: `2,079`."""
    return numbers.number(value, unit)


def figure(value: float | None, unit: str = "") -> str:
    """A number with its unit: `42.8 %`; an absent one is a dash, which is not zero."""
    if value is None or not math.isfinite(value):
        return numbers.NOTHING
    return numbers.quantity(value, unit)


def signed(value: float | None, unit: str = "") -> str:
    """A difference with its sign and unit; differences of percentages are points."""
    if value is None or not math.isfinite(value):
        return numbers.NOTHING
    sign = "+" if value > 0 else "−" if value < 0 else ""
    return sign + numbers.by(value, unit)


def from_to(before: float | None, after: float | None, unit: str = "") -> str:
    """`29.5 → 40.8 %`."""
    if before is None or after is None:
        return figure(after, unit)
    return numbers.from_to(before, after, unit)


def between(low: float | None, high: float | None, unit: str = "") -> str:
    """`437 to 1,392 ms`."""
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return numbers.NOTHING
    return numbers.span(low, high, unit)


def counted(count: int, noun: str, nouns: str = "") -> str:
    """`1 change`, `2 changes`, `12,000 deliveries`."""
    return f"{count:,} {noun if count == 1 else nouns or noun + 's'}"


def age(span: timedelta) -> str:
    """A span in one or two parts: `41 s`, `12 min`, `1 h 09`, `3 d 4 h`."""
    seconds = max(int(span.total_seconds()), 0)
    if seconds < MINUTE:
        return f"{seconds} s"
    if seconds < HOUR:
        return f"{seconds // MINUTE} min"
    if seconds < DAY:
        return f"{seconds // HOUR} h {seconds % HOUR // MINUTE:02d}"
    days, hours = seconds // DAY, seconds % DAY // HOUR
    return f"{days} d {hours} h" if hours else f"{days} d"


def lasting(span: timedelta) -> str:
    """A planned span, exact where it is round: `3 min`, `4 h`, `24 h`, `7 d`, `45 s`."""
    seconds = int(span.total_seconds())
    if seconds % DAY == 0 and seconds > DAY:
        return f"{seconds // DAY} d"
    if seconds % HOUR == 0 and seconds:
        return f"{seconds // HOUR} h"
    if seconds % MINUTE == 0 and seconds:
        return f"{seconds // MINUTE} min"
    return age(span)


def clock(at: datetime | float, *, seconds: bool = False) -> str:
    """An instant as a time of day in UTC."""
    when = datetime.fromtimestamp(at, UTC) if isinstance(at, int | float) else at.astimezone(UTC)
    return when.strftime("%H:%M:%S" if seconds else "%H:%M")


def day(at: datetime) -> str:
    """An instant's day in UTC: `Mon 22 Aug`."""
    when = at.astimezone(UTC)
    return f"{when:%a} {when.day} {when:%b}"
