"""Stories of the flow with names: what Alice and Bob do, what happens to their service, what they are told."""

from datetime import timedelta
from pathlib import Path

import pytest

from shipwake.domain import ReplyKind
from shipwake.flow import converse, map_name
from tests.flow.town import ALICE, BOB, Town, town


@pytest.fixture
def here(tmp_path: Path) -> Town:  # type: ignore[misc]
    """A town with a quiet past."""
    with town(tmp_path) as made:
        yield made


def test_a_quiet_deploy_ends_healthy_and_is_told_once(here: Town) -> None:
    """Alice's harmless deploy is healthy to the end, told in one message that is edited."""
    change = here.deploys(ALICE, "a1")
    here.minutes(61)
    assert here.word(change) == "healthy"
    assert not any(v.health.hurts for v in here.verdicts(change))
    assert here.box.posted == 1
    assert "healthy" in here.box.messages[f"{change}|box|alice@example.com"][-1].lines[0]


def test_a_slow_deploy_is_unhealthy_within_five_minutes_and_says_what_moved(here: Town) -> None:
    """Alice's deploy makes checkout slower; she is told so within five looks' time, with numbers."""
    change = here.deploys(ALICE, "a2")
    here.slower = 60
    here.minutes(5)
    assert here.word(change) == "unhealthy"
    told = here.box.messages[f"{change}|box|alice@example.com"][-1]
    assert "latency" in " ".join(told.lines)
    assert "ms" in " ".join(told.lines)


def test_a_rollback_brings_recovery_and_a_line_that_rings(here: Town) -> None:
    """After Alice rolls back, her change recovers, and the same message says so with a line of its own."""
    here.deploys(ALICE, "good")
    here.minutes(61)
    change = here.deploys(ALICE, "bad")
    here.slower = 60
    here.minutes(8)
    assert here.word(change) == "unhealthy"
    here.slower = 0
    back = here.deploys(ALICE, "good")
    here.minutes(60)
    assert here.verdicts(change)[-1].health.value == "healthy"
    assert not any(v.health.hurts for v in here.verdicts(back))
    thread = [
        n.thread_line for n in here.box.messages[f"{change}|box|alice@example.com"] if n.thread_line
    ]
    assert len(thread) >= 1


def test_errors_are_seen_through_counts(here: Town) -> None:
    """Three more failures in a hundred are found, and the sentence names the errors."""
    change = here.deploys(BOB, "b1")
    here.failing = 0.03
    here.minutes(12)
    assert here.word(change) in ("ailing", "unhealthy")
    assert "errors" in here.verdicts(change)[-1].sentence


def test_a_dark_source_is_unknown_never_healthy(here: Town) -> None:
    """When samples stop with the deploy, the word is unknown and Alice is told at the latest after twelve minutes."""
    change = here.deploys(ALICE, "a3")
    here.dark = True
    here.minutes(20)
    assert {v.health.value for v in here.verdicts(change)} == {"unknown"}
    assert here.box.posted == 1


def test_a_ramp_that_hurts_from_half_is_found_after_that_step(here: Town) -> None:
    """A flag at 10 % is harmless; from 50 % on it is seen to hurt, as the same change."""
    now = here.clock.now()
    flag = here.ramps(BOB, "new-cart", [(now, 0.1)])
    here.minutes(20)
    assert not any(v.health.hurts for v in here.verdicts(flag))
    half = here.clock.now()
    assert here.ramps(BOB, "new-cart", [(now, 0.1), (half, 0.5)]) == flag
    here.slower = 40
    here.minutes(8)
    assert here.word(flag) in ("ailing", "unhealthy")
    assert all(v.at > half for v in here.verdicts(flag) if v.health.hurts)


def test_an_overlapping_change_is_a_suspect_with_a_share(here: Town) -> None:
    """When Bob's flag and Alice's deploy overlap, each page gives shares that add to one, something else included."""
    here.deploys(ALICE, "a4")
    here.minutes(2)
    flag = here.ramps(BOB, "fast-path", [(here.clock.now(), 1.0)])
    here.slower = 50
    here.minutes(12)
    suspects = here.verdicts(flag)[-1].suspects
    assert sum(s.share for s in suspects) == pytest.approx(1)
    assert len(suspects) >= 3


def test_an_unknown_environment_is_kept_and_judged_once_mapped(here: Town) -> None:
    """A deploy to a name nobody knows is shown unmapped; one mapping later it is watched."""
    change = here.deploys(ALICE, "a5", environment="eu-live")
    here.minutes(3)
    assert here.verdicts(change) == []
    assert map_name(here.river, "environment", "eu-live", "production", by="Bob") == 1
    here.minutes(10)
    assert here.word(change) == "healthy"


def test_a_late_push_does_not_rewrite_what_was_judged(here: Town) -> None:
    """Samples that come after a look leave its assessment and evidence as they were."""
    change = here.deploys(ALICE, "a6")
    here.minutes(5)
    with here.river.store.read() as tx:
        before = [(a.sli, a.look, a.p_worse) for a in tx.verdicts.history(change)]
    here.slower = 500
    here.samples(here.clock.now() - timedelta(minutes=5), 5)
    here.work()
    with here.river.store.read() as tx:
        assert [(a.sli, a.look, a.p_worse) for a in tx.verdicts.history(change)][
            : len(before)
        ] == before


def test_a_reply_stands_beside_the_verdict(here: Town) -> None:
    """What Bob says is kept with the change and does not alter its verdict."""
    change = here.deploys(ALICE, "a7")
    here.minutes(5)
    count = len(here.verdicts(change))
    converse(here.river, change, author="Bob", kind=ReplyKind.EXPECTED, text="planned")
    with here.river.store.read() as tx:
        assert [(r.author, r.text) for r in tx.replies.of(change)] == [("Bob", "planned")]
    assert len(here.verdicts(change)) == count


def test_the_next_deploy_supersedes_and_the_first_is_still_looked_at(here: Town) -> None:
    """Bob deploys ten minutes after Alice; her change keeps its later looks and says that it was superseded."""
    first = here.deploys(ALICE, "a8")
    here.minutes(10)
    here.deploys(BOB, "b8")
    here.minutes(25)
    newest = here.verdicts(first)[-1]
    assert newest.at >= here.clock.now() - timedelta(minutes=6)
    assert "superseded" in newest.standing
