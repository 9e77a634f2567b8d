"""A change is kept as it stands, and found by place, time and revision."""

from dataclasses import replace
from datetime import timedelta

from shipwake.domain import Health, State
from shipwake.store import Filter, Store, Stored
from shipwake.wire.clock import ManualClock
from tests.store.conftest import START
from tests.store.facts import MINUTE, SHA, change, event, reply, verdict


def ids(found: list[Stored]) -> list[str]:
    """Which changes these are, in order."""
    return [s.change.id for s in found]


def test_a_change_comes_back_as_it_was_saved(store: Store, clock: ManualClock) -> None:
    """A change is read back equal; saved again it keeps its health and when it was first heard."""
    with store.write() as tx:
        tx.changes.save(change(), mapped=False)
        tx.verdicts.append(verdict(health=Health.AILING), [])
    clock.advance(MINUTE)
    later = replace(change(), title="Slower basket")
    with store.write() as tx:
        tx.changes.save(later, mapped=True)
    with store.read() as tx:
        stored = tx.changes.get("c1")
        unknown = tx.changes.get("c2")

    assert stored == Stored(
        change=later, mapped=True, health=Health.AILING, verdict_seq=1, heard_at=START
    )
    assert unknown is None


def test_past_and_latest_of_a_place(store: Store) -> None:
    """Past is oldest first in [since, before), latest newest first; other places are left out."""
    with store.write() as tx:
        for i in range(4):
            tx.changes.save(change(f"c{i}", START + i * MINUTE), mapped=True)
        tx.changes.save(change("planned", None), mapped=True)
        tx.changes.save(change("mail", service="mail"), mapped=True)
        tx.changes.save(change("staging", environment="staging"), mapped=True)
        past = tx.changes.past(
            "checkout", "production", since=START + MINUTE, before=START + 3 * MINUTE
        )
        planned = tx.changes.past("checkout", "production", since=START, before=START + MINUTE)
        latest = tx.changes.latest("checkout", "production", START + 3 * MINUTE, limit=2)
        every = tx.changes.latest("checkout", "production", START + MINUTE, live=False, limit=9)

    assert ids(past) == ["c1", "c2"]
    assert ids(planned) == ["c0", "planned"]
    assert ids(latest) == ["c2", "c1"]
    assert ids(every) == ["planned", "c0"]


def test_what_lived_is_what_the_past_says(store: Store) -> None:
    """Read by their times alone, the changes of a place that went live are those of its past, in the same order."""
    with store.write() as tx:
        for i in range(3):
            made = change(f"c{i}", START + i * MINUTE)
            tx.changes.save(replace(made, ended_at=START + 9 * MINUTE, rolls_back="x"), mapped=True)
        tx.changes.save(change("planned", None), mapped=True)
        tx.changes.rename("c1", "c0")
        span = {"since": START, "before": START + 9 * MINUTE}
        past = [s for s in tx.changes.past("checkout", "production", **span) if s.change.at]
        lived = tx.changes.lived("checkout", "production", **span)
        named = tx.changes.lived_of(["c2", "c0", "nobody"])

    wanted = [(s.change.id, s.change.at, s.change.ended_at, s.change.rolls_back) for s in past]
    assert [(x.times.id, x.times.at, x.times.ended_at, x.times.rolls_back) for x in lived] == wanted
    assert [x.times.id for x in lived] == ["c0", "c2"]
    assert named == {x.times.id: x for x in lived}


def test_near_is_nearest_first(store: Store) -> None:
    """Live changes of the environment within the window on both sides, nearest first."""
    with store.write() as tx:
        for i in (-61, -60, -3, 1, 2, 60, 61):
            tx.changes.save(change(f"{i}", START + i * MINUTE, service=f"s{i}"), mapped=True)
        tx.changes.save(change("planned", None), mapped=True)
        tx.changes.save(change("staging", environment="staging"), mapped=True)
        found = tx.changes.near(START, timedelta(hours=1), "production", limit=4)

    assert ids(found) == ["1", "2", "-3", "-60"]


def test_a_revision_leads_to_its_changes(store: Store) -> None:
    """A short hash finds the change of the whole one, in the same repository only."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=True)
        tx.changes.save(change("c2", repository="acme/mail"), mapped=True)
        tx.changes.save(change("c3", revision="v12"), mapped=True)
        short = tx.changes.with_revision(SHA[:8], "acme/checkout")
        name = tx.changes.with_revision("v12", "acme/checkout")
        none = tx.changes.with_revision("", "acme/checkout")

    assert (ids(short), ids(name), none) == (["c1"], ["c3"], [])


def test_unmapped_changes_are_found(store: Store) -> None:
    """What is not mapped is listed until it is saved as mapped."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=False)
        tx.changes.save(change("c2"), mapped=True)
        before = tx.changes.unmapped()
        tx.changes.save(change("c1"), mapped=True)
        after = tx.changes.unmapped()

    assert (ids(before), after) == (["c1"], [])


