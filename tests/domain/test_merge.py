"""Merging events into a change: free of order and repetition, and nothing made up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import (
    Change,
    ChangeKind,
    Commit,
    Event,
    Exposure,
    Facts,
    NaiveTimeError,
    Person,
    Says,
    State,
    in_order,
    merge,
)
from shipwake.domain.people import distinct
from tests.domain.strategies import EVENT_LISTS, START

ALICE, BOB = Person(name="Alice"), Person(name="Bob")


def _event(says: Says, minute: int = 0, key: str = "", **facts: Any) -> Event:  # noqa: ANN401 - the fields of Facts
    at = START + timedelta(minutes=minute)
    identity = key or f"{says}-{minute}"
    return Event(
        source="test", key=identity, says=says, at=at, received=at, text="", facts=Facts(**facts)
    )


def _merged(*events: Event) -> Change:
    return merge("c-1", events)


@settings(max_examples=50)
@given(events=EVENT_LISTS, data=st.data())
def test_order_and_repetition_do_not_matter(events: list[Event], data: st.DataObject) -> None:
    """The same events in any order, some of them again, make the same change."""
    again = data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else []
    shuffled = data.draw(st.permutations([*events, *again]))

    assert merge("c-1", shuffled) == merge("c-1", events)


@settings(max_examples=50)
@given(events=EVENT_LISTS)
def test_each_event_is_heard_once(events: list[Event]) -> None:
    """Of events with the same identity one remains, and the rest is in the senders' order of time."""
    ordered = in_order(events)

    assert len({(e.source, e.key) for e in ordered}) == len(ordered)
    assert {(e.source, e.key) for e in ordered} == {(e.source, e.key) for e in events}
    assert [e.at for e in ordered] == sorted(e.at for e in ordered)


@settings(max_examples=50)
@given(events=EVENT_LISTS)
def test_nothing_is_made_up(events: list[Event]) -> None:
    """Each fact of a change was stated by one of its events."""
    change = merge("c-1", events)
    facts = [e.facts for e in events]

    assert change.revision in {"", *(f.revision for f in facts)}
    assert change.title in {"", *(f.title for f in facts)}
    assert set(change.commits) <= {c for f in facts for c in f.commits}
    assert set(change.authors) <= {p for f in facts for p in f.authors}
    assert set(change.tags) == {
        t for f in facts if f in [e.facts for e in in_order(events)] for t in f.tags
    }
    assert change.at in {None, *(s.at for f in facts for s in f.exposure), *(e.at for e in events)}


@settings(max_examples=50)
@given(events=EVENT_LISTS)
def test_what_went_live_has_a_time_and_steps(events: list[Event]) -> None:
    """A change has a time exactly where something of it was exposed: the first step's."""
    change = merge("c-1", events)

    assert (change.at is None) == (not change.exposure)
    assert (change.state in (State.LIVE, State.ENDED)) == change.live
    assert list(change.exposure) == sorted(change.exposure)
    assert change.at == min((s.at for s in change.exposure), default=None)


def test_the_newest_statement_wins_by_the_senders_time() -> None:
    """What was stated later counts, also where it was heard first."""
    late = _event(Says.LIVE, 5, title="Weigh the basket", environment="production")
    early = _event(Says.STARTED, 1, title="Weigh", revision="0f3c5a7")

    assert _merged(late, early).title == "Weigh the basket"
    assert _merged(late, early).revision == "0f3c5a7"


def test_an_event_without_a_word_takes_none_away() -> None:
    """What a later event leaves out stays as it was."""
    change = _merged(
        _event(Says.STARTED, 1, service="checkout"), _event(Says.LIVE, 2), _event(Says.ENDED, 9)
    )

    assert (change.heard_service, change.state) == ("checkout", State.ENDED)


@pytest.mark.parametrize(
    ("says", "state"),
    [
        ([Says.STARTED], State.PLANNED),
        ([Says.STARTED, Says.FAILED], State.FAILED),
        ([Says.FAILED, Says.LIVE], State.LIVE),
        ([Says.LIVE, Says.ENDED], State.ENDED),
        ([Says.STARTED, Says.ENDED], State.PLANNED),
        ([Says.CONTEXT], State.PLANNED),
    ],
)
def test_a_state_is_how_far_it_came(says: list[Says], state: State) -> None:
    """What never went live cannot end, and a failure before success is no failure."""
    assert _merged(*(_event(s, i) for i, s in enumerate(says))).state is state


