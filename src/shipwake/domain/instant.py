"""Time as every room speaks of it: aware UTC; naive times are refused at construction."""

from datetime import UTC, datetime, timedelta

from shipwake.domain.errors import BadInputError, NaiveTimeError

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""Before this a sender's clock is wrong, not the past."""
DISTANT = timedelta(days=1)
"""How far in the future a sender's clock may be before its time is not believed."""


def utc(at: datetime) -> datetime:
    """The same instant in UTC; raises NaiveTimeError where the zone is missing."""
    if at.tzinfo is None:
        message = f"the time {at.isoformat()} has no zone; send RFC 3339 with an offset, such as 2026-02-03T10:00:00Z"
        raise NaiveTimeError(message)
    return at.astimezone(UTC)


def from_epoch(seconds: float) -> datetime:
    """Seconds since 1970-01-01T00:00Z as an aware time; raises BadInputError outside what a calendar holds."""
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError) as error:
        message = f"{seconds!r} is no time; send seconds since 1970-01-01T00:00Z"
        raise BadInputError(message) from error


def rfc3339(at: datetime) -> str:
    """`at` as RFC 3339 in UTC with Z, to the microsecond where there are any."""
    return utc(at).isoformat().replace("+00:00", "Z")


def parse_rfc3339(text: str, *, where: str = "") -> datetime:
    """An aware UTC time from RFC 3339 text; raises BadInputError that says what was read and what is allowed."""
    try:
        at = datetime.fromisoformat(text.strip())
    except (ValueError, AttributeError) as error:
        message = f"{text!r} is no time; send RFC 3339 with an offset, such as 2026-02-03T10:00:00Z"
        raise BadInputError(message, where=where) from error
    if at.tzinfo is None:
        message = (
            f"{text!r} has no zone; send RFC 3339 with an offset, such as 2026-02-03T10:00:00Z"
        )
        raise NaiveTimeError(message, where=where)
    try:
        return at.astimezone(UTC)
    except OverflowError as error:
        message = (
            f"{text!r} lies outside the calendar; send a time between the years 1 and 9999 in UTC"
        )
        raise BadInputError(message, where=where) from error


def believable(at: datetime, received: datetime) -> bool:
    """Whether a sender's time can be meant: from 2000-01-01 to a day after it was received."""
    return EARLIEST <= at <= received + DISTANT
