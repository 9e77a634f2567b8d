"""What may be let go of: deliveries that are understood, chunks that are over; what is not settled stays."""

from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Heard
from shipwake.store import Fill, Store, Tx
from shipwake.wire.clock import ManualClock
from tests.store.conftest import START
from tests.store.facts import MINUTE, change

DAY = timedelta(days=1)


def _hear(tx: Tx, number: int, *, size: int = 10) -> int:
    """One delivery a minute, the first at `START`."""
    heard = Heard(
        kind="github",
        source="acme",
        headers={},
        body=b"x" * size,
        received=START + number * MINUTE,
    )
    return tx.heard.keep(heard, str(number))


def test_only_what_was_understood_is_let_go(store: Store) -> None:
    """Of old deliveries those that wait or could not be read stay, as do young ones and all that was counted."""
    with store.write() as tx:
        ids = [_hear(tx, n) for n in range(5)]
        tx.heard.understood(ids[0], 1, "one")
        tx.heard.unreadable(ids[1], "no JSON")
        tx.heard.understood(ids[3], 1, "three")
        tx.heard.understood(ids[4], 1, "four")
        senders = tx.heard.senders()
        old = tx.heard.old(START + 4 * MINUTE, 100, 1000)
        gone = tx.heard.forget(ids)
        left = [id for id in ids if tx.heard.get(id)]

        assert old == [ids[0], ids[3]]
        assert gone == 3
        assert left == [ids[1], ids[2]]
        assert tx.heard.senders() == senders


@pytest.mark.parametrize(("most", "size", "count"), [(3, 10**6, 3), (100, 25, 3), (100, 1, 1)])
def test_a_little_at_a_time(store: Store, most: int, size: int, count: int) -> None:
    """No more deliveries are named at once than were asked for, nor bytes but those of the last; the oldest first."""
    with store.write() as tx:
        ids = [_hear(tx, n) for n in range(6)]
        for id in ids:
            tx.heard.understood(id, 1, "")

        assert tx.heard.old(START + DAY, most, size) == ids[:count]


def test_a_delivery_that_comes_again_later_is_heard_again(store: Store) -> None:
    """What was let go of is not known any more, so that the same delivery is kept anew."""
    with store.write() as tx:
        first = _hear(tx, 1)
        tx.heard.understood(first, 1, "")
        tx.heard.forget([first])

        assert _hear(tx, 1) > first


def test_only_chunks_that_are_over_are_let_go(store: Store) -> None:
    """Every sample from before that time that lies in a whole chunk goes, of each series, and none after it."""
    with store.write() as tx:
        for sli, step, columns in (("a", 60.0, 1), ("b", 60.0, 2), ("c", 3600.0, 1)):
            times = START.timestamp() - step * np.arange(1000)
            tx.samples.push(sli, step, columns, times, np.ones((1000, columns)))
        before = START - 500 * MINUTE
        few, all_ = tx.samples.old(before, 2), tx.samples.old(before, 100)
        gone = tx.samples.forget(all_)
        first = {sli: tx.samples.first(sli) for sli in "abc"}

        assert (few, gone) == (all_[:2], len(all_))
        assert tx.samples.old(before, 100) == []
        for sli, slots, minutes in (("a", 448, 1), ("b", 237, 1), ("c", 448, 60)):
            oldest = first[sli]
            assert oldest is not None
            assert before - slots * minutes * MINUTE < oldest <= before
            held = tx.samples.read(sli, oldest, START + minutes * MINUTE)
            assert bool(held.present.all())


def test_nothing_is_old_where_nothing_is(store: Store) -> None:
    """An empty store, and a series that lost all its samples, have nothing to let go of."""
    with store.write() as tx:
        assert (tx.samples.old(START, 9), tx.heard.old(START, 9, 9)) == ([], [])
        assert (tx.samples.forget([]), tx.heard.forget([])) == (0, 0)
        tx.samples.push("a", 60.0, 1, [START.timestamp()], [1.0])
        tx.samples.forget(tx.samples.old(START + DAY, 9))

        assert tx.samples.old(START + DAY, 9) == []


def test_a_past_that_is_gone_is_not_held_to_have_been_read(store: Store) -> None:
    """How far a past was read begins where its samples do, also for whoever was reading on meanwhile."""
    with store.write() as tx:
        for sli, until in (("a", 40), ("old", 2)):
            fill = Fill(
                sli=sli, asks="x", start=START, until=START + until * DAY, step_s=60.0, values=7
            )
            tx.fills.put(fill)
        tx.fills.let_go(START + 10 * DAY)
        starts = {f.sli: (f.start - START) / DAY for f in tx.fills.all()}
        tx.fills.put(
            Fill(sli="a", asks="x", start=START, until=START + 41 * DAY, step_s=60.0, values=9)
        )
        reading = tx.fills.get("a")

    assert starts == {"a": 10, "old": 2}
    assert reading is not None
    assert ((reading.start - START) / DAY, (reading.until - START) / DAY) == (10, 41)


def test_the_oldest_open_watch_is_known(store: Store, clock: ManualClock) -> None:
    """It is the first exposure of a change that is still watched, even where its looks count from a later step."""
    with store.write() as tx:
        assert tx.looks.since() is None
        for id, days in (("done", 1), ("open", 5), ("late", 9)):
            tx.changes.save(change(id, START + days * DAY), mapped=True)
            tx.looks.plan(id, "a", 1, START + 10 * DAY, START + (days + 1) * DAY)
        tx.looks.close("done")

        assert tx.looks.since() == START + 5 * DAY