def test_a_ramp_keeps_its_steps() -> None:
    """Steps stated one by one are one exposure, and its first is when the change went live."""
    steps = [
        Exposure(at=START + timedelta(minutes=m), share=s)
        for m, s in ((20, 1.0), (0, 0.1), (10, 0.5))
    ]
    change = _merged(*(_event(Says.LIVE, 30, key=str(s.share), exposure=(s,)) for s in steps))

    assert change.at == START
    assert [s.share for s in change.exposure] == [0.1, 0.5, 1.0]


def test_context_fills_in_and_does_not_rename() -> None:
    """A pull request gives title and author where the deploy has none, and never the revision."""
    context = _event(Says.CONTEXT, 9, title="Weigh the basket", revision="other", authors=(ALICE,))
    bare = _merged(_event(Says.LIVE, 5, revision="0f3c5a7"), context)
    named = _merged(_event(Says.LIVE, 5, revision="0f3c5a7", title="Release 7"), context)

    assert (bare.title, bare.revision, bare.authors) == ("Weigh the basket", "0f3c5a7", (ALICE,))
    assert named.title == "Release 7"


def test_authors_come_from_commits_where_none_is_named() -> None:
    """Whoever wrote a commit is told, once, unless authors are named; bots never are."""
    bot = Person(login="deployer[bot]", bot=True)
    commits = tuple(
        Commit(sha=str(i), author=a) for i, a in enumerate((ALICE, bot, None, BOB, ALICE))
    )
    unnamed = _merged(_event(Says.LIVE, commits=commits, authors=(bot,)))
    named = _merged(_event(Says.LIVE, commits=commits, authors=(BOB,)))

    assert set(unnamed.people) == {ALICE, BOB}
    assert named.people == (BOB,)


def test_an_earlier_change_that_is_not_judged_stays_so() -> None:
    """One statement that it is not to be judged is enough."""
    assert not _merged(_event(Says.LIVE, 1, judge=False), _event(Says.LIVE, 2)).judge


def test_no_events_are_a_planned_change_of_nothing() -> None:
    """Merging nothing gives an empty change that never went live."""
    change = _merged()

    assert (change.kind, change.state, change.name) == (ChangeKind.DEPLOY, State.PLANNED, "c-1")


def test_a_naive_time_is_refused() -> None:
    """An event cannot be made with a time that names no zone."""
    with pytest.raises(NaiveTimeError, match="no zone"):
        replace(_event(Says.LIVE), at=datetime(2026, 2, 3))  # noqa: DTZ001 - the point


def test_times_are_kept_in_utc() -> None:
    """A time in another zone is kept as the same moment in UTC."""
    event = replace(_event(Says.LIVE), at=datetime.fromisoformat("2026-02-03T11:00:00+01:00"))

    assert event.at == datetime(2026, 2, 3, 10, tzinfo=UTC)
    assert event.at.tzinfo is UTC


def test_one_login_is_one_person() -> None:
    """Who is named by login here and with an address there is told once, at that address."""
    login, whole = Person(login="Alice"), Person(name="Alice", email="a@example.com", login="alice")
    change = _merged(
        _event(Says.LIVE, 0, authors=(whole,)),
        _event(Says.CONTEXT, 1, authors=(login, BOB)),
        _event(Says.CONTEXT, 2, commits=(Commit(sha="1", author=login),)),
    )

    assert change.authors == (whole, BOB)
    assert change.people == (whole, BOB)


def test_a_commit_author_by_login_is_the_one_with_an_address() -> None:
    """Of several commits of one login, the address of any of them serves."""
    login, whole = Person(name="Alice", login="alice"), Person(email="a@example.com", login="alice")
    commits = (Commit(sha="1", author=login), Commit(sha="2", author=whole), Commit(sha="3"))

    assert _merged(_event(Says.LIVE, commits=commits)).people == (whole,)


PEOPLE = st.builds(
    Person,
    name=st.sampled_from(["", "Alice", "Bob"]),
    email=st.sampled_from(["", "a@example.com", "b@example.com"]),
    login=st.sampled_from(["", "alice", "ALICE", "bob"]),
)


@given(people=st.lists(PEOPLE, max_size=8))
def test_telling_people_apart_makes_nobody_up(people: list[Person]) -> None:
    """Each is one that was named, no two share a key, and telling apart again changes nothing."""
    found = distinct(people)

    assert set(found) <= set(people)
    assert len({p.key for p in found}) == len(found)
    assert distinct(found) == found
