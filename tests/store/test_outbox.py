"""A notice waits until it is sent; only its newest revision is, by one worker, and none is lost."""

from datetime import timedelta

import pytest

from shipwake.domain import Ref
from shipwake.store import Post, Queued, Store, Tx
from shipwake.wire.clock import pause
from tests.store.conftest import START
from tests.store.facts import MINUTE, change, notice


@pytest.fixture(autouse=True)
def known(store: Store) -> None:
    """One change."""
    with store.write() as tx:
        tx.changes.save(change("c1"), mapped=True)


def lease(store: Store, minutes: float = 0, *, seconds: float = 60) -> list[Queued]:
    """What a worker gets to send."""
    with store.write() as tx:
        return tx.outbox.lease(START + minutes * MINUTE, limit=10, worker="w", seconds=seconds)


def put(store: Store, revision: int, thread_line: str = "") -> bool:
    """Queue a revision."""
    with store.write() as tx:
        return tx.outbox.put(notice(revision, thread_line=thread_line))


def sent(store: Store, queued: Queued, ref: str = "ts1") -> bool:
    """Note that it was sent."""
    with store.write() as tx:
        return tx.outbox.sent(queued, Ref(ref))


def test_a_notice_is_sent_once(store: Store) -> None:
    """A queued notice is leased by one worker, and after it was sent by none."""
    assert put(store, 1)
    queued = lease(store)

    assert [(q.notice, q.attempts, q.ref) for q in queued] == [(notice(1), 1, None)]
    assert lease(store) == []
    assert sent(store, queued[0])
    assert lease(store, 1000) == []
    with store.read() as tx:
        kept = tx.outbox.of("c1")[0]
        assert not tx.outbox.waiting(START)
    assert (kept.post, kept.ref, kept.sent_revision, kept.sent_at) == (
        Post.SENT,
        Ref("ts1"),
        1,
        START,
    )


def test_only_the_newest_revision_waits(store: Store) -> None:
    """A newer revision takes the place of one not yet sent; an older or equal one is refused."""
    assert [put(store, r) for r in (1, 3, 2, 3)] == [True, True, False, False]
    queued = lease(store)

    assert [q.notice.revision for q in queued] == [3]


def test_a_newer_revision_edits_what_was_sent(store: Store) -> None:
    """After a notice was sent its next revision comes with the ref of the first."""
    put(store, 1)
    sent(store, lease(store)[0])
    put(store, 2)
    queued = lease(store)[0]

    assert (queued.notice.revision, queued.ref, queued.attempts) == (2, Ref("ts1"), 1)


def test_a_revision_that_comes_while_sending_still_waits(store: Store) -> None:
    """What was queued during a send is sent next, with the ref of that send, never at the same time."""
    put(store, 1)
    sending = lease(store)[0]
    put(store, 2)

    assert lease(store) == []
    assert sent(store, sending)
    following = lease(store)[0]
    assert (following.notice.revision, following.ref) == (2, Ref("ts1"))


def test_a_send_that_may_have_happened_is_told(store: Store, second: Store) -> None:
    """After a worker died the next one sees a second attempt, also where a newer revision came."""
    put(store, 1)
    lease(store, seconds=0)
    put(store, 2)
    again = lease(second)[0]

    assert (again.notice.revision, again.attempts, again.ref) == (2, 2, None)


def test_who_lost_the_lease_leaves_its_ref(store: Store, second: Store) -> None:
    """A late end of a send is refused, yet where the message stands is remembered."""
    put(store, 1)
    slow = lease(store, seconds=0.02)[0]
    pause(0.05)
    quick = lease(second)[0]

    assert not sent(store, slow, "ts1")
    with store.write() as tx:
        assert tx.outbox.retry(quick, START + MINUTE, "refused")
    assert lease(second, 1)[0].ref == Ref("ts1")


def test_a_send_keeps_its_lease_until_another_has_it(store: Store, second: Store) -> None:
    """Who sends may renew the lease, even one that ended, as long as nobody else took the notice."""
    put(store, 1)
    slow = lease(store, seconds=0)[0]
    with store.write() as tx:
        assert tx.outbox.extend(slow, 60)
    assert lease(second) == []
    with store.write() as tx:
        assert tx.outbox.extend(slow, 0)
    lease(second)
    with store.write() as tx:
        assert not tx.outbox.extend(slow, 60)


