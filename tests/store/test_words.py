"""Replies, name mappings and access: what people say and who may say it."""

from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from shipwake.domain import BadInputError
from shipwake.store import Deed, Mapping, Store
from shipwake.wire.clock import ManualClock
from tests.store.conftest import START
from tests.store.facts import MINUTE, change, reply

HOUR = timedelta(hours=1)


def test_replies_stay_in_order(store: Store) -> None:
    """Replies are read oldest first, each once, and counted by change."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=True)
        tx.changes.save(change("c2"), mapped=True)
        added = [tx.replies.add(reply(f"r{m}", minutes=m)) for m in (3, 1, 2, 1)]
        found = tx.replies.of("c1")
        counts = tx.replies.counts(["c1", "c2"])
        none = tx.replies.counts([])

    assert added == [True, True, True, False]
    assert found == [reply(f"r{m}", minutes=m) for m in (1, 2, 3)]
    assert (counts, none) == ({"c1": 3}, {})


def test_the_newest_word_on_a_name_counts(store: Store, clock: ManualClock) -> None:
    """A mapping said again replaces the one before; services and environments stay apart."""
    with store.write() as tx:
        tx.mappings.put("service", "Checkout", "basket", "alice")
        clock.advance(MINUTE)
        tx.mappings.put("service", "Checkout", "checkout", "bob")
        found = [tx.mappings.get(what, "Checkout") for what in ("service", "environment")]
        everything = tx.mappings.all()
        gone = [tx.mappings.forget("service", "Checkout") for _ in range(2)]

    assert found == ["checkout", None]
    assert everything == [
        Mapping(what="service", heard="Checkout", name="checkout", by="bob", at=START + MINUTE)
    ]
    assert gone == [True, False]


def test_a_token_opens_until_it_is_revoked(store: Store) -> None:
    """A token is found by its hash with its scopes, and not any more once it was revoked."""
    with store.write() as tx:
        id = tx.access.add_token("pipeline", ("read", "changes:write"), "h1", START)
        tx.access.add_token("other", ("read",), "h2", START)
        token = tx.access.token("h1", START)
        revoked = [tx.access.revoke(id), tx.access.revoke(id), tx.access.revoke(99)]
        after = [tx.access.token(h, START) for h in ("h1", "h3")]
        listed = [(t.name, t.revoked) for t in tx.access.tokens()]

    assert token is not None
    assert (token.name, token.scopes, token.at) == ("pipeline", ("changes:write", "read"), START)
    assert (revoked, after) == ([True, False, False], [None, None])
    assert listed == [("pipeline", True), ("other", False)]


def test_the_same_token_is_not_made_twice(store: Store) -> None:
    """A hash that is known is refused."""
    with store.write() as tx:
        tx.access.add_token("a", ("read",), "h1", START)
        with pytest.raises(BadInputError, match="another"):
            tx.access.add_token("b", ("read",), "h1", START)


def test_a_session_holds_until_it_ends(store: Store, clock: ManualClock) -> None:
    """A session opens until its time or its end, and old ones are forgotten."""
    with store.write() as tx:
        tx.access.add_session("s1", START + HOUR)
        tx.access.add_session("s2", START + HOUR)
        tx.access.end_session("s2")
        found = [
            tx.access.session("s1", START),
            tx.access.session("s1", START + HOUR),
            tx.access.session("s2", START),
        ]
        anybody = [tx.access.has_session(START), tx.access.has_session(START + HOUR)]

    assert ([x is not None for x in found], anybody) == ([True, False, False], [True, False])


def test_a_link_works_once_and_in_time(store: Store) -> None:
    """A sign-in link is used up by its first use, and none works after its time."""
    with store.write() as tx:
        tx.access.add_link("l1", START + HOUR)
        tx.access.add_link("l2", START + HOUR)
        used = [
            tx.access.use_link("l1", START),
            tx.access.use_link("l1", START),
            tx.access.use_link("l2", START + HOUR),
            tx.access.use_link("l3", START),
        ]

    assert used == [True, False, False, False]


def test_a_token_ends_by_itself_and_says_when_it_was_shown(store: Store) -> None:
    """A token with an end opens nothing from then on; its last use and its services are told."""
    with store.write() as tx:
        id = tx.access.add_token(
            "ci", ("read",), "h1", START, until=START + HOUR, services=("b", "a")
        )
        tx.access.used(id, START + MINUTE)
        (listed,) = tx.access.tokens()
        found = [tx.access.token("h1", START), tx.access.token("h1", START + HOUR)]

    assert (listed.used_at, listed.services) == (START + MINUTE, ("a", "b"))
    assert (found[0] is not None, found[1]) == (True, None)
    assert (listed.holds(START), listed.holds(START + HOUR)) == (True, False)


def test_a_persons_sessions_end_one_by_one_or_all_at_once(store: Store, clock: ManualClock) -> None:
    """Sessions belong to a person: none ends another's, and an id of one names no other."""
    with store.write() as tx:
        for hashed, person in (("a1", "alice"), ("a2", "alice"), ("b1", "bob")):
            tx.access.add_session(hashed, START + HOUR, person=person, groups=("sre",), browser="x")
        ids = {s.id for s in tx.access.sessions("alice", START)}
        wrong = tx.access.end_sessions("alice", "b1")
        one = tx.access.end_sessions("alice", "a1")
        rest = tx.access.end_sessions("alice")
        left = tx.access.sessions("bob", START)

    assert (ids, wrong, one, rest) == ({"a1", "a2"}, 0, 1, 1)
    assert [(s.person, s.groups, s.browser, s.at) for s in left] == [("bob", ("sre",), "x", START)]


def test_what_is_spent_is_spent_once(store: Store) -> None:
    """A hash is taken once."""
    with store.write() as tx:
        taken = [tx.access.spend(h, START + HOUR) for h in ("s1", "s1", "s2")]

    assert taken == [True, False, True]


def test_deeds_are_kept_newest_first_and_in_pages(store: Store) -> None:
    """Who did what is listed from the newest on, and what a stranger sent without end is cut."""
    with store.write() as tx:
        for number in range(3):
            tx.audit.add(Deed(who="alice", what="mapped", about=f"{number}" * 1000, via="page"))
        first = tx.audit.page(None, 2)
        rest = tx.audit.page(first[-1].id, 2)

    assert [d.deed.about[0] for d in (*first, *rest)] == ["2", "1", "0"]
    assert {len(d.deed.about) for d in first} == {501}
    assert first[0].at == START


@pytest.mark.parametrize("what", ["UPDATE audit SET who = 'bob'", "DELETE FROM audit"])
def test_nobody_edits_what_was_done(store: Store, url: str, what: str) -> None:
    """The database itself refuses to edit or delete a deed."""
    with store.write() as tx:
        tx.audit.add(Deed(who="alice", what="mapped"))
    engine = create_engine(url)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as connection:
        connection.execute(text(what))
    engine.dispose()


def test_settings_are_remembered_as_they_were_seen_last(store: Store) -> None:
    """The digests of settings replace those before."""
    with store.write() as tx:
        tx.audit.saw({"a": "1", "b": "2"})
        tx.audit.saw({"b": "3"})

    with store.read() as tx:
        assert tx.audit.settings() == {"b": "3"}
