"""A look is leased by one worker, finished once, and never finished by who lost it."""

from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest

from shipwake.domain import Look
from shipwake.store import Finished, Leased, Store
from shipwake.wire.clock import pause
from tests.store.conftest import START
from tests.store.facts import MINUTE, change

SLIS = ("errors", "p95")


@pytest.fixture(autouse=True)
def watched(store: Store) -> None:
    """Two changes, the first watched on two SLIs from minute 3."""
    with store.write() as tx:
        for id in ("c1", "c2"):
            tx.changes.save(change(id), mapped=True)
        for sli in SLIS:
            tx.looks.plan("c1", sli, 1, START + 3 * MINUTE, START)


def lease(
    store: Store, minutes: float, *, seconds: float = 60, limit: int = 100, worker: str = "w"
) -> list[Leased]:
    """What a worker gets at that minute of the flow's time."""
    with store.write() as tx:
        return tx.looks.lease(START + minutes * MINUTE, limit=limit, worker=worker, seconds=seconds)


def following(look: Look, minutes: float) -> Look:
    """The look after this one."""
    return replace(look, number=look.number + 1, due=START + minutes * MINUTE)


def finish(
    store: Store, leased: Leased, minutes: float | None = 5, *, hurting: bool = False
) -> bool:
    """End a look; the next comes at that minute."""
    with store.write() as tx:
        next_ = None if minutes is None else following(leased.look, minutes)
        return tx.looks.finish(leased, next_, hurting=hurting)


def test_changes_that_were_watched_are_counted(store: Store) -> None:
    """Those that went live in the span and have or had a watch count once each, the others not at all."""
    with store.read() as tx:
        both = tx.looks.changes(START - MINUTE, START + 60 * MINUTE)
        before = tx.looks.changes(START - 60 * MINUTE, START - MINUTE)
    with store.write() as tx:
        tx.looks.close("c1")
        closed = tx.looks.changes(START - MINUTE, START + 60 * MINUTE)

    assert (both, before, closed) == (1, 0, 1)


def test_a_look_is_leased_when_it_is_due(store: Store) -> None:
    """Before its time nothing is leased, at its time all of it, by the flow's clock."""
    assert lease(store, 2.99) == []

    looks = [x.look for x in lease(store, 3)]

    assert looks == [
        Look(change="c1", sli=s, number=1, due=START + 3 * MINUTE, anchor=START) for s in SLIS
    ]


def test_a_leased_look_is_nobody_elses(store: Store, second: Store) -> None:
    """While a lease runs no other worker gets the look, whatever the flow's time."""
    first = lease(store, 3, limit=1)

    assert [x.look.sli for x in first] == ["errors"]
    assert [x.look.sli for x in lease(second, 60 * 24)] == ["p95"]
    assert lease(store, 60 * 24) == []


