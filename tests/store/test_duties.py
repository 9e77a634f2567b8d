"""Duties are leased by one worker at a time and owed anew where another thing is asked; fills say how far they came."""

from datetime import datetime, timedelta

from shipwake.store import Duty, Fill, Store
from tests.store.conftest import START
from tests.store.facts import MINUTE


def _owe(store: Store, about: str, *, asks: str = "", at: datetime = START) -> None:
    with store.write() as tx:
        tx.duties.owe("fill", about, at, asks=asks)


def _lease(store: Store, *, now: datetime = START, seconds: float = 60) -> list[Duty]:
    with store.write() as tx:
        return tx.duties.lease(now, "fill", 10, "worker", seconds)


def test_a_duty_is_done_by_one_worker(store: Store) -> None:
    """Who leases a duty has it alone until the lease ends; what is not due, or of another kind, is left."""
    _owe(store, "now")
    _owe(store, "later", at=START + MINUTE)
    with store.write() as tx:
        tx.duties.owe("other", "x", START)
    first, second = _lease(store), _lease(store)

    assert [d.about for d in first] == ["now"]
    assert second == []
    assert [d.about for d in _lease(store, now=START + MINUTE)] == ["later"]


def test_a_lease_that_ended_is_another_workers(store: Store) -> None:
    """When a lease has ended the next worker takes the duty, and the first has lost it."""
    _owe(store, "a")
    (first,) = _lease(store, seconds=-1)
    (second,) = _lease(store)
    with store.write() as tx:
        lost = [
            tx.duties.done(first),
            tx.duties.retry(first, START, "x"),
            tx.duties.extend(first, 9),
        ]
        kept = tx.duties.extend(second, 9)

    assert second.attempts == 2
    assert (lost, kept) == ([False] * 3, True)


def test_what_is_done_stays_done(store: Store) -> None:
    """The same duty owed again has no effect once it is done; with another question it is owed anew."""
    _owe(store, "a", asks="one")
    (duty,) = _lease(store)
    with store.write() as tx:
        assert tx.duties.done(duty)
    _owe(store, "a", asks="one")
    same = _lease(store)
    _owe(store, "a", asks="two")

    assert same == []
    assert [(d.asks, d.attempts) for d in _lease(store)] == [("two", 1)]


def test_a_worker_on_an_older_question_loses_its_lease(store: Store) -> None:
    """Where another thing is asked while somebody works on the first, what they found is not taken for it."""
    _owe(store, "a", asks="one")
    (duty,) = _lease(store)
    _owe(store, "a", asks="two")
    with store.write() as tx:
        assert not tx.duties.done(duty)

    assert [d.asks for d in _lease(store)] == ["two"]


def test_a_failure_is_remembered_with_its_reason(store: Store) -> None:
    """A duty that failed comes again at its time and says why; one given up stays away."""
    _owe(store, "a")
    _owe(store, "b")
    passing, lasting = _lease(store)
    with store.write() as tx:
        tx.duties.retry(passing, START + MINUTE, "rate limit")
        tx.duties.give_up(lasting, "no such repository")
        found = [tx.duties.get("fill", name) for name in ("a", "b", "c")]

    assert [(d.why, d.open) if d else None for d in found] == [
        ("rate limit", True),
        ("no such repository", False),
        None,
    ]
    assert _lease(store) == []
    assert [d.why for d in _lease(store, now=START + MINUTE)] == ["rate limit"]


def test_a_duty_may_come_again_and_again(store: Store) -> None:
    """A duty that ends with a time for the next comes at that time."""
    _owe(store, "a")
    (duty,) = _lease(store)
    with store.write() as tx:
        tx.duties.done(duty, again=START + MINUTE)

    assert _lease(store) == []
    assert [d.attempts for d in _lease(store, now=START + MINUTE)] == [1]


def test_fills_say_how_far_they_came(store: Store) -> None:
    """The newest word on an SLI's back-fill counts, and its samples lie under a name of their own."""
    fill = Fill(sli="p95", asks="q1", start=START, until=START + MINUTE, step_s=60)
    more = Fill(
        sli="p95",
        asks="q1",
        start=START,
        until=START + timedelta(days=1),
        step_s=60,
        values=7,
        oldest=START,
    )
    with store.write() as tx:
        before = tx.fills.get("p95")
        tx.fills.put(fill)
        tx.fills.put(more)
        tx.samples.push(more.series, 60, 1, [START.timestamp()], [[1.0]])
        tx.samples.push("p95", 60, 1, [START.timestamp()], [[2.0]])
        kept = tx.samples.read(more.series, START, START + MINUTE)
        tx.samples.drop(more.series)
        gone, pushed = (tx.samples.read(n, START, START + MINUTE) for n in (more.series, "p95"))

    assert before is None
    with store.read() as tx:
        assert tx.fills.get("p95") == more
        assert tx.fills.all() == [more]
    assert kept.values.tolist() == [[1.0]]
    assert (gone.missing, pushed.values.tolist()) == (True, [[2.0]])
