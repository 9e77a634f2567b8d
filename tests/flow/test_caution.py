"""`false_alarms` becomes a share by how often a team deploys, frozen when a watch begins."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from shipwake.config import Config
from shipwake.domain import Rate
from shipwake.flow import caution_at, judged_lately
from shipwake.judge import Level, at_caution
from tests.flow.town import ALICE, BOB, START, Town, settings, town


def _monthly(count: float = 1) -> Config:
    return replace(settings(), false_alarms=Rate(count, "month"))


def _caution(here: Town) -> float:
    with here.river.store.read() as tx:
        return caution_at(here.river, tx, here.clock.now())


def test_without_it_caution_is_what_is_set(tmp_path: Path) -> None:
    """However often a team deploys, `caution` is a share of its changes."""
    with town(tmp_path, replace(settings(), caution=0.02)) as here:
        here.deploys(ALICE, "3f1c2ab")

        assert _caution(here) == 0.02


def test_a_number_is_divided_by_the_changes_of_four_weeks(tmp_path: Path) -> None:
    """Thirty deploys make one a month one in thirty; those of longer ago are forgotten."""
    with town(tmp_path, _monthly()) as here:
        for k in range(30):
            here.deploys(ALICE, f"{k:07x}")
            here.clock.advance(timedelta(hours=1))
        many = _caution(here)
        here.clock.advance(timedelta(days=28))
        here.deploys(BOB, "fffffff")
        few = _caution(here)

    assert many == pytest.approx(1 / 30)
    assert few == 0.05


def test_what_is_not_judged_is_not_counted(tmp_path: Path) -> None:
    """A change of a service that nothing watches, or that is only known, raises no alarm and counts for none."""
    with town(tmp_path, _monthly()) as here:
        here.deploys(ALICE, "3f1c2ab")
        here.announces("elsewhere")
        with here.river.store.read() as tx:
            counted = judged_lately(here.river, tx, here.clock.now())

    assert counted == 1


def test_the_level_is_frozen_at_the_start_of_the_watch(tmp_path: Path) -> None:
    """Deploys that come later do not change what an earlier one is held against, and every look keeps the price."""
    with town(tmp_path, _monthly(0.2)) as here:
        first = here.deploys(ALICE, "3f1c2ab")
        here.minutes(6)
        with here.river.store.read() as tx:
            early = tx.levels.get(first)
        for k in range(9):
            here.deploys(BOB, f"{k:07x}")
        here.minutes(10)
        with here.river.store.read() as tx:
            later = tx.levels.get(first)
            looks = [a for a in tx.verdicts.history(first) if a.sli == "checkout latency"]

    assert early is not None
    assert early == later
    assert {a.level for a in looks} == {early[0]}
    wider = [(a.noticeable, a.noticeable_usually) for a in looks if a.noticeable]
    assert wider
    # One in twenty where one in a hundred is usual: smaller moves are noticed.
    assert all(usually is not None and now < usually for now, usually in wider)


def test_a_recording_counts_all_its_changes(tmp_path: Path) -> None:
    """Where one process judges a part of a recording, all judged changes of it count."""
    moments = tuple(START + timedelta(hours=k) for k in range(50))
    with town(tmp_path, _monthly()) as here, here.river.store.read() as tx:
        river = replace(here.river, recorded=moments)

        assert judged_lately(river, tx, START + timedelta(hours=24)) == 25
        assert caution_at(river, tx, moments[-1]) == pytest.approx(1 / 50)


def test_a_level_for_another_share_keeps_the_indicators() -> None:
    """What was found for one in a hundred is, for one in a hundred, itself; for more it is more."""
    held = Level(early=0.002, later=0.0005)

    assert at_caution(held, 0.01, 0.01).early == pytest.approx(0.002)
    assert at_caution(held, 0.01, 0.05).early == pytest.approx(0.01, rel=0.05)
