"""Where samples lie: nearest slot, chunks of bounded size for any step."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.store.grid import Grid, nearest, slots_for
from tests.store.conftest import START

T0 = START.timestamp()


def slot_of(grid: Grid, time_s: float) -> int:
    """The slot of one time."""
    return int(nearest(np.array([time_s]), grid.step_s, grid.phase_s)[0])


@pytest.mark.parametrize(("columns", "slots"), [(1, 448), (2, 237)])
def test_a_chunk_fills_a_page(columns: int, slots: int) -> None:
    """A chunk with its row's header stays below the 4,061 bytes that one page of SQLite holds of a row."""
    bytes_ = slots * (8 * columns + 1)

    assert slots_for(columns) == slots
    assert 4000 < bytes_ < 4061 - 20


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
    grid = Grid.through(T0 + offset, step_s, 1)
    first = slot_of(grid, T0 + offset)

    found = slot_of(grid, grid.label(first + n) + late * step_s)

    assert found == first + n


def test_labels_are_exact_to_the_millisecond() -> None:
    """A grid learnt from a sample labels that sample's slot with its time."""
    for time_s in (T0, T0 + 0.25, T0 + 59.9996, 1.9e9 + 0.123):
        grid = Grid.through(time_s, 60, 1)
        slot = slot_of(grid, time_s)
        assert abs(grid.label(slot) - time_s) < 1e-3


def test_a_window_starts_at_the_first_label_in_it() -> None:
    """The first slot from a time on is the one labelled there, with a millisecond of grace."""
    grid = Grid.through(T0, 60, 1)
    at = slot_of(grid, T0)

    found = [grid.first_from(T0 + d) for d in (-60, -0.1, 0, 0.0005, 0.1, 60)]

    assert found == [at - 1, at, at, at, at + 1, at + 1]
