"""Pushed samples are kept exactly, whatever their order and repetition, and refused only with a reason."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import BadInputError, Samples, Slot
from shipwake.store import Push, Store, push_of
from tests.store.conftest import START
from tests.store.facts import MINUTE

T0 = START.timestamp()
DAY = timedelta(days=1)
NAN, INF = float("nan"), float("inf")


def push(store: Store, minutes: list[float], values: list[float], state: Slot = Slot.VALUE) -> int:
    """Store one-minute samples of a gauge; how many were taken."""
    with store.write() as tx:
        times = T0 + 60 * np.array(minutes)
        return tx.samples.push("p95", 60, 1, times, values, state).stored


def read(store: Store, start: float, end: float) -> Samples:
    """Its samples between two minutes."""
    with store.read() as tx:
        return tx.samples.read("p95", START + start * MINUTE, START + end * MINUTE)


def test_samples_come_back_where_they_belong(store: Store) -> None:
    """Values stand in their slots, the slots between are not arrived, and labels are those sent."""
    assert push(store, [0, 1, 3], [5.0, 0.0, -7.5]) == 3
    found = read(store, -1, 5)

    assert found.t0_s == T0 - 60
    assert found.states.tolist() == [0, 1, 1, 0, 1, 0]
    assert found.values[found.present].ravel().tolist() == [5.0, 0.0, -7.5]
    assert np.isnan(found.values[~found.present]).all()
    assert not found.missing


def test_a_ratio_keeps_both_counts(store: Store) -> None:
    """Part and total come back as they were sent, zero traffic included."""
    with store.write() as tx:
        tx.samples.push("errors", 10, 2, [T0, T0 + 10], [[3, 700], [0, 0]])
        found = tx.samples.read("errors", START, START + 2 * MINUTE / 6)

    assert found.values.tolist() == [[3, 700], [0, 0]]
    assert found.step_s == 10


def test_an_sli_that_never_pushed_is_missing(store: Store) -> None:
    """No series is a fact, not an error, and not an empty series."""
    found = read(store, 0, 5)

    assert (len(found), found.missing) == (0, True)


def test_a_window_outside_what_arrived_is_not_missing(store: Store) -> None:
    """A known series gives every slot of the window, none of them arrived."""
    push(store, [0], [1.0])
    later, none = read(store, 600, 605), read(store, 5, 5)

    assert (later.states.tolist(), later.missing) == ([0] * 5, False)
    assert (len(none), none.missing, none.step_s) == (0, False, 60)


def test_what_is_read_may_be_changed(store: Store) -> None:
    """A caller may write into what it was given, whether chunks were missing or not."""
    push(store, list(range(500)), list(range(500)))
    for found in (read(store, 10, 400), read(store, -500, 400)):
        found.values[:] = 0
        found.states[:] = 0

    assert read(store, 10, 11).values.tolist() == [[10.0]]


@pytest.mark.parametrize(
    ("time_s", "value", "reason"),
    [
        (T0 + 25 * 3600, [1, 2], "in the future"),
        (T0 - 367 * 86400, [1, 2], "too old"),
        (-1.0, [1, 2], "too old"),
        (1e300, [1, 2], "in the future"),
        (NAN, [1, 2], "no time"),
        (T0, [1, INF], "not finite"),
        (T0, [-INF, 2], "not finite"),
        (T0, [-1, 2], "negative count"),
        (T0, [3, 2], "part above total"),
    ],
)
def test_what_can_be_no_measurement_is_left_out_and_counted(
    store: Store, time_s: float, value: list[float], reason: str
) -> None:
    """One bad sample of a push is left out for its reason; the others are stored."""
    with store.write() as tx:
        pushed = tx.samples.push(
            "e", 60, 2, [T0 - 60, time_s, T0 + 60], np.array([[0, 1], value, [1, 1]])
        )
        found = tx.samples.read("e", START - MINUTE, START + 2 * MINUTE)

    assert (pushed.stored, pushed.reasons) == (2, {reason: 1})
    assert found.states.tolist() == [1, 0, 1]


def test_a_push_of_nothing_but_mistakes_makes_no_series(store: Store) -> None:
    """Where no sample is taken, the SLI is still one that never pushed."""
    with store.write() as tx:
        pushed = tx.samples.push("p95", 60, 1, [-1.0], [1.0])
        empty = tx.samples.push("p95", 60, 1, [], [])
        assert tx.samples.series() == []

    assert (pushed.stored, empty.stored, empty.reasons) == (0, 0, {})


@pytest.mark.parametrize(
    ("step_s", "columns", "values"),
    [
        (60, 1, [[1, 2]]),
        (60, 2, [[1]]),
        (0.5, 1, [[1]]),
        (NAN, 1, [[1]]),
        (1e6, 1, [[1]]),
        (60, 3, [[1, 2, 3]]),
    ],
)
def test_a_wrong_shape_is_refused(
    store: Store, step_s: float, columns: int, values: list[list[float]]
) -> None:
    """Shapes, steps and columns that cannot be meant are refused before anything is stored."""
    with store.write() as tx, pytest.raises(BadInputError):
        tx.samples.push("p95", step_s, columns, [T0], values)


def test_several_in_one_step_are_counted(store: Store) -> None:
    """Of samples closer than the step the latest stays, and the others are counted, not silent."""
    with store.write() as tx:
        pushed = tx.samples.push("p95", 60, 1, [T0, T0 + 20, T0 + 10, T0 + 60], [1, 2, 3, 4])

    assert (pushed.stored, pushed.reasons) == (2, {"more than one in a step": 2})
    assert read(store, 0, 2).values.ravel().tolist() == [2, 4]


def test_what_is_known_only_grows(store: Store) -> None:
    """An error does not replace a gap, neither replaces a value, and a later value corrects an earlier."""
    push(store, [0, 1, 2], [0, 0, 0], Slot.ERROR)
    push(store, [1, 2], [0, 0], Slot.GAP)
    push(store, [2], [7.0])
    push(store, [0, 1, 2], [0, 0, 0], Slot.ERROR)
    push(store, [2], [0], Slot.GAP)
    before = read(store, 0, 3)
    push(store, [2], [8.0])
    after = read(store, 0, 3)

    assert before.states.tolist() == [Slot.ERROR, Slot.GAP, Slot.VALUE]
    assert (before.values[2, 0], after.values[2, 0]) == (7.0, 8.0)
    assert np.isnan(before.values[:2]).all()


def test_nothing_to_measure_is_a_gap(store: Store) -> None:
    """A sample without a number says that there was nothing, which is neither zero nor absence."""
    assert push(store, [0, 1], [NAN, 0.0]) == 2

    assert read(store, 0, 3).states.tolist() == [Slot.GAP, Slot.VALUE, Slot.NOT_ARRIVED]


def test_the_grid_is_the_first_pushs(store: Store) -> None:
    """Samples off the full minute keep their labels, and later jitter does not move the grid."""
    with store.write() as tx:
        tx.samples.push("p95", 60, 1, [T0 + 17], [1.0])
        tx.samples.push("p95", 60, 1, [T0 + 60 + 17 + 4], [2.0])
        found = tx.samples.read("p95", START, START + 2 * MINUTE)

    assert found.times_s.tolist() == [T0 + 17, T0 + 77]
    assert found.values.ravel().tolist() == [1.0, 2.0]


def test_the_first_and_last_sample_are_known(store: Store) -> None:
    """The ends of a series are its first and last values; gaps at the ends do not count."""
    push(store, [0, 500, 1000], [1.0, 2.0, 3.0])
    push(store, [-300, 1300], [0, 0], Slot.GAP)
    with store.read() as tx:
        ends = (tx.samples.first("p95"), tx.samples.last("p95"))
        nothing = (tx.samples.first("other"), tx.samples.last("other"))

    assert (ends, nothing) == ((START, START + 1000 * MINUTE), (None, None))


def test_another_step_is_another_series(store: Store) -> None:
    """After a change of step the new series is read, and the old one is still listed."""
    push(store, [0], [1.0])
    with store.write() as tx:
        tx.samples.push("p95", 10, 1, [T0], [2.0])
        found = tx.samples.read("p95", START, START + MINUTE)
        steps = [s.step for s in tx.samples.series()]

    assert (found.step_s, found.values[0, 0]) == (10, 2.0)
    assert steps == [MINUTE, MINUTE / 6]


def test_old_chunks_can_be_forgotten(store: Store) -> None:
    """Chunks that end before a time are deleted; what is newer, and other series, stay whole."""
    push(store, list(range(-2000, 0)), [1.0] * 2000)
    with store.write() as tx:
        tx.samples.push("other", 60, 1, [T0], [1.0])
        gone = tx.samples.forget(tx.samples.old(START - 1000 * MINUTE, 100))
        first = tx.samples.first("p95")
        found = tx.samples.read("p95", START - 1000 * MINUTE, START)
        other = tx.samples.first("other")

    assert gone in (2, 3)
    assert first is not None
    assert START - 2000 * MINUTE < first <= START - 1000 * MINUTE
    assert found.present.all()
    assert other == START


def test_a_window_beyond_all_measure_is_refused(store: Store) -> None:
    """A window of millions of steps says how many are allowed."""
    with store.write() as tx:
        tx.samples.push("p95", 1, 1, [T0], [1.0])
        with pytest.raises(BadInputError, match="at most"):
            tx.samples.read("p95", START - 100 * DAY, START)


def test_a_push_is_whole_or_not_at_all(store: Store) -> None:
    """Where one of many series cannot be written, none is."""
    broken = Push(
        sli="b",
        step_s=60,
        columns=1,
        times_s=np.array([T0]),
        values=np.array([["x"]], dtype=np.object_),
    )
    with pytest.raises(TypeError), store.write() as tx:
        tx.samples.push_all([push_of("a", 60, 1, [T0], [1.0]), broken])
    with store.read() as tx:
        assert tx.samples.series() == []


MODEL = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(-900, 900), st.integers(0, 9)), min_size=1, max_size=30),
        st.sampled_from([Slot.VALUE, Slot.VALUE, Slot.GAP, Slot.ERROR]),
    ),
    max_size=6,
)
RANK = {Slot.NOT_ARRIVED: 0, Slot.ERROR: 1, Slot.GAP: 2, Slot.VALUE: 3}


@settings(max_examples=60, deadline=None)
@given(pushes=MODEL)
def test_any_order_of_pushes_equals_a_dictionary(
    sqlite_store: Store, pushes: list[tuple[list[tuple[int, int]], Slot]]
) -> None:
    """Pushes in any order, with repetitions and across chunks, leave what a dictionary would hold."""
    held: dict[int, tuple[Slot, float]] = {}
    with sqlite_store.write() as tx:
        sli = f"sli {len(tx.samples.series())}"
        tx.samples.push(sli, 60, 1, [T0], [0.0], Slot.ERROR)
        held[0] = (Slot.ERROR, NAN)
    for rows, state in pushes:
        with sqlite_store.write() as tx:
            times = [T0 + 60 * minute for minute, _ in rows]
            tx.samples.push(sli, 60, 1, times, [v for _, v in rows], state)
        # Within one push the later of two for a slot stands, as in a dictionary.
        for minute, value in dict(rows).items():
            if RANK[state] >= RANK[held.get(minute, (Slot.NOT_ARRIVED, NAN))[0]]:
                held[minute] = (state, float(value) if state is Slot.VALUE else NAN)
    with sqlite_store.read() as tx:
        found = tx.samples.read(sli, START - 1000 * MINUTE, START + 1000 * MINUTE)
    expected = [held.get(i, (Slot.NOT_ARRIVED, NAN)) for i in range(-1000, 1000)]

    assert found.states.tolist() == [state for state, _ in expected]
    np.testing.assert_array_equal(found.values.ravel(), [value for _, value in expected])
