"""Deliveries are kept once, read once, and counted whatever becomes of them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from shipwake.domain import BadInputError
from shipwake.store import Outcome, Store
from tests.store.conftest import START
from tests.store.facts import heard


def test_a_delivery_comes_back_as_it_was_heard(store: Store) -> None:
    """Headers, body and time of receipt are read back unchanged."""
    given = replace(heard(b"\x00\xff raw"), headers={"x-ä": "1", "y": '"'})
    with store.write() as tx:
        id = tx.heard.keep(given, "d1")
    with store.read() as tx:
        kept = tx.heard.pending(10)

    assert [(k.id, k.heard) for k in kept] == [(id, given)]


def test_the_same_delivery_twice_is_one(store: Store) -> None:
    """The second delivery of a digest gives the first one's id and is not counted again."""
    with store.write() as tx:
        ids = {tx.heard.keep(heard(), "d1") for _ in range(2)}
        other = tx.heard.keep(heard(source="else"), "d1")
        senders = tx.heard.senders()

    assert len(ids) == 1
    assert other not in ids
    assert [(s.source, s.received) for s in senders] == [("acme", 1), ("else", 1)]


def test_what_was_read_waits_no_more(store: Store) -> None:
    """Understood and unreadable deliveries leave the queue, the others stay in order."""
    with store.write() as tx:
        ids = [tx.heard.keep(heard(), f"d{i}") for i in range(4)]
        tx.heard.understood(ids[0], events=2, text="checkout went live")
        tx.heard.unreadable(ids[2], "no JSON")
        tx.heard.understood(ids[2], events=1, text="too late")
        waiting = [k.id for k in tx.heard.pending(10)]
        rows = {r.id: (r.outcome, r.events, r.text) for r in tx.heard.page().rows}

    assert waiting == [ids[1], ids[3]]
    assert rows[ids[0]] == (Outcome.UNDERSTOOD, 2, "checkout went live")
    assert rows[ids[2]] == (Outcome.UNREADABLE, 0, "no JSON")


def test_a_delivery_without_events_is_only_counted(store: Store) -> None:
    """Of a delivery that says nothing of use only a count stays."""
    with store.write() as tx:
        id = tx.heard.keep(heard(), "d1")
        tx.heard.understood(id, events=0, text="")
        page, sender = tx.heard.page(), tx.heard.senders()[0]

    assert page.rows == ()
    assert (sender.received, sender.unused, sender.understood) == (1, 1, 0)


def test_refusals_are_counted_with_their_reason(store: Store) -> None:
    """What was refused is counted by reason, with the time of the last, and counts as received."""
    later = START + timedelta(minutes=3)
    with store.write() as tx:
        tx.heard.count("github", "", "refused", text="wrong signature", at=START)
        tx.heard.count("github", "", "refused", text="wrong signature", at=later)
        sender = tx.heard.senders()[0]

    assert (sender.received, sender.refused, sender.last) == (2, 2, later)
    assert [(w.text, w.count, w.last) for w in sender.reasons] == [("wrong signature", 2, later)]


def test_reasons_are_bounded(store: Store) -> None:
    """A sender that is refused in a thousand words fills no table: the count stays right."""
    with store.write() as tx:
        for i in range(70):
            tx.heard.count("github", "", "refused", text=f"reason {i}", at=START)
        sender = tx.heard.senders()[0]

    assert sender.refused == 70
    assert len(sender.reasons) == 50


def test_pages_of_deliveries_are_complete(store: Store) -> None:
    """The pages together show each delivery once, newest first, also while more are heard."""
    with store.write() as tx:
        ids = [tx.heard.keep(heard(), f"d{i}") for i in range(7)]
    seen: list[int] = []
    cursor = None
    for i in range(10):
        with store.write() as tx:
            page = tx.heard.page(kind="github", cursor=cursor, limit=3)
            tx.heard.keep(heard(), f"late{i}")
        seen += [r.id for r in page.rows]
        cursor = page.next
        if cursor is None:
            break

    assert seen == ids[::-1]


def test_a_cursor_that_is_none_is_refused(store: Store) -> None:
    """A made-up cursor says what to give instead."""
    with store.read() as tx, pytest.raises(BadInputError, match="next"):
        tx.heard.page(cursor="'; DROP TABLE heard")
