"""Pushes are committed in groups by one thread, acknowledged when durable, and refused when too many wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import numpy as np
import pytest

from shipwake.domain import BadInputError
from shipwake.store import BusyError, SamplesWriter, Store, Tx, push_of
from tests.store.conftest import START
from tests.store.facts import MINUTE

T0 = START.timestamp()
LONG_S = 20


class Gate:
    """Transactions that wait at a gate, so that pushes pile up behind it; counts those that began."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.opened, self.entered = Event(), Event()
        self.began = 0
        self.broken = 0
        self.error: Exception = OSError("disk full")

    @contextmanager
    def writing(self) -> Iterator[Tx]:
        self.began += 1
        self.entered.set()
        assert self.opened.wait(LONG_S)
        with self._store.write(patient=True) as tx:
            yield tx
            if self.broken:
                self.broken -= 1
                raise self.error


@pytest.fixture
def gate(store: Store) -> Gate:
    """A closed gate before the store."""
    return Gate(store)


@pytest.fixture
def writer(gate: Gate) -> Iterator[SamplesWriter]:
    """A writer behind the gate with room for a hundred."""
    made = SamplesWriter(gate.writing, queued=100)
    yield made
    gate.opened.set()
    made.close()


def test_an_acknowledged_push_is_there(store: Store) -> None:
    """When the future is done another connection reads the samples."""
    pushed = store.samples_writer().push("p95", 60, 1, [T0], [5.0]).result(LONG_S)
    with store.read() as tx:
        found = tx.samples.read("p95", START, START + MINUTE)

    assert (pushed.stored, found.values.tolist()) == (1, [[5.0]])


def test_nothing_is_acknowledged_before_it_is_durable(gate: Gate, writer: SamplesWriter) -> None:
    """While the commit has not happened the future is not done."""
    future = writer.push("p95", 60, 1, [T0], [5.0])

    assert not future.done()
    gate.opened.set()
    assert future.result(LONG_S).stored == 1


def test_what_piles_up_is_one_commit(gate: Gate, writer: SamplesWriter) -> None:
    """Pushes that wait are written together, each with its own outcome."""
    first = writer.push("first", 60, 1, [T0], [1.0])
    assert gate.entered.wait(LONG_S)
    waiting = [writer.push(f"sli {i}", 60, 1, [T0, -1.0], [1.0, 2.0]) for i in range(20)]
    gate.opened.set()
    outcomes = [f.result(LONG_S) for f in [first, *waiting]]

    assert [(o.stored, o.reasons) for o in outcomes[1:]] == [(1, {"too old": 1})] * 20
    assert gate.began == 2


def test_a_full_queue_refuses_with_a_time(gate: Gate, writer: SamplesWriter) -> None:
    """Beyond its room the queue says when to send again, and takes more once it has written."""
    first = writer.push("first", 60, 1, [T0], [1.0])
    assert gate.entered.wait(LONG_S)
    forty = T0 + 60.0 * np.arange(40)
    taken = [writer.push("p95", 60, 1, forty, np.ones(40)) for _ in range(2)]
    with pytest.raises(BusyError, match="again") as refused:
        writer.push("p95", 60, 1, forty, np.ones(40))
    gate.opened.set()
    outcomes = [f.result(LONG_S).stored for f in (first, *taken)]

    assert refused.value.retry_after.total_seconds() > 0
    assert not refused.value.permanent
    assert outcomes == [1, 40, 40]
    assert writer.push("p95", 60, 1, [T0], [1.0]).result(LONG_S).stored == 1


def test_a_push_larger_than_the_room_is_taken_alone(gate: Gate, writer: SamplesWriter) -> None:
    """An empty queue takes even what is larger than its room, or it could never be sent."""
    gate.opened.set()
    future = writer.push("p95", 60, 1, T0 - 60.0 * np.arange(500), np.ones(500))

    assert future.result(LONG_S).stored == 500


def test_a_failed_commit_is_told_to_its_senders(gate: Gate, writer: SamplesWriter) -> None:
    """Where a group fails each push is tried by itself; one that fails again is told, the others stand."""
    first = writer.push("first", 60, 1, [T0], [1.0])
    assert gate.entered.wait(LONG_S)
    second, third = (writer.push(s, 60, 1, [T0], [1.0]) for s in ("second", "third"))
    gate.broken = 3
    gate.opened.set()

    with pytest.raises(OSError, match="disk full"):
        first.result(LONG_S)
    with pytest.raises(OSError, match="disk full"):
        second.result(LONG_S)
    assert third.result(LONG_S).stored == 1


def test_a_busy_store_is_told_to_all_at_once(gate: Gate, writer: SamplesWriter) -> None:
    """Where the store is busy nobody waits for a second try: each sender is told when to try again."""
    first = writer.push("first", 60, 1, [T0], [1.0])
    assert gate.entered.wait(LONG_S)
    waiting = [writer.push(f"sli {i}", 60, 1, [T0], [1.0]) for i in range(3)]
    gate.error, gate.broken = BusyError("busy"), 2
    gate.opened.set()

    for future in (first, *waiting):
        with pytest.raises(BusyError):
            future.result(LONG_S)
    assert gate.began == 2


def test_many_slis_are_stored_together(store: Store) -> None:
    """A group of pushes has one future, and its outcomes in their order."""
    pushes = [push_of(f"sli {i}", 60, 1, [T0] * (i + 1), [1.0] * (i + 1)) for i in range(3)]
    outcomes = store.samples_writer().push_all(pushes).result(LONG_S)

    assert [sum(o.reasons.values()) for o in outcomes] == [0, 1, 2]


def test_a_wrong_shape_is_refused_at_once(store: Store) -> None:
    """What cannot be meant never enters the queue."""
    with pytest.raises(BadInputError):
        store.samples_writer().push("p95", 60, 1, [T0], [[1.0, 2.0]])


def test_closing_writes_what_waits(store: Store, second: Store) -> None:
    """Closing the store loses no push, and later ones are refused with a time."""
    writer = store.samples_writer()
    futures = [writer.push(f"sli {i}", 60, 1, [T0], [1.0]) for i in range(50)]
    store.close()

    assert all(f.done() for f in futures)
    with second.read() as tx:
        assert len(tx.samples.series()) == 50
    with pytest.raises(BusyError):
        writer.push("late", 60, 1, [T0], [1.0])


def test_senders_at_once_lose_nothing(store: Store) -> None:
    """Threads that push to the same SLI at the same time all find their samples there."""
    writer = store.samples_writer()

    def send(thread: int) -> None:
        for i in range(20):
            writer.push("p95", 60, 1, [T0 - 60.0 * (20 * thread + i)], [1.0]).result(LONG_S)

    threads = [Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        found = tx.samples.read("p95", START - 79 * MINUTE, START + MINUTE)

    assert found.present.all()


def test_processes_at_once_lose_nothing(store: Store, second: Store) -> None:
    """Two stores that push into the same chunk keep what the other wrote."""
    one, other = store.samples_writer(), second.samples_writer()
    futures = [
        (one, other)[i % 2].push("p95", 60, 1, [T0 - 60.0 * i], [float(i)]) for i in range(100)
    ]
    for future in futures:
        future.result(LONG_S)
    with store.read() as tx:
        found = tx.samples.read("p95", START - 99 * MINUTE, START + MINUTE)

    assert found.values.ravel().tolist() == [float(i) for i in reversed(range(100))]
