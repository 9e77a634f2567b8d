"""Times as senders write them, read leniently; a time that cannot be meant gives way to the time of receipt."""

import math
import re
from datetime import UTC, datetime

from shipwake.domain import BadInputError, believable, from_epoch

NUMBER = re.compile(r"[-+]?[0-9]{1,20}(\.[0-9]{1,9})?")
ZONE_WORDS = re.compile(r"\s*(UTC|GMT|Z)$", re.IGNORECASE)
SCALES = ((1e11, 1.0), (1e14, 1e3), (1e17, 1e6), (math.inf, 1e9))
"""Below each bound, how many of the unit make a second: seconds, milli-, micro- and nanoseconds."""
LONGEST = 64


def when(value: object, received: datetime) -> tuple[datetime, bool]:
    """The sender's time in UTC and whether it was doubted: absent, unreadable or beyond belief gives `received`.

    Read are ISO 8601 with Z, ±hh:mm, ±hhmm, ±hh or no zone (UTC), with T or a space, ` UTC` at its end and any number
    of digits after the second; and epoch seconds, milli-, micro- or nanoseconds, as number or text.
    """
    found = _read(value)
    if found is None or not believable(found, received):
        return received, True
    return found, False


def _read(value: object) -> datetime | None:
    match value:
        case bool():
            return None
        case int() | float():
            return _from_number(value)
        case str() if len(value) <= LONGEST:
            written = value.strip()
            return (
                _from_number(float(written)) if NUMBER.fullmatch(written) else _from_text(written)
            )
        case _:
            return None


def _from_number(number: float) -> datetime | None:
    try:
        scale = next(per_second for bound, per_second in SCALES if abs(number) < bound)
        return from_epoch(number / scale)
    except (BadInputError, OverflowError, StopIteration):
        return None


def _from_text(written: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(ZONE_WORDS.sub("+00:00", written))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
