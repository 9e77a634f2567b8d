"""Placebo moments lie apart from one another and from everything that changed, on one grid, evenly."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from shipwake.backtest.moments import BLOCK_S, BLOCK_SHARE, TEACHES, WINDOW, apart, blocks, moments

HOUR = WINDOW * 60.0
SPANS = st.lists(
    st.tuples(st.floats(0, 4e5), st.floats(1, 2e4)).map(lambda s: (s[0], s[0] + s[1])), max_size=12
)


@given(length=st.integers(2, 5000), disturbed=SPANS, wanted=st.integers(1, 600))
def test_no_window_touches_another_or_what_changed(
    length: int, disturbed: list[tuple[float, float]], wanted: int
) -> None:
    """Whatever changed, windows lie within the past's last three quarters, side by side, and clear of every span."""
    end = 60.0 * length
    found = moments((0.0, end), 60.0, disturbed, wanted)

    assert len(found) <= wanted
    assert all(b - a >= HOUR for a, b in pairwise(found))
    assert all(at >= TEACHES * end - 60 and at + HOUR <= end + 1e-3 for at in found)
    assert not [at for at in found for a, b in disturbed if a < at + HOUR and b > at]


def test_a_past_gives_as_many_as_it_holds() -> None:
    """Twenty-eight days of minutes hold 504 hours after the first week, of which as many as wanted are taken."""
    past = (0.0, 28 * 86400.0)

    assert len(moments(past, 60.0, (), 10_000)) == 504
    assert len(moments(past, 60.0, (), 500)) == 500


def test_few_of_many_are_spread_over_all_of_it() -> None:
    """Four of five hundred lie at both ends and between."""
    found = moments((0.0, 28 * 86400.0), 60.0, (), 4)
    gaps = [b - a for a, b in pairwise(found)]

    assert found[0] == 7 * 86400.0
    assert found[-1] == 28 * 86400.0 - HOUR
    assert max(gaps) - min(gaps) <= HOUR


def test_moments_lie_on_the_grid_that_ends_with_the_past() -> None:
    """A past that ends eleven seconds after the minute has all of its moments eleven seconds after one."""
    found = moments((0.0, 86411.0), 60.0, [(50_000.0, 50_007.0)], 100)

    assert found
    assert {at % 60 for at in found} == {11.0}


def test_a_slower_indicator_takes_part_where_its_longer_window_is_free() -> None:
    """Of hourly moments an SLI of ten-minute samples has every tenth, and none whose ten hours hold a change."""
    found = [HOUR * i for i in range(60)]

    assert sorted(apart(found, 600.0, (), HOUR * 60)) == [0, 10, 20, 30, 40, 50]
    assert sorted(apart(found, 600.0, [(HOUR * 12, HOUR * 13)], HOUR * 60)) == [0, 13, 23, 33, 43]


@given(
    steps=st.lists(st.integers(1, 40), max_size=60),
    turns=st.lists(st.floats(0, 60 * 40 * HOUR), max_size=5),
)
def test_a_learning_serves_what_is_near_it(steps: list[int], turns: list[float]) -> None:
    """Moments keep their order, and no block goes on for two days, a fifth of the past or over what a harm turns."""
    found = [float(10 * 86400 + HOUR * sum(steps[: i + 1])) for i in range(len(steps))]
    stretches = blocks(found, 0.0, turns)

    assert [i for block in stretches for i in block] == list(range(len(found)))
    for block in stretches:
        first, last = found[block[0]], found[block[-1]]
        assert last - first < min(BLOCK_S, BLOCK_SHARE * first) or len(block) == 1
        assert not [t for t in turns if first < t <= last]


def test_blocks_are_few() -> None:
    """Three weeks of hours after a first one are about half as many blocks as days."""
    found = moments((0.0, 28 * 86400.0), 60.0, (), 500)

    assert len(blocks(found, 0.0, ())) == 11
    assert len(blocks(found, 0.0, [found[105]])) == 12
