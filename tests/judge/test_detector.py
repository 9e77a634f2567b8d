"""A detector that is not ours is held to our placebo moments, so that its chance is what it says, too."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from shipwake.domain import Better, Floats, Health, Reason, Sli
from shipwake.judge import Normal, teach
from tests.judge.cases import (
    HISTORY,
    counted,
    gauge,
    judged,
    learned,
    level_of,
    noisy,
    ratio,
)


def far_off(taught: Floats, asked: Floats) -> Floats:
    """The plainest detector of all: how far a row lies from the middle of those it was taught by."""
    middle, spread = np.median(taught, axis=0), taught.std(axis=0)
    return np.asarray(np.linalg.norm((asked - middle) / spread, axis=2))


def blind(taught: Floats, asked: Floats) -> Floats:
    """A detector to which every row is alike."""
    return np.zeros(asked.shape[:2])


def named(sli: Sli) -> Sli:
    """The same indicator, judged by a detector."""
    return replace(sli, detector="pyod.ECOD")


def taught(sli: Sli, series: Floats) -> Normal:
    """The normal of all but the last sixty samples, with the detector in place of our statistics."""
    return teach(learned(named(sli), series), far_off)


@cache
def _of_placebos() -> Floats:
    """The p-values (worse, better) of harmless changes of 120 series: [120, 2]."""
    found = []
    for seed in range(120):
        series = noisy(seed)
        word = judged(taught(gauge(), series), series[HISTORY:])
        found.append((word.p_worse, word.p_better))
    return np.array(found)


@pytest.mark.parametrize("side", [0, 1])
def test_chance_is_what_it_says(side: int) -> None:
    """Of 120 harmless changes about a tenth has p ≤ 10 %, in either direction, and next to none p ≤ 0.5 %."""
    p = _of_placebos()[:, side]  # the bounds are the 99.9 % ones of a binomial of 120

    assert 0.03 <= np.mean(p <= 0.1) <= 0.20
    assert 0.34 <= np.mean(p <= 0.5) <= 0.66
    assert np.sum(p <= 0.005) <= 4


def test_a_step_is_found_and_its_direction_told() -> None:
    """A step up is harm where lower is better, an improvement where higher is, and its mirror the other way."""
    series = noisy(3)
    words = {
        (better, sign): judged(taught(gauge(better), series), series[HISTORY:] + sign * 40).health
        for better in (Better.LOWER, Better.HIGHER)
        for sign in (1, -1)
    }

    assert words[Better.LOWER, 1].hurts
    assert words[Better.HIGHER, -1].hurts
    assert words[Better.LOWER, -1] is Health.IMPROVED
    assert words[Better.HIGHER, 1] is Health.IMPROVED


def test_a_move_either_way_harms_where_neither_is_better() -> None:
    """Of an indicator with no better side both directions count, each with half of the chance."""
    series = noisy(4)
    normal = taught(gauge(Better.EITHER), series)
    up, down = (judged(normal, series[HISTORY:] + move) for move in (40.0, -40.0))

    assert up.health.hurts
    assert down.health.hurts
    assert up.p_better == down.p_better == 1.0


def test_a_share_of_errors_is_found() -> None:
    """A ratio is told to the detector by how far its counts stray from the expected ones."""
    series = counted(5)
    after = series[HISTORY:].copy()
    calm = judged(taught(ratio(), series), after)
    after[:, 0] += np.round(0.1 * after[:, 1])
    moved = judged(taught(ratio(), series), after)

    assert calm.health is not Health.AILING
    assert moved.health.hurts
    assert moved.p_worse < calm.p_worse


def test_looking_again_never_takes_evidence_back() -> None:
    """One watch has one p-value: it may fall from look to look, and never rises."""
    series = noisy(6)
    series[HISTORY + 10 :] += 12.0
    normal = taught(gauge(), series)
    p = [judged(normal, series[HISTORY : HISTORY + m]).p_worse for m in (3, 5, 8, 12, 20, 30, 60)]

    assert (np.diff(p) <= 1e-12).all()


def test_the_effect_is_ours() -> None:
    """Effect, interval and what was expected do not depend on who calls it strange."""
    series = noisy(7)
    after = series[HISTORY:] + 25.0
    ours, theirs = judged(learned(gauge(), series), after), judged(taught(gauge(), series), after)

    assert theirs.effect == ours.effect
    assert theirs.expected == ours.expected


def test_what_would_be_noticed_is() -> None:
    """Of harmless changes moved by the size that it says it would notice, most are called ailing."""
    found = []
    for seed in range(40):
        series = noisy(seed)
        normal = taught(gauge(), series)
        size = judged(normal, series[HISTORY:]).noticeable
        assert size is not None
        found.append(judged(normal, series[HISTORY:] + size).health.hurts)

    assert 0.55 <= np.mean(found) <= 0.95  # 80 %, and four deviations of a binomial of 40


def test_a_blind_detector_calls_nothing_healthy() -> None:
    """Where no move that was tried would be noticed the word is unknown, never healthy."""
    series = noisy(8)
    word = judged(teach(learned(named(gauge()), series), blind), series[HISTORY:])

    assert (word.health, word.reason) == (Health.UNKNOWN, Reason.SO_FAR)
    assert word.noticeable is None


def test_two_that_move_together_count_as_one() -> None:
    """The level of a change with the same indicator twice is nearly that of one, by whichever judge."""
    series = noisy(9)
    ours, theirs = learned(gauge(), series), taught(gauge(), series)

    assert level_of([theirs, theirs], 0.01).early == pytest.approx(0.008, rel=0.15)
    assert level_of([theirs], 0.01).early == pytest.approx(0.008)
    assert 0.004 <= level_of([ours, theirs], 0.01).early <= 0.008


def test_what_cannot_be_learned_asks_no_detector() -> None:
    """Too short a history is unknown with its own reason, and the detector is not asked."""

    def never(taught: Floats, asked: Floats) -> Floats:
        raise AssertionError

    short = learned(named(gauge()), np.full(HISTORY + 60, np.nan))

    assert teach(short, never) is short
