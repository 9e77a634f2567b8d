"""The first size that is seen is found from wherever the search begins, without asking about most sizes."""

from hypothesis import given
from hypothesis import strategies as st

from shipwake.backtest.sight import first

SIZES = 90


@given(least=st.integers(0, SIZES), low=st.integers(0, SIZES - 1), guess=st.integers(-5, SIZES + 5))
def test_the_first_that_is_seen_is_found(least: int, low: int, guess: int) -> None:
    """From any guess the smallest place that is seen comes back, none where not even the last is."""
    expected = max(least, low) if least < SIZES else None

    assert first(lambda place: place >= least, low, SIZES - 1, guess) == expected


@given(least=st.integers(10, SIZES - 10), off=st.integers(-3, 3))
def test_a_good_guess_asks_little(least: int, off: int) -> None:
    """From within three sizes no more than six are asked about."""
    asked: list[int] = []

    def seen(place: int) -> bool:
        asked.append(place)
        return place >= least

    assert first(seen, 0, SIZES - 1, least + off) == least
    assert len(asked) <= 6
