"""Events are kept once, and found again by what ties them to a change."""

import pytest

from shipwake.store import Store
from shipwake.store.revision import same_revision
from tests.store.facts import SHA, event


def test_an_event_is_kept_once(store: Store) -> None:
    """The second event of the same source and key is refused, and the first one stays."""
    with store.write() as tx:
        first = tx.events.add(event("1", title="first"))
        again = tx.events.add(event("1", title="second"))
        tx.events.attach("story", "1", "c1")
        kept = tx.events.of("c1")

    assert (first, again) == (True, False)
    assert kept == [event("1", title="first")]


def test_a_thread_leads_to_its_change(store: Store) -> None:
    """The thread of an attached event names its change; others name none."""
    with store.write() as tx:
        tx.events.add(event("1", thread="github:1:2"))
        unattached = tx.events.by_thread("github:1:2")
        tx.events.attach("story", "1", "c1")
        found = [tx.events.by_thread(t) for t in ("github:1:2", "github:1:3", "")]

    assert unattached is None
    assert found == ["c1", None, None]


def test_loose_events_are_those_of_no_change(store: Store) -> None:
    """Events of a revision that belong to no change are found by whole or short hash."""
    with store.write() as tx:
        for key, revision in (("1", SHA), ("2", SHA[:9]), ("3", "f" * 40), ("4", SHA)):
            tx.events.add(event(key, revision=revision, repository="acme/checkout"))
        tx.events.attach("story", "4", "c1")
        found = [e.key for e in tx.events.loose([SHA, "", "v12"], "acme/checkout")]

    assert found == ["1", "2"]


@pytest.mark.parametrize(
    ("one", "other", "repository", "same"),
    [
        (SHA, SHA, "acme/checkout", True),
        (SHA, SHA[:7].upper(), "acme/checkout", True),
        (SHA, SHA, "acme/mail", False),
        (SHA, SHA, "", True),
        (SHA, SHA[:7], "", False),
        ("v12", "v12", "acme/checkout", True),
        ("v12", "v12", "", False),
        ("v1", "v12", "acme/checkout", False),
        ("", "", "acme/checkout", False),
    ],
)
def test_when_two_names_mean_one_revision(
    one: str, other: str, repository: str, *, same: bool
) -> None:
    """Hashes may be short, names may not, and a missing repository takes a long hash."""
    assert same_revision(one, other, "acme/checkout", repository) is same
    assert same_revision(other, one, repository, "acme/checkout") is same
