"""Stories of what begins hours after a change: it is called at the later look, and blamed on who went live then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shipwake.domain import Samples, Sli
from shipwake.judge import Normal, Past, learn
from tests.flow.town import ALICE, BOB, Town, settings, town


@pytest.fixture
def here(tmp_path: Path) -> Town:  # type: ignore[misc]
    """A town whose changes are looked at again after four hours."""
    usual = settings()
    later = replace(usual.watch, later=(timedelta(hours=4),), hurting_for=timedelta(minutes=20))
    with town(tmp_path, replace(usual, watch=later)) as made:
        yield made


def test_a_leak_that_shows_after_two_hours_is_called_after_four(here: Town) -> None:
    """Alice's deploy is healthy for an hour and slow from the second on; after four hours she is told."""
    change = here.deploys(ALICE, "a1")
    here.minutes(120)
    assert here.word(change) == "healthy"
    here.slower = 40
    here.minutes(121)
    assert here.word(change) in ("ailing", "unhealthy")
    told = here.box.messages[f"{change}|box|alice@example.com"][-1]
    assert "latency" in " ".join(told.lines)


def test_who_went_live_when_it_began_is_the_suspect(here: Town) -> None:
    """Bob's deploy two hours after Alice's is slow: her look after four hours says that it is not likely hers."""
    alice = here.deploys(ALICE, "a1")
    here.minutes(120)
    bob = here.deploys(BOB, "b1")
    here.slower = 40
    here.minutes(121)
    verdict = here.verdicts(alice)[-1]
    assert here.word(bob) == "unhealthy"
    assert verdict.health.value == "ailing"
    assert max(verdict.suspects, key=lambda s: s.share).change == bob


def test_each_resolution_is_learned_once_from_before_the_change(here: Town) -> None:
    """After four hours a change is judged by samples of four minutes beside those of one, all from before it."""
    learned = []

    def learner(
        sli: Sli, history: Samples, anchor: datetime, past: Sequence[Past], *, unit_s: float
    ) -> Normal:
        learned.append((sli.name, anchor, unit_s))
        return learn(sli, history, anchor, past, unit_s=unit_s)

    here.river = replace(here.river, learner=learner)
    live = here.clock.now()
    here.deploys(ALICE, "a1")
    here.minutes(241)

    names = ("checkout latency", "checkout errors")
    assert sorted(learned) == sorted((name, live, s) for name in names for s in (60.0, 240.0))


def test_a_harm_of_a_later_exposure_step_is_still_told_after_four_hours(here: Town) -> None:
    """A flag that hurts from its second step on is told with that step's onset, however later looks are counted."""
    first = here.clock.now()
    here.ramps(ALICE, "new-cart", [(first, 0.1)])
    here.minutes(90)
    second = here.clock.now()
    here.ramps(ALICE, "new-cart", [(first, 0.1), (second, 0.5)])
    here.slower = 60
    here.minutes(151)
    verdict = here.verdicts("new-cart")[-1]

    assert verdict.at == first + timedelta(hours=4)
    assert verdict.health.hurts
    assert verdict.onset == second
