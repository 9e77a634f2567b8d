"""Counts as counts: few requests say little, many of the same share say nothing new, a clump is one misfortune."""

from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from shipwake.domain import Assessment, Floats, Health, Look, Reason, Samples
from shipwake.judge import Level, Normal, assess, learn
from tests.judge.cases import ANCHOR, HISTORY, LEVEL, STEP, WATCHED, judged, learned, ratio
from tests.judge.many import FAMILIES, RATIOS, SERIES, draw, share

HELD = Level(early=0.008, later=0.002)
HOUR = timedelta(hours=1)
WEEKS = 28 * 24


def _requests(rng: np.random.Generator, count: int, each: float, bad: float) -> Floats:
    total = rng.poisson(each, count)
    return np.stack([rng.binomial(total, bad), total], axis=1).astype(np.float64)


@cache
def _hourly(seed: int) -> Normal:
    """Four weeks of twenty requests an hour, one in a hundred failing, an hour a sample."""
    history = _requests(np.random.default_rng(seed), WEEKS, 20, 0.01)
    samples = Samples.of(ANCHOR - WEEKS * HOUR, HOUR, history)
    return learn(ratio(), samples, ANCHOR, (), unit_s=3600)


def _after(normal: Normal, seed: int, hours: int, bad: float) -> Assessment:
    rng = np.random.default_rng(1000 + seed)
    after = Samples.of(ANCHOR, HOUR, _requests(rng, 48, 20, bad)[:hours])
    due = ANCHOR + hours * HOUR
    look = Look(change="c", sli="errors", number=1, due=due, anchor=ANCHOR)
    return assess(normal, after, look, HELD)


def test_twenty_requests_an_hour_are_noticed_within_a_day() -> None:
    """Where one request in a hundred failed and now one in twenty, nine in ten changes are caught within 24 hours."""
    looks = [
        [_after(_hourly(seed), seed, h, 0.05) for h in (3, 5, 8, 12, 20)] for seed in range(20)
    ]

    assert share([any(a.p_worse <= a.level for a in watch) for watch in looks]) >= 0.8


@pytest.mark.parametrize("hours", [3, 5, 8])
def test_until_then_they_are_not_called_healthy(hours: int) -> None:
    """Some hours of twenty requests could not have shown it: too quiet, or found, never healthy."""
    words = [_after(_hourly(seed), seed, hours, 0.05) for seed in range(20)]

    assert all(a.health.hurts or a.reason is Reason.TOO_QUIET for a in words)


@pytest.mark.parametrize("minutes", [1, 5, 60])
def test_what_is_too_quiet_was_not_healthy_before(minutes: int) -> None:
    """Whatever the step, no look at twenty requests an hour is healthy while a later one is too quiet."""
    step, count = timedelta(minutes=minutes), 28 * 24 if minutes == 60 else 4000
    for seed in range(4):
        rng = np.random.default_rng(seed)
        series = _requests(rng, count + 120, minutes / 3, 0.01)
        before = Samples.of(ANCHOR - count * step, step, series[:count])
        normal = learn(ratio(), before, ANCHOR, (), unit_s=60 * minutes)
        known = []
        for m in (3, 5, 8, 12, 20, 30, 45, 60, 120):
            after = Samples.of(ANCHOR, step, series[count : count + m])
            due = ANCHOR + m * step
            look = Look(change="c", sli="errors", number=1, due=due, anchor=ANCHOR)
            known.append(assess(normal, after, look, HELD).health is not Health.UNKNOWN)

        assert known == sorted(known)


def test_three_requests_without_a_failure_are_no_health() -> None:
    """Zero failures of three requests is too quiet to say anything."""
    rng = np.random.default_rng(3)
    series = _requests(rng, HISTORY + WATCHED, 1 / 3, 0.01)
    series[HISTORY:] = 0
    series[[HISTORY + 4, HISTORY + 20, HISTORY + 50], 1] = 1
    word = judged(learned(ratio(), series), series[HISTORY:])

    assert (word.health, word.reason) == (Health.UNKNOWN, Reason.TOO_QUIET)


@pytest.mark.parametrize("name", RATIOS)
def test_four_times_the_visitors_alarm_no_more_than_the_same(name: str) -> None:
    """Four times the traffic with the same share of failures alarms as rarely as the same traffic."""
    rng = np.random.default_rng(4)
    alarms = []
    for history, futures in zip(*draw(FAMILIES[name], 4), strict=True):
        bad, total = history.astype(np.int64).T
        fewer = rng.binomial(bad, 1 / 4)
        fourth = np.stack([fewer, fewer + rng.binomial(total - bad, 1 / 4)], axis=1)
        before = Samples.of(ANCHOR - len(fourth) * STEP, STEP, fourth)
        normal = learn(ratio(), before, ANCHOR, (), unit_s=60)
        alarms += [judged(normal, after, HELD).p_worse <= HELD.early for after in futures]

    assert share(alarms) <= 0.01 + 4 * float(np.sqrt(0.01 / SERIES))


def test_a_bot_on_a_service_at_zero_is_nobodys_fault() -> None:
    """Five failures at once, at any minute, on a service that has next to none alarm in at most one of a hundred."""
    rng = np.random.default_rng(5)
    alarms = []
    for _ in range(40):
        total = rng.poisson(8, HISTORY + WATCHED)
        series = np.stack([np.zeros(len(total)), total], axis=1)
        series[rng.choice(HISTORY, 6, replace=False), 0] = 1
        series[:, 0] = np.minimum(series[:, 0], series[:, 1])
        normal = learned(ratio(), series)
        for minute in rng.choice(WATCHED, 5, replace=False):
            after = series[HISTORY:].copy()
            after[minute] = (5, max(5, after[minute, 1]))
            alarms.append(judged(normal, after, HELD).health.hurts)

    assert share(alarms) <= 0.01


@pytest.mark.parametrize("seed", range(4))
def test_failures_that_go_on_at_a_service_at_zero_are_found(seed: int) -> None:
    """On the same service a failure every other minute is harm, and the failures are told."""
    rng = np.random.default_rng(seed)
    total = rng.poisson(8, HISTORY + WATCHED) + 1
    series = np.stack([np.zeros(len(total)), total], axis=1).astype(np.float64)
    series[rng.choice(HISTORY, 6, replace=False), 0] = 1
    series[HISTORY::2, 0] = 1
    word = judged(learned(ratio(), series), series[HISTORY:], LEVEL)

    assert word.health.hurts
    assert word.excess == pytest.approx(30, abs=4)
