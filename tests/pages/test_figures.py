"""Numbers, spans and axes: round, few digits, a unit, and nothing that reads as zero but zero."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.web.charts import age, between, figure, from_to, lasting, signed
from shipwake.web.charts.scale import Linear, step_of, ticks, time_ticks


def test_an_absent_number_is_a_dash() -> None:
    """What is not known is a dash, in every form a number takes."""
    nan = float("nan")

    assert [figure(None, "ms"), figure(nan, "ms"), signed(None), between(nan, 1.0)] == ["–"] * 4


def test_numbers_carry_their_unit_once() -> None:
    """From and to share one unit at the end, and a difference of per cents is in points."""
    assert from_to(29.5, 40.8, "%") == "29.5 → 40.8 %"
    assert signed(4.2, "%") == "+4.2 points"
    assert signed(-66.0, "ms") == "−66 ms"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "3 s"), (179, "2 min"), (4140, "1 h 09"), (100_000, "1 d 3 h"), (-5, "0 s")],
)
def test_ages_are_short(seconds: int, said: str) -> None:
    """An age has at most two parts, and one from the future is none at all."""
    assert age(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(("hours", "said"), [(4, "4 h"), (24, "24 h"), (168, "7 d")])
def test_planned_spans_are_exact(hours: int, said: str) -> None:
    """A planned span is named as it was planned: a day is 24 h, a week 7 d."""
    assert lasting(timedelta(hours=hours)) == said


@given(st.floats(1e-9, 1e12), st.integers(2, 9))
def test_ticks_cover_what_is_shown(high: float, at_most: int) -> None:
    """The ticks of an axis start at or below its start, end at or above its end, and are few."""
    found = ticks(0.0, high, at_most)

    assert found[0] == 0.0
    assert found[-1] >= high * (1 - 1e-9)
    assert len(found) <= at_most + 2
    assert found == sorted(set(found))


@given(st.floats(allow_nan=True, allow_infinity=True), st.integers(1, 9))
def test_a_step_is_always_a_number(span: float, at_most: int) -> None:
    """No span, however odd, leaves an axis without a step."""
    assert step_of(span, at_most) > 0


@given(st.floats(0, 4e9, allow_subnormal=False), st.floats(1, 1e8), st.integers(2, 10))
def test_instants_lie_within(start: float, span: float, at_most: int) -> None:
    """The instants marked on a time axis lie within it, no more of them than asked for plus one."""
    found = time_ticks(start, start + span, at_most)

    assert all(start <= at <= start + span for at in found)
    assert len(found) <= at_most + 1 or span / 604_800 > at_most


def test_a_flat_scale_places_all_at_its_start() -> None:
    """A scale without length places every value at its low end and divides by nothing."""
    assert Linear(1.0, 1.0, 10.0, 20.0)(5.0) == 10.0
