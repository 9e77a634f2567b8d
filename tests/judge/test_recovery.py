"""Recovered means that what was wrong would have shown again, and did not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from shipwake.domain import Assessment, Better, Floats, Health, Look, Reason, Samples, Sli, SliKind
from shipwake.judge import assess, learn, level
from shipwake.judge.effect import Straying
from shipwake.judge.moments import STOPS
from shipwake.judge.recovery import Alarm, recovered
from tests.judge.cases import gauge, learned, noisy

ANCHOR = datetime(2026, 3, 4, 8, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ERRORS = Sli(name="shop errors", kind=SliKind.RATIO, better=Better.LOWER, unit="%", step=SECOND)

ALARM = Alarm(began=0, called=3)


def _counts(rng: np.random.Generator, shares: Floats) -> Floats:
    total = rng.poisson(12, len(shares))
    return np.column_stack([rng.binomial(total, shares), total]).astype(np.float64)


def _last(seed: int, shares: list[float]) -> list[Assessment]:
    """Every look, each fifth second, at a service that fails with these shares after the change."""
    rng = np.random.default_rng(seed)
    past = Samples.of(ANCHOR - 1800 * SECOND, SECOND, _counts(rng, np.full(1800, 0.0005)))
    normal = learn(ERRORS, past, ANCHOR, (), unit_s=1)
    after = Samples.of(ANCHOR, SECOND, _counts(rng, np.array(shares)))
    looks = []
    for number, m in enumerate(range(5, len(shares) + 1, 5), 1):
        due = ANCHOR + m * SECOND
        look = Look(change="c", sli=ERRORS.name, number=number, due=due, anchor=ANCHOR)
        looks.append(assess(normal, after.between(ANCHOR, due), look, level([normal], 0.01)))
    return looks


@pytest.mark.parametrize("seed", range(1, 9))
def test_rare_failures_that_go_on_are_no_recovery(seed: int) -> None:
    """Three failures in a hundred requests, a few seconds without one: that is not back to normal."""
    looks = _last(seed, [0.03] * 120)
    hurt = [i for i, a in enumerate(looks) if a.health.hurts]
    assert hurt
    assert not [a.at for a in looks[hurt[0] :] if a.reason is Reason.RECOVERED]


@pytest.mark.parametrize("seed", [1, 2])
def test_failures_that_end_are_a_recovery(seed: int) -> None:
    """Once they stopped for as long as they lasted, the indicator is healthy again, and says why."""
    last = _last(seed, [0.05] * 60 + [0.0005] * 90)[-1]
    assert (last.health, last.reason) == (Health.HEALTHY, Reason.RECOVERED)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_a_recovery_is_not_forgotten_while_the_watch_goes_on(seed: int) -> None:
    """Twenty minutes after failures ended the indicator is healthy, whatever rare one came in between."""
    shares = [0.03] * 110 + [0.0005] * 1100
    shares[700] = 0.5
    last = _last(seed, shares)[-1]
    assert (last.health, last.reason) == (Health.HEALTHY, Reason.RECOVERED)


def test_what_has_not_moved_has_not_gone_back() -> None:
    """A gauge that stays where the alarm was raised is no recovery, even where levels as far are not rare."""
    model = learned(gauge(), noisy(3)).model
    assert model is not None
    far = 0.9 * model.straying.at(60)[2]
    noise = 0.05 * np.random.default_rng(1).standard_normal(120)
    stays = far + noise
    ends = np.where(np.arange(120) < 40, far, 0.0) + noise
    ok = np.ones(120, np.bool_)

    assert recovered(stays, ok, model.straying, 1, ALARM, spike=9) is None
    assert recovered(ends, ok, model.straying, 1, ALARM, spike=9) is not None


def _told(z: Floats, alarm: Alarm = ALARM) -> list[int | None]:
    """The answer at each fifth slot since the alarm, of levels that stray by one."""
    straying = Straying(-np.ones(len(STOPS)), np.zeros(len(STOPS)), np.ones(len(STOPS)))
    ok = np.ones(len(z), np.bool_)
    return [recovered(z[:m], ok[:m], straying, 1, alarm, spike=9) for m in range(5, len(z) + 1, 5)]


def test_what_recovered_stays_recovered_while_a_held_forecast_drifts_away() -> None:
    """Half an hour of harm, then normal; hours later the series is as far from the forecast as the harm was."""
    noise = 0.3 * np.random.default_rng(2).standard_normal(1440)
    slots = np.arange(1440)
    told = _told(noise + 6 * (slots < 30) + 6 * (slots >= 300))
    since = next(s for s in told if s is not None)

    assert since == pytest.approx(30, abs=2)
    assert told[:9] == [None] * 9
    assert told[12:] == [since] * len(told[12:])


def test_what_comes_back_within_hours_is_no_recovery_while_it_is_out() -> None:
    """Out for half an hour, in for 50 minutes, three times over: out is told at most 12 samples late, and so is in."""
    noise = 0.3 * np.random.default_rng(3).standard_normal(240)
    slots = np.arange(240)
    told = _told(noise + 6 * (slots % 80 < 30))
    late = [t for k, t in enumerate(told, 1) if 15 <= 5 * k % 80 <= 30]
    back = [t for k, t in enumerate(told, 1) if 5 * k % 80 in {70, 75}]

    assert late == [None] * len(late)
    assert back == pytest.approx([30, 30, 110, 110, 190, 190], abs=2)


def test_spikes_that_go_on_are_no_recovery_however_still_the_level() -> None:
    """Every eighth sample sticks out and the level never moved: it hurts until the spikes end, and not after."""
    z = 0.3 * np.random.default_rng(4).standard_normal(600)
    spikes = 15.0 * (np.arange(600) % 8 == 3)
    ends = np.where(np.arange(600) < 120, spikes, 0.0)

    alarm = Alarm(began=3, called=20)

    assert _told(z + spikes, alarm) == [None] * 120
    assert _told(z + ends, alarm)[-1] == pytest.approx(120, abs=8)


def test_what_is_known_to_have_ended_hurts_only_where_it_comes_back() -> None:
    """A look at coarser samples that is told of the end need not see as much quiet again; a return it sees."""
    z = np.where(np.arange(60) < 8, 5.0, 0.0)
    straying = Straying(-np.ones(len(STOPS)), np.zeros(len(STOPS)), np.ones(len(STOPS)))
    ok = np.ones(60, np.bool_)
    known = replace(ALARM, ended=8)

    assert recovered(z[:15], ok[:15], straying, 1, ALARM, spike=9) is None
    assert recovered(z[:15], ok[:15], straying, 1, known, spike=9) == 8
    assert recovered(z, ok, straying, 1, known, spike=9) == 8
    assert recovered(z + 5 * (np.arange(60) >= 45), ok, straying, 1, known, spike=9) is None


def test_failures_that_come_back_are_no_recovery() -> None:
    """Failures that stop for a minute and begin again hurt again, and are over once they stop for good."""
    shares = [0.05] * 40 + [0.0005] * 60 + [0.05] * 60 + [0.0005] * 90
    looks = {(a.at - ANCHOR) / SECOND: a for a in _last(1, shares)}

    assert looks[95].reason is Reason.RECOVERED
    assert all(looks[m].health.hurts for m in (135, 145, 160))
    assert looks[250].reason is Reason.RECOVERED


def test_half_an_hour_of_failures_is_a_harm_at_every_look() -> None:
    """Three failures in a hundred that go on for half an hour are never called recovered."""
    looks = _last(3, [0.03] * 1800)
    hurt = next(i for i, a in enumerate(looks) if a.health.hurts)

    assert {a.reason for a in looks[hurt:]}.isdisjoint({Reason.RECOVERED})
