"""The list of changes: every filter, a tally, and pages that are complete and stable while it grows."""

from collections import Counter
from datetime import timedelta

import pytest

from shipwake.domain import BadInputError, ChangeKind, Health
from shipwake.store import Filter, Page, Store
from tests.store.conftest import START
from tests.store.facts import BOB, MINUTE, change, reply, verdict

EVERY, NONE = (lambda _: True), (lambda _: False)


def fill(store: Store, count: int = 20) -> None:
    """Changes a minute apart (pairs at the same time), of two services, kinds and authors."""
    with store.write() as tx:
        for i in range(count):
            made = change(
                f"c{i:02}",
                START + (i // 2) * MINUTE,
                service="checkout" if i % 2 else "mail",
                environment="staging" if i % 5 == 0 else "production",
                kind=ChangeKind.FLAG if i % 4 == 0 else ChangeKind.DEPLOY,
                title=f"Größere Körbe {i}",
            )
            tx.changes.save(made, mapped=True)
            if i % 3:
                word = Health.AILING if i % 3 == 1 else Health.HEALTHY
                tx.verdicts.append(
                    verdict(made.id, health=word, sentence=f"Basket {i} is fine"), []
                )


def ids(page: Page) -> list[str]:
    """The changes of a page, in order."""
    return [r.change.id for r in page.rows]


def walk(store: Store, wanted: Filter, limit: int) -> list[str]:
    """All pages of a filter, one after another."""
    seen: list[str] = []
    cursor: str | None = None
    for _ in range(100):
        with store.read() as tx:
            page = tx.changes.page(wanted, cursor, limit)
        seen += ids(page)
        cursor = page.next
        if cursor is None:
            return seen
    raise AssertionError("the pages have no end")


@pytest.mark.parametrize("limit", [1, 3, 7, 20, 50])
def test_pages_are_complete(store: Store, limit: int) -> None:
    """The pages together show each change once, newest first, also those of the same time."""
    fill(store)

    assert walk(store, Filter(), limit) == [f"c{i:02}" for i in reversed(range(20))]


def test_pages_are_stable_while_changes_come(store: Store) -> None:
    """What comes while somebody pages is not pushed into their pages, and nothing is shown twice."""
    fill(store)
    with store.read() as tx:
        first = tx.changes.page(Filter(), None, 8)
    with store.write() as tx:
        tx.changes.save(change("new", START + timedelta(hours=1)), mapped=True)
        tx.verdicts.append(verdict("c01", seq=2), [])
    with store.read() as tx:
        second = tx.changes.page(Filter(), first.next, 50)

    assert ids(first) + ids(second) == [f"c{i:02}" for i in reversed(range(20))]


@pytest.mark.parametrize(
    ("wanted", "keeps"),
    [
        (Filter(service="mail"), lambda i: i % 2 == 0),
        (Filter(environment="staging"), lambda i: i % 5 == 0),
        (Filter(kind=ChangeKind.FLAG), lambda i: i % 4 == 0),
        (Filter(health=Health.AILING), lambda i: i % 3 == 1),
        (Filter(since=START + 3 * MINUTE), lambda i: i >= 6),
        (Filter(until=START + 3 * MINUTE), lambda i: i < 6),
        (Filter(service="mail", health=Health.HEALTHY), lambda i: i % 2 == 0 and i % 3 == 2),
        (Filter(author="ALICE"), EVERY),
        (Filter(author="alice@example.com", kind=ChangeKind.FLAG), lambda i: i % 4 == 0),
        (Filter(author="bob"), NONE),
        (Filter(text="körbe fine"), lambda i: i % 3 != 0),
        (Filter(text="KORBE"), EVERY),
        (Filter(text="basket fine"), lambda i: i % 3 != 0),
        (Filter(text="angstrom #412"), NONE),
        (Filter(text="100%"), NONE),
        (Filter(text="c0_"), NONE),
    ],
)
def test_each_filter_keeps_what_it_says(store: Store, wanted: Filter, keeps: object) -> None:
    """A page of a filter holds exactly the changes that fit it."""
    fill(store)
    assert callable(keeps)

    assert walk(store, wanted, 6) == [f"c{i:02}" for i in reversed(range(20)) if keeps(i)]


def test_the_search_finds_what_a_page_shows(store: Store) -> None:
    """Title, author, revision, pull request, tag and sentence are found, whatever case and accents."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=True)
        tx.changes.save(change("c2", title="Other", author=BOB), mapped=True)
        tx.verdicts.append(verdict("c2", sentence="Errors 0.8 → 4.1 %"), [])
        found = {
            text: ids(tx.changes.page(Filter(text=text)))
            for text in ("angstrom", "0123456", "412", "EU", "4.1 %", "bob other")
        }

    assert found == {
        "angstrom": ["c1"],
        "0123456": ["c2", "c1"],
        "412": ["c2", "c1"],
        "EU": ["c2", "c1"],
        "4.1 %": ["c2"],
        "bob other": ["c2"],
    }


def test_the_tally_counts_the_filter_without_its_health(store: Store) -> None:
    """Counts by health are over all pages of the same filter, whatever health is chosen."""
    fill(store)
    with store.read() as tx:
        page = tx.changes.page(Filter(service="mail", health=Health.AILING), limit=1)
        everything = tx.changes.page(Filter(), limit=1)
    expected = Counter(i % 3 for i in range(0, 20, 2))

    assert page.counts == {Health.AILING: expected[1], Health.HEALTHY: expected[2]}
    assert page.unjudged == expected[0]
    assert sum(everything.counts.values()) + everything.unjudged == 20
    assert not page.capped


def test_a_row_says_what_the_list_shows(store: Store) -> None:
    """A row carries the change, its newest verdict, and how many replies there are."""
    with store.write() as tx:
        tx.changes.save(change(), mapped=True)
        for seq in (1, 2):
            tx.verdicts.append(verdict(seq=seq, sentence=f"Sentence {seq}"), [])
        tx.replies.add(reply("r1"))
        tx.replies.add(reply("r2"))
        row = tx.changes.page(Filter()).rows[0]

    assert (row.change, row.at, row.mapped) == (change(), START, True)
    assert row.verdict == verdict(seq=2, sentence="Sentence 2")
    assert (row.sentence, row.health, row.verdict_seq) == ("Sentence 2", Health.HEALTHY, 2)
    assert row.replies == 2


@pytest.mark.parametrize("cursor", ["x", "ä", "eA", "MTIz", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OS5j"])
def test_a_cursor_that_is_none_is_refused(store: Store, cursor: str) -> None:
    """A made-up cursor says what to give instead, and is never an error of the server."""
    with store.read() as tx, pytest.raises(BadInputError, match="next"):
        tx.changes.page(Filter(), cursor)


def test_an_id_may_hold_anything(store: Store) -> None:
    """Ids with dots, slashes and other scripts page as well as any."""
    strange = ["a.b/c", "ü", "💥", "'; --", " "]
    with store.write() as tx:
        for id in strange:
            tx.changes.save(change(id), mapped=True)

    assert sorted(walk(store, Filter(), 1)) == sorted(strange)
