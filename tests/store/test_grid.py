"""Where samples lie: nearest slot, chunks of bounded size for any step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.store.grid import FEWEST, MOST, Grid, slots_for
from tests.store.conftest import START

T0 = START.timestamp()


@pytest.mark.parametrize(
    ("step_s", "slots"),
    [(1, 7200), (10, 720), (15, 480), (60, 120), (300, 120), (3600, 120), (7, 1029)],
)
def test_a_chunk_holds_two_hours_within_bounds(step_s: float, slots: int) -> None:
    """A chunk is two hours long, but never too small to be worth a row."""
    assert slots_for(step_s) == slots


@given(step_s=st.floats(1, 86_400))
def test_a_chunk_is_bounded_for_any_step(step_s: float) -> None:
    """Whatever the step, a chunk holds between 120 and 7,200 slots."""
    assert FEWEST <= slots_for(step_s) <= MOST


@given(
    step_s=st.sampled_from([1.0, 2.5, 10.0, 60.0, 3600.0]),
    offset=st.floats(0, 4000),
    n=st.integers(-10_000, 10_000),
    late=st.floats(-0.49, 0.49),
)
def test_a_sample_belongs_to_the_nearest_slot(
    step_s: float, offset: float, n: int, late: float
) -> None:
    """A sample that is early or late by less than half a step keeps its slot."""
    grid = Grid.through(T0 + offset, step_s)
    first = grid.nearest(np.array([T0 + offset]))[0]

    found = grid.nearest(np.array([grid.label(int(first) + n) + late * step_s]))

    assert found[0] == first + n


def test_labels_are_exact_to_the_millisecond() -> None:
    """A grid learnt from a sample labels that sample's slot with its time."""
    for time_s in (T0, T0 + 0.25, T0 + 59.9996, 1.9e9 + 0.123):
        grid = Grid.through(time_s, 60)
        slot = int(grid.nearest(np.array([time_s]))[0])
        assert abs(grid.label(slot) - time_s) < 1e-3


def test_a_window_starts_at_the_first_label_in_it() -> None:
    """The first slot from a time on is the one labelled there, with a millisecond of grace."""
    grid = Grid.through(T0, 60)
    at = int(grid.nearest(np.array([T0]))[0])

    found = [grid.first_from(T0 + d) for d in (-60, -0.1, 0, 0.0005, 0.1, 60)]

    assert found == [at - 1, at, at, at, at + 1, at + 1]
