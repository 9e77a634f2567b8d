"""What an answer of Prometheus may hold beyond what a small server can be made to say."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.sources import SourceError
from shipwake.sources.promql import failed, read
from shipwake.wire.http import CallError


def _answer(values: list[tuple[float, str]]) -> bytes:
    result = [{"metric": {"pod": "a"}, "values": values}]
    return msgspec.json.encode(
        {"status": "success", "data": {"resultType": "matrix", "result": result}}
    )


def test_a_million_points_for_a_few_are_not_unpacked() -> None:
    """Who answers far more than was asked for has changed the step; that is told before memory is spent."""
    body = _answer([(1770112800.0 + i, "1") for i in range(1_000_000)])
    with pytest.raises(SourceError, match="more than the 60 points") as caught:
        read(body, 60)

    assert caught.value.permanent


@given(st.lists(st.floats(width=64), max_size=60))
def test_numbers_are_read_to_the_last_digit(values: list[float]) -> None:
    """Every number comes out as it was sent, infinities and NaN among them."""
    found = read(_answer([(1770112800.123 + i, repr(v)) for i, v in enumerate(values)]), 60)

    assert [repr(v) for v in found.values.tolist()] == [repr(v) for v in values]
    assert found.times_s.tolist() == [1770112800.123 + i for i in range(len(values))]


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_borne(body: bytes) -> None:
    """Whatever comes back that is no answer, it is the source's own error."""
    with pytest.raises(SourceError):
        read(body, 60)


@given(cut=st.integers(1, 500))
def test_half_an_answer_passes(cut: int) -> None:
    """Wherever an answer breaks off, it is an error that passes."""
    body = _answer([(1770112800.0 + i, "1") for i in range(20)])
    with pytest.raises(SourceError, match="breaks off") as caught:
        read(body[: cut % (len(body) - 1) + 1], 60)

    assert not caught.value.permanent


def test_too_many_series_are_many_megabytes() -> None:
    """An answer too large to be read says what made it so; what else fails for good keeps its own words."""
    large = failed(CallError("the answer is larger than 9 bytes; ask for less", permanent=True))
    strange = failed(CallError("this is no address; correct it", permanent=True))

    assert large.message.endswith("ask for less; does the query lack a sum(…)?")
    assert strange.message == "this is no address; correct it"


def test_how_long_to_wait_is_handed_on() -> None:
    """What the server asks callers to wait reaches the flow."""
    error = CallError("slow down", permanent=False, status=429, retry_after=timedelta(seconds=7))

    assert failed(error).retry_after == timedelta(seconds=7)