def test_workers_at_once_share_the_looks(store: Store, url: str) -> None:
    """Many threads on connections of their own lease each look exactly once."""
    with store.write() as tx:
        for i in range(60):
            tx.looks.plan("c2", f"sli {i}", 1, START, START)
    start = Barrier(4)
    taken: list[list[str]] = [[] for _ in range(4)]

    def work(mine: list[str]) -> None:
        start.wait()
        while rows := lease(store, 1, limit=7):
            mine.extend(r.look.sli for r in rows)

    threads = [Thread(target=work, args=(mine,)) for mine in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [sli for mine in taken for sli in mine]

    assert sorted(everything) == sorted(f"sli {i}" for i in range(60))


def test_an_expired_lease_is_taken_over(store: Store, second: Store) -> None:
    """After its seconds of database time a look is leased again, and counts the attempt."""
    first = lease(store, 3, limit=1, seconds=0.05)[0]
    pause(0.1)
    again = lease(second, 3, limit=1)[0]

    assert (first.look, first.attempts) == (again.look, 1)
    assert (again.fence, again.attempts) == (first.fence + 1, 2)


def test_who_lost_the_lease_finishes_nothing(store: Store, second: Store) -> None:
    """After a take-over the first worker's end of the look is refused, the second's holds."""
    first = lease(store, 3, limit=1, seconds=0)[0]
    again = lease(second, 3, limit=1)[0]

    assert not finish(store, first)
    assert finish(second, again)
    assert not finish(store, first)


def test_a_finished_look_leads_to_the_next(store: Store) -> None:
    """The next look has its number and time, and is free at once when due."""
    done = lease(store, 3, limit=1)[0]
    assert finish(store, done, 5, hurting=True)
    with store.read() as tx:
        progress = tx.looks.progress("c1")
    later = lease(store, 5, limit=1, worker="other")

    assert progress["errors"] == (1, START + 3 * MINUTE, True)
    assert progress["p95"] == (0, None, False)
    assert {x.look.sli for x in [*later, *lease(store, 5)]} == set(SLIS)


def test_a_look_is_finished_once(store: Store) -> None:
    """Ending the same look twice is refused the second time."""
    done = lease(store, 3, limit=1)[0]

    assert [finish(store, done), finish(store, done)] == [True, False]


def test_the_last_look_ends_the_watch(store: Store) -> None:
    """Without a next look the row is over, and the change is no longer watched."""
    for leased in lease(store, 3):
        assert finish(store, leased, None)
    with store.read() as tx:
        assert not tx.looks.watched("c1")
        assert (tx.looks.open_of("c1"), tx.looks.next_of("c1"), tx.looks.next_due()) == (
            [],
            None,
            None,
        )
    assert lease(store, 1000) == []


def test_a_look_that_waits_keeps_its_nominal_time(store: Store) -> None:
    """A retry moves only when it is tried; the look itself stays due when it was due."""
    leased = lease(store, 3, limit=1)[0]
    with store.write() as tx:
        assert tx.looks.retry(leased, START + 4 * MINUTE, "samples still arriving")
        assert tx.looks.next_of("c1") == START + 3 * MINUTE
    assert [x.look.sli for x in lease(store, 3.5)] == ["p95"]
    again = lease(store, 4)[0]

    assert (again.look, again.attempts, again.why) == (leased.look, 2, "samples still arriving")


def test_planning_twice_changes_nothing(store: Store) -> None:
    """The same plan again leaves a running lease alone."""
    leased = lease(store, 3, limit=1)[0]
    with store.write() as tx:
        tx.looks.plan("c1", "errors", 1, START + 3 * MINUTE, START)

    assert finish(store, leased)


def test_a_new_exposure_step_is_planned_anew(store: Store) -> None:
    """Under another anchor the next look moves, and whoever looks by the old plan loses it."""
    step = START + 2 * MINUTE
    leased = lease(store, 3, limit=1)[0]
    with store.write() as tx:
        tx.looks.plan("c1", "errors", 1, START + 5 * MINUTE, step)

    assert not finish(store, leased)
    assert [x.look.sli for x in lease(store, 4)] == ["p95"]
    assert [(x.look.anchor, x.look.number) for x in lease(store, 5)] == [(step, 1)]


def test_a_watch_that_is_over_can_open_again(store: Store) -> None:
    """A step that comes after the last look opens the row with the next number."""
    for leased in lease(store, 3):
        finish(store, leased, None)
    with store.write() as tx:
        tx.looks.plan("c1", "errors", 2, START + 90 * MINUTE, START + 80 * MINUTE)
    found = lease(store, 90)

    assert [(x.look.sli, x.look.number) for x in found] == [("errors", 2)]


def test_a_plan_never_goes_back(store: Store) -> None:
    """A plan for a look that was finished meanwhile is not taken."""
    leased = lease(store, 3, limit=1)[0]
    finish(store, leased, None)
    with store.write() as tx:
        tx.looks.plan("c1", "errors", 1, START + 4 * MINUTE, START + MINUTE)
        assert [x.sli for x in tx.looks.open_of("c1")] == ["p95"]


def test_a_rollback_hastens_the_next_look(store: Store) -> None:
    """Hastening brings a later look forward, keeps its anchor, and survives planning again."""
    for leased in lease(store, 3):
        finish(store, leased, 60)
    with store.write() as tx:
        moved = tx.looks.hasten("c1", START + 10 * MINUTE)
        tx.looks.plan("c1", "errors", 2, START + 60 * MINUTE, START)
    found = lease(store, 10)

    assert moved == 2
    assert [(x.look.due, x.look.anchor, x.look.number) for x in found] == [
        (START + 10 * MINUTE, START, 2)
    ] * 2


def test_hastening_never_looks_back(store: Store) -> None:
    """A rollback heard of late brings the look no earlier than the last one."""
    for leased in lease(store, 3):
        finish(store, leased, 60)
    with store.write() as tx:
        tx.looks.hasten("c1", START + MINUTE)
        assert tx.looks.next_of("c1") == START + 3 * MINUTE


def test_hastening_never_puts_off(store: Store) -> None:
    """A look that is due earlier stays there."""
    with store.write() as tx:
        assert tx.looks.hasten("c1", START + 30 * MINUTE) == 0
        assert tx.looks.next_of("c1") == START + 3 * MINUTE


def test_the_next_time_of_all(store: Store) -> None:
    """The earliest time counts leased looks too, unless only free ones are asked for."""
    with store.write() as tx:
        tx.looks.plan("c2", "errors", 1, START + 4 * MINUTE, START)
    lease(store, 3)
    with store.read() as tx:
        found = (
            tx.looks.next_due(),
            tx.looks.next_due(free=True),
            tx.looks.late(START + 9 * MINUTE),
        )

    assert found == (START + 3 * MINUTE, START + 4 * MINUTE, 3)


def test_a_closed_watch_is_over_for_who_is_looking(store: Store) -> None:
    """Closing a watch ends every look of it, the one under way included."""
    leased = lease(store, 3, limit=1)[0]
    with store.write() as tx:
        assert tx.looks.close("c1") == 2

    assert not finish(store, leased)
    assert lease(store, 100) == []


def test_a_lease_can_be_extended(store: Store, second: Store) -> None:
    """A worker that needs longer keeps the look; one that lost it is told."""
    leased = lease(store, 3, limit=1, seconds=0.05)[0]
    with store.write() as tx:
        assert tx.looks.extend(leased, 60)
        assert not tx.looks.extend(replace(leased, fence=leased.fence + 1), 60)
    pause(0.1)

    assert [x.look.sli for x in lease(second, 3)] == ["p95"]


def test_the_first_level_stays(store: Store) -> None:
    """A level is set once a change; whoever comes later is given the one that holds."""
    with store.write() as tx:
        before = tx.levels.get("c1")
        given = [tx.levels.set("c1", 0.008, 0.002), tx.levels.set("c1", 0.5, 0.5)]

    assert before is None
    assert given == [(0.008, 0.002)] * 2


def test_many_watches_stay_apart(store: Store) -> None:
    """A worker that takes a few at a time gets the earliest first."""
    with store.write() as tx:
        for i in range(5):
            due = START + timedelta(seconds=i)
            tx.looks.plan("c2", f"sli {i}", 1, due, START)
    found = [x.look.sli for x in lease(store, 3, limit=3)]

    assert found == ["sli 0", "sli 1", "sli 2"]


def test_many_are_finished_at_once(store: Store, second: Store) -> None:
    """Of many looks those whose lease still holds are ended and go on; the others are told, and left alone."""
    with store.write() as tx:
        tx.looks.plan("c2", "errors", 1, START + 3 * MINUTE, START)
    mine = lease(store, 3, seconds=0)
    with second.write() as tx:
        (taken,) = tx.looks.lease(START + 3 * MINUTE, limit=1, worker="other", seconds=60)
    ended = [Finished(leased=x, next=following(x.look, 5), hurting=True) for x in mine]
    with store.write() as tx:
        kept = tx.looks.finish_all(ended)
        again = tx.looks.finish_all(ended)
        numbers = {
            (c, sli): done[0] for c in ("c1", "c2") for sli, done in tx.looks.progress(c).items()
        }
        next_of = tx.looks.next_of_all(["c1", "c2", "c3"])

    lost = (taken.look.change, taken.look.sli)
    assert kept == [(x.look.change, x.look.sli) != lost for x in mine]
    assert sum(kept) == 2
    assert again == [False] * 3
    assert numbers == {(x.look.change, x.look.sli): int(k) for x, k in zip(mine, kept, strict=True)}
    assert set(next_of) == {"c1", "c2"}
    assert min(next_of.values()) == taken.look.due


def test_levels_are_read_together(store: Store) -> None:
    """Of several changes those that have a level are told with it."""
    with store.write() as tx:
        tx.levels.set("c2", 0.008, 0.002)
        found = tx.levels.of(["c1", "c2", "c3"])

    assert found == {"c2": (0.008, 0.002)}