def test_two_changes_that_are_one_keep_both_histories(store: Store) -> None:
    """The older id goes on with all events and replies; the verdicts of both stay to be read."""
    with store.write() as tx:
        for id in ("old", "new"):
            tx.changes.save(change(id), mapped=True)
            tx.events.add(event(id))
            tx.events.attach("story", id, id)
            tx.replies.add(reply(f"to {id}", id))
            tx.verdicts.append(verdict(id), [])
            tx.looks.plan(id, "errors", 1, START, START)
        tx.changes.rename("new", "old")
        got = tx.changes.get("new")
        past = tx.changes.past("checkout", "production", since=START, before=START + MINUTE)
        events = [e.key for e in tx.events.of("old")]
        replies = [r.id for r in tx.replies.of("old")]
        verdicts = [tx.verdicts.of(id) for id in ("old", "new")]
        merged = tx.changes.merged("old")
        watched = [tx.looks.watched(id) for id in ("old", "new")]

    assert got is not None
    assert (got.change.id, ids(past), merged) == ("old", ["old"], ["new"])
    assert (events, sorted(replies)) == (["old", "new"], ["to new", "to old"])
    assert verdicts == [[verdict("old")], [verdict("new")]]
    assert watched == [True, False]


def test_several_are_read_at_once(store: Store) -> None:
    """Known ids are found, unknown ones left out, and none asked gives none."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=True)
        found = tx.changes.many(["c1", "c9"])
        none = tx.changes.many([])

    assert (list(found), none) == (["c1"], {})


def test_a_planned_change_moves_to_when_it_went_live(store: Store) -> None:
    """A change stands in the list at the time it was heard, and once it is live at that time."""
    with store.write() as tx:
        tx.changes.save(change("c1", None), mapped=True)
        heard = tx.changes.page(Filter()).rows[0]
        tx.changes.save(change("c1", START + MINUTE), mapped=True)
        live = tx.changes.page(Filter()).rows[0]

    assert (heard.at, heard.change.state) == (START, State.PLANNED)
    assert (live.at, live.change.state) == (START + MINUTE, State.LIVE)


def test_many_go_on_as_one_does(store: Store) -> None:
    """Of several changes each is told as it stands, one that was merged as the older one that goes on for both."""
    with store.write() as tx:
        for id in ("old", "new", "other"):
            tx.changes.save(change(id), mapped=True)
        tx.changes.rename("new", "old")
        found = tx.changes.going_on(["old", "new", "other", "never"])
        alone = {id: tx.changes.get(id) for id in ("old", "new", "other")}

    assert found == alone
    assert found["new"].change.id == "old"


def test_services_and_environments_are_each_once(store: Store) -> None:
    """Every name that a change has, in order, the empty one too; none before the first change."""
    with store.write() as tx:
        before = (tx.changes.services(), tx.changes.environments())
        for i, service in enumerate(("pay", "", "cart", "pay")):
            environment = "staging" if i == 2 else "production"
            tx.changes.save(change(f"c{i}", service=service, environment=environment), mapped=True)
        after = (tx.changes.services(), tx.changes.environments())

    assert before == ([], [])
    assert after == (["", "cart", "pay"], ["production", "staging"])


def test_revisions_of_a_place(store: Store) -> None:
    """Which revision was live when: the very same one, the newest of another, and whether one came between."""
    place = ("checkout", "production")
    end = START + 9 * MINUTE
    long, longer = "abcdef0" + "1" * 33, "abcdef0" + "2" * 33
    with store.write() as tx:
        for i, revision in enumerate((long, "v1", "", longer, long)):
            tx.changes.save(change(f"c{i}", START + i * MINUTE, revision=revision), mapped=True)
        tx.changes.save(change("plan", None, revision="v2"), mapped=True)
        tx.changes.save(change("away", START, service="mail", revision=long), mapped=True)
        same = tx.changes.of_revision(place, long, since=START, before=end)
        newest = tx.changes.newest_revision(place, since=START, before=end, but="c4")
        other = tx.changes.newest_revision(place, since=START, before=end, but="", unlike=long)
        between = [
            tx.changes.other_revision_between(
                place, revision, START + first * MINUTE, START + last * MINUTE
            )
            for revision, first, last in (
                (long, 0, 4),
                (long, 1, 2),
                (long, 2, 3),
                (longer, 2, 3),
                ("v1", 0, 1),
                ("v1", 3, 4),
            )
        ]

    assert [s.change.id for s in same] == ["c0", "c4"]
    assert newest is not None
    assert newest.id == "c3"
    assert other is not None
    assert other.id == "c3"
    assert between == [True, False, True, False, False, True]