def test_a_failed_try_waits(store: Store) -> None:
    """A retry comes at its time, with the attempt counted and the reason kept."""
    put(store, 1)
    with store.write() as tx:
        assert tx.outbox.retry(lease_in(tx), START + 2 * MINUTE, "503")
        assert tx.outbox.next_due() == START + 2 * MINUTE
        assert not tx.outbox.waiting(START + MINUTE)
    again = lease(store, 2)[0]

    assert (again.attempts, again.why) == (2, "503")


def lease_in(tx: Tx) -> Queued:
    """A lease within a transaction that goes on."""
    return tx.outbox.lease(START, limit=1, worker="w", seconds=60)[0]


def test_a_newer_revision_waits_as_long_as_the_channel_asked(store: Store) -> None:
    """A retry's time holds for the revision that takes its place."""
    put(store, 1)
    with store.write() as tx:
        tx.outbox.retry(lease_in(tx), START + 2 * MINUTE, "429")
    put(store, 2)

    assert lease(store, 1) == []
    assert lease(store, 2)[0].notice.revision == 2


def test_giving_up_is_for_one_revision(store: Store) -> None:
    """A notice that failed for good is tried no more until a newer revision comes."""
    put(store, 1)
    with store.write() as tx:
        assert tx.outbox.failed(lease_in(tx), "no such channel")
        kept = tx.outbox.of("c1")[0]
    assert lease(store, 1000) == []
    assert (kept.post, kept.why) == (Post.FAILED, "no such channel")

    put(store, 2)
    assert lease(store)[0].notice.revision == 2


def test_a_line_for_the_thread_is_not_lost(store: Store) -> None:
    """The bell of an unsent revision rings with the next one, unless that one has its own or is the first."""
    put(store, 1, thread_line="unheard")
    put(store, 2)
    assert lease_and_send(store) == ""
    put(store, 3, thread_line="worse")
    put(store, 4)
    assert lease_and_send(store) == "worse"
    put(store, 5, thread_line="worse")
    put(store, 6, thread_line="recovered")
    assert lease_and_send(store) == "recovered"
    put(store, 7)
    assert lease_and_send(store) == ""


def lease_and_send(store: Store) -> str:
    """Send the one that waits; the line it rang."""
    (queued,) = lease(store)
    assert sent(store, queued)
    return queued.notice.thread_line


def test_each_recipient_and_channel_has_its_own(store: Store) -> None:
    """Notices of different recipients wait side by side, in the order they came."""
    with store.write() as tx:
        for who in ("bob", "alice", ""):
            tx.outbox.put(notice(1, recipient=who))

    assert [q.notice.recipient for q in lease(store)] == ["bob", "alice", ""]


def test_waiting_counts_what_is_being_sent(store: Store) -> None:
    """While a send is under way something still waits."""
    put(store, 1)
    lease(store)
    with store.read() as tx:
        assert tx.outbox.waiting(START - timedelta(days=1))


def test_the_notices_of_many_changes_are_told_apart(store: Store) -> None:
    """Read together, each change has its own, and one of which nobody was told is left out."""
    put(store, 1)
    with store.read() as tx:
        found = tx.outbox.of_all(["c1", "c2"])
        alone = tx.outbox.of("c1")

    assert found == {"c1": alone}
    assert len(alone) == 1


def test_who_was_stopped_past_its_lease_knows_that_another_tells(
    store: Store, second: Store
) -> None:
    """A lease is kept by whoever holds it, also after it has run out, and by nobody once it was taken over."""
    put(store, 1)
    [queued] = lease(store, seconds=0)
    with store.write() as tx:
        assert tx.outbox.extend(queued, 0)
    [taken] = lease(second)
    with store.write() as tx:
        assert not tx.outbox.extend(queued, 60)
    with second.write() as tx:
        assert tx.outbox.extend(taken, 60)
