"""Replies, name mappings and access: what people say and who may say it."""

from datetime import timedelta

import pytest

from shipwake.domain import BadInputError
from shipwake.store import Mapping, Store
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
        token = tx.access.token("h1")
        revoked = [tx.access.revoke(id), tx.access.revoke(id), tx.access.revoke(99)]
        after = [tx.access.token(h) for h in ("h1", "h3")]
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

    assert (found, anybody) == ([True, False, False], [True, False])


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
