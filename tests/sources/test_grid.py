"""The grid that remote answers are laid on: whole multiples of the step, and nothing between them."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.domain import Slot
from shipwake.sources import SourceError
from shipwake.sources.remote import Grid, Line

START = datetime(2026, 2, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
STEPS = st.sampled_from([1, 15, 60, 90, 300, 86_400])
SECONDS = st.floats(0, 1e6, allow_nan=False)


@given(step=STEPS, begin=SECONDS, length=SECONDS)
def test_slots_are_the_multiples_inside(step: int, begin: float, length: float) -> None:
    """The slots are exactly the whole multiples of the step from the start, included, to the end, which is not."""
    start = START + timedelta(seconds=begin)
    end = start + timedelta(seconds=length)
    grid = Grid.over(start, end, timedelta(seconds=step))
    first, behind = (float(grid.label(i)) for i in (0, grid.n))

    assert first % step == 0
    assert start.timestamp() <= first < start.timestamp() + step
    assert end.timestamp() <= behind + 1e-3 < end.timestamp() + step + 2e-3 or grid.n == 0


@given(step=STEPS, n=st.integers(1, 500), ago=st.integers(-100, 100_000))
def test_what_has_passed_is_counted(step: int, n: int, ago: int) -> None:
    """Slots labelled at a time or before it are those that have passed by then, from none to all."""
    grid = Grid.over(START, START + n * timedelta(seconds=step), timedelta(seconds=step))
    at = START.timestamp() + ago
    labels = [float(grid.label(i)) for i in range(grid.n)]

    assert grid.until(datetime.fromtimestamp(at, UTC)) == sum(label <= at for label in labels)


@given(n=st.integers(1, 5000), most=st.integers(1, 700))
def test_a_coarser_grid_covers_the_same_time(n: int, most: int) -> None:
    """A coarser grid starts at the same slot, has no more slots than allowed, and ends less than a step earlier."""
    grid = Grid.over(START, START + n * MINUTE, MINUTE)
    coarse = grid.coarser(n, most)

    assert coarse.n <= most
    assert coarse.label(0) == grid.label(0)
    assert (coarse.n - 1) * coarse.step_ms < n * grid.step_ms <= coarse.n * coarse.step_ms


def test_a_stamp_beside_a_slot_is_refused() -> None:
    """A stamp a millisecond off is a slot's, one a second off is nobody's."""
    grid = Grid.over(START, START + 3 * MINUTE, MINUTE)
    at = START.timestamp()

    assert grid.slots(np.array([at + 60.0009, at + 119.9995, at - 60])).tolist() == [1, 2, -1]
    with pytest.raises(SourceError, match="beside the multiples of 60 s"):
        grid.slots(np.array([at, at + 61]))


def test_states_are_told_apart() -> None:
    """Value, gap, what is no measurement, and what has not arrived stay four states, in every column alike."""
    grid = Grid.over(START, START + 5 * MINUTE, MINUTE)
    part, total = Line(5), Line(5)
    part.lay(np.arange(5), np.array([0.0, np.nan, 1.0, 1.0, 1.0]))
    total.lay(np.array([0, 1, 2, 4]), np.array([2.0, 3.0, np.inf, 5.0]))
    found = grid.samples([part, total], 4)

    assert found.states.tolist() == [Slot.VALUE, Slot.GAP, Slot.ERROR, Slot.GAP, Slot.NOT_ARRIVED]
    assert found.values[0].tolist() == [0, 2]
    assert np.isnan(found.values[1:]).all()


def test_a_window_without_end_is_refused() -> None:
    """More samples than any memory should hold at once are not asked for."""
    with pytest.raises(SourceError, match="at most 10000000") as caught:
        Grid.over(START - timedelta(days=365), START, timedelta(seconds=1))

    assert caught.value.permanent
