"""Times as senders write them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.intake.fields import when

RECEIVED = datetime(2026, 2, 3, 10, 0, 10, tzinfo=UTC)
MEANT = datetime(2026, 2, 3, 10, 0, 7, tzinfo=UTC)
EPOCH_S = 1_770_112_807


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-03T10:00:07Z",
        "2026-02-03t10:00:07z",
        "2026-02-03T12:00:07+02:00",
        "2026-02-03T12:00:07+0200",
        "2026-02-03T12:00:07+02",
        "2026-02-03 10:00:07 UTC",
        "2026-02-03 10:00:07 gmt",
        "2026-02-03 10:00:07",
        "2026-02-03T10:00:07.0000000Z",
        "2026-02-03T10:00:07.000000000",
        " 2026-02-03T10:00:07Z ",
        EPOCH_S,
        float(EPOCH_S),
        str(EPOCH_S),
        EPOCH_S * 1000,
        str(EPOCH_S * 1000),
        EPOCH_S * 1_000_000,
        EPOCH_S * 1_000_000_000,
    ],
)
def test_every_form_is_the_same_moment(written: object) -> None:
    """ISO 8601 in its variants and epochs in their units are read as the moment they mean."""
    assert when(written, RECEIVED) == (MEANT, False)


@pytest.mark.parametrize(
    "written",
    [
        None,
        True,
        "",
        "soon",
        "1970-01-01T00:00:00Z",
        0,
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "2026-02-05T10:00:07Z",
        float("nan"),
        float("inf"),
        10**400,
        -1,
        "9" * 400,
        [],
        {"a": 1},
    ],
)
def test_what_cannot_be_meant_gives_way(written: object) -> None:
    """An absent, unreadable or unbelievable time is replaced by the time of receipt, and doubted."""
    assert when(written, RECEIVED) == (RECEIVED, True)


def test_a_clock_may_be_a_day_ahead() -> None:
    """A sender's clock is believed up to a day after receipt."""
    ahead = RECEIVED + timedelta(hours=23)

    assert when(ahead.isoformat(), RECEIVED) == (ahead, False)


@given(
    st.datetimes(datetime(2000, 1, 2), datetime(2026, 2, 2)),  # noqa: DTZ001 - given a zone below
    st.integers(-14 * 60, 14 * 60),
)
def test_any_offset_is_undone(naive: datetime, minutes: int) -> None:
    """A time in any zone comes out as the same moment in UTC."""
    moment = naive.replace(tzinfo=timezone(timedelta(minutes=minutes)))

    assert when(moment.isoformat(), RECEIVED) == (moment, False)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists))
def test_anything_gives_a_time(value: object) -> None:
    """Whatever stands where a time should, the outcome is an aware time that can be believed."""
    found, _ = when(value, RECEIVED)

    assert found.utcoffset() == timedelta(0)
    assert datetime(2000, 1, 1, tzinfo=UTC) <= found <= RECEIVED + timedelta(days=1)
