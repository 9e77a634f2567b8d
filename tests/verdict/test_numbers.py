"""Numbers read as people write them, alike wherever they stand."""

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.verdict.numbers import (
    by,
    clock,
    duration,
    from_to,
    number,
    one_in,
    percent,
    quantity,
    signed,
    span,
    whole,
)

UNITS = ("%", "ms", "s", "MiB", "bytes", "requests/s", "", "1", "°C")
NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "unit", "words"),
    [
        (0.83, 4.12, "%", "0.8 → 4.1 %"),
        (840, 610, "ms", "840 → 610 ms"),
        (679, 9358, "ms", "679 → 9,358 ms"),
        (29.5, 40.8, "%", "29.5 → 40.8 %"),
        (4.6, 258, "ms", "4.6 → 258 ms"),
        (0, 5.2, "%", "0 → 5.2 %"),
        (0.03, 4.12, "%", "0.03 → 4.1 %"),
        (99.97, 99.2, "%", "99.97 → 99.2 %"),
        (99.6, 100.4, "ms", "99.6 → 100.4 ms"),
        (98.2, 102, "ms", "98 → 102 ms"),
        (3.1e8, 4.5e8, "bytes", "296 → 429 MiB"),
        (0.012, 0.045, "s", "12 → 45 ms"),
        (0.9, 1.1, "s", "0.9 → 1.1 s"),
        (-2, 3, "°C", "−2 → 3 °C"),
        (120, 80, "/s", "120 → 80/s"),
        (5, 6, "1", "5 → 6"),
        (1_240_000, 1_260_000, "", "1,240,000 → 1,260,000"),
        (300.4, 299.8, "MiB", "300 → 300 MiB"),
        (0.799, 0.7989, "%", "0.8 → 0.8 %"),
    ],
)
def test_from_to(start: float, end: float, unit: str, words: str) -> None:
    """A move is said from, to, and then its unit once, with no digit that does not matter."""
    assert from_to(start, end, unit) == words


@given(a=st.floats(), b=st.floats(), unit=st.sampled_from(UNITS))
def test_no_number_is_nan_or_infinite_in_words(a: float, b: float, unit: str) -> None:
    """Whatever is given, no text says nan or inf."""
    said = " ".join(
        (
            number(a, unit), quantity(a, unit), from_to(a, b, unit), span(a, b, unit), by(a, unit),
            percent(a), whole(a), one_in(a), signed(a, b, unit),
        )
    )  # fmt: skip

    assert "nan" not in said.lower()
    assert "inf" not in said.lower()


@given(
    a=st.floats(min_value=1e-5, max_value=1e12),
    factor=st.floats(min_value=1.004, max_value=1e3),
    unit=st.sampled_from(UNITS),
)
def test_a_move_is_seen_in_its_numbers(a: float, factor: float, unit: str) -> None:
    """Two numbers that differ by a half per cent do not read the same."""
    start, end = from_to(a, a * factor, unit).split(" → ")

    assert start != end.split(" ")[0].split("/")[0]


@given(a=st.floats(min_value=1e-3, max_value=1e9))
def test_a_number_says_what_it_is(a: float) -> None:
    """What is written is within a twentieth of what was meant."""
    assert math.isclose(float(number(a).replace(",", "")), a, rel_tol=0.051)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (40, "40 s"),
        (59.7, "1 min"),
        (180, "3 min"),
        (-180, "3 min"),
        (7200, "2 h"),
        (7500, "2 h 5 min"),
        (3599, "1 h"),
        (90_000, "1 d 1 h"),
        (16 * 86_400 + 3600, "16 d"),
    ],
)
def test_duration(seconds: float, words: str) -> None:
    """A length of time is said in its two largest units at most, and without a sign."""
    assert duration(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(minutes=58), "11:02"),
        (timedelta(hours=13), "2 Feb 23:00"),
        (timedelta(days=60), "5 Dec 2025 12:00"),
    ],
)
def test_clock(ago: timedelta, words: str) -> None:
    """A time of today is a time, another day's has its date, another year's its year."""
    assert clock(NOON - ago, NOON) == words


def test_clock_in_another_zone() -> None:
    """Today is the reader's today."""
    late = datetime(2026, 2, 3, 20, 0, tzinfo=UTC)

    assert clock(late, late, zone=ZoneInfo("Asia/Kolkata")) == "01:30"
    assert clock(NOON, late, zone=ZoneInfo("Asia/Kolkata")) == "3 Feb 17:30"


def test_clock_with_seconds() -> None:
    """Where samples come faster than twice a minute, seconds tell times apart."""
    assert clock(NOON, NOON, step=timedelta(seconds=1)) == "12:00:00"


@pytest.mark.parametrize(
    ("chance", "words"),
    [
        (0.5, "1 time in 2"),
        (0.0013, "1 time in 770"),
        (1e-9, "less than 1 time in 10,000"),
        (float("nan"), "less than 1 time in 10,000"),
    ],
)
def test_one_in(chance: float, words: str) -> None:
    """A chance is said as one time in so many, and never smaller than a history can show."""
    assert one_in(chance) == words


def test_a_difference_of_shares_is_in_points() -> None:
    """The difference of two percentages is not a percentage."""
    assert by(0.5, "%") == "0.5 points"
    assert signed(2.9, 3.7, "%") == "+2.9 to +3.7 points"
    assert signed(-300, -100, "ms") == "−300 to −100 ms"
