"""What begins after the first hour is called at a later look, and rarely where nothing does."""

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
import pytest

from shipwake.domain import Assessment, Better, Floats, Health, Look, Reason, Samples, Sli
from shipwake.judge import (
    Coarser,
    Held,
    Level,
    Normal,
    assess,
    assess_later,
    coarser,
    fold_later,
    learn,
)
from tests.judge.cases import ANCHOR, STEP, gauge, number, ratio
from tests.judge.many import share

HELD = Level(early=0.008, later=0.002)
HOUR, DAY = 60, 1440
LATER = (4 * HOUR, DAY, 7 * DAY)
HISTORY = 28 * DAY
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """One series: what early looks know of it, what each of the later looks does, and what comes after the change."""

    early: Normal
    later: tuple[tuple[Coarser, Normal], ...]
    futures: tuple[Floats, ...]

    def word(self, after: Floats, minutes: int) -> Assessment:
        """The whole word of the look so many minutes after the change."""
        return fold_later(self.first(after, minutes), self.alone(after, minutes))

    def first(self, after: Floats, minutes: int) -> Assessment:
        """What the early looks' samples say by then."""
        return assess(self.early, Samples.of(ANCHOR, STEP, after[:minutes]), _look(minutes), HELD)

    def alone(self, after: Floats, minutes: int) -> list[Assessment]:
        """What the later looks say that have come by then."""
        samples = Samples.of(ANCHOR, STEP, after[:minutes])
        held = Held(HELD, len(LATER), self.first(after, minutes))
        return [
            assess_later(normal, unit, samples, _look(minutes), held)
            for (unit, normal), come in zip(self.later, LATER, strict=False)
            if come <= minutes
        ]


def _look(minutes: int) -> Look:
    due = ANCHOR + minutes * STEP
    return Look(change="c", sli="one", number=9, due=due, anchor=ANCHOR, later=minutes > HOUR)


def _watch(sli: Sli, history: Floats, futures: Floats, looks: int = len(LATER)) -> Watch:
    before = Samples.of(ANCHOR - len(history) * STEP, STEP, history)
    found = []
    for minutes in LATER[:looks]:
        unit = coarser(60.0, 60.0 * minutes)
        assert unit is not None
        found.append((unit, learn(unit.sli(sli), before, ANCHOR, (), unit_s=unit.unit_s)))
    early = learn(sli, before, ANCHOR, (), unit_s=60.0)
    return Watch(early, tuple(found), tuple(futures))


def _requests(rng: np.random.Generator, shape: tuple[int, ...], bad: float) -> Floats:
    total = rng.poisson(20 / HOUR, shape)
    return np.stack([rng.binomial(total, bad), total], axis=-1).astype(np.float64)


@cache
def _quiet(bad: float, series: int, futures: int, after: int) -> tuple[Watch, ...]:
    """Twenty requests an hour, a minute a sample, one in a hundred failing; `bad` of them after the change."""
    rng = np.random.default_rng(int(1000 * bad))
    return tuple(
        _watch(
            ratio(),
            _requests(rng, (HISTORY,), 0.01),
            _requests(rng, (futures, after), bad),
            looks=sum(m <= after for m in LATER),
        )
        for _ in range(series)
    )


@cache
def _daily(series: int, futures: int) -> tuple[Watch, ...]:
    """Gauges with a day that is half as high at week-ends, and noise whose neighbours are alike."""
    rng = np.random.default_rng(series)
    count = HISTORY + LATER[-1]
    past = rng.standard_normal((HISTORY, series))
    ahead = rng.standard_normal((LATER[-1], series, futures))
    for k in range(1, HISTORY):
        past[k] += 0.9 * past[k - 1]
    ahead[0] += 0.9 * past[-1][:, None]
    for k in range(1, len(ahead)):
        ahead[k] += 0.9 * ahead[k - 1]
    day = np.arange(count)[:, None] / DAY
    high = np.where((np.floor(day) + np.arange(series)) % 7 >= 5, 10, 20)
    level = 100 + high * np.sin(2 * np.pi * day + np.arange(series))
    before = level[:HISTORY] + 2 * past + 5 * rng.standard_normal(past.shape)
    after = level[HISTORY:, :, None] + 2 * ahead + 5 * rng.standard_normal(ahead.shape)
    return tuple(
        _watch(gauge(), h, f.T) for h, f in zip(before.T, after.transpose(1, 0, 2), strict=True)
    )


def _stepped(after: Floats, minute: int, size: float) -> Floats:
    return after + size * (np.arange(len(after)) >= minute)


def test_a_later_look_sees_sixty_samples_and_the_day_at_least_twelve() -> None:
    """Four hours are seen in samples of 4 min, a day in 24 min, a week in two hours; an hour needs nothing coarser."""
    units = [coarser(60.0, 60.0 * m) for m in (HOUR, *LATER)]

    assert [u and (u.times, u.unit_s) for u in units] == [
        None,
        (4, 240.0),
        (24, 1440.0),
        (120, 7200.0),
    ]


def test_twenty_requests_an_hour_at_a_minute_a_sample_are_noticed_after_a_day() -> None:
    """From one failure in a hundred to one in twenty: too quiet at every early look, noticed a day after the change."""
    words = []
    for watch in _quiet(0.05, 3, 10, DAY):
        for after in watch.futures:
            early = [watch.word(after, m) for m in (5, HOUR)]
            assert all(a.health.hurts or a.health is Health.UNKNOWN for a in early)
            words.append((early[-1].reason, watch.word(after, DAY).health.hurts))

    assert share([reason is Reason.TOO_QUIET for reason, _ in words]) >= 0.95
    assert share([hurts for _, hurts in words]) >= 0.85


def test_twenty_requests_an_hour_that_fail_as_before_alarm_hardly_ever() -> None:
    """With one failure in a hundred kept, at most two of a hundred watches alarm at any of the later looks."""
    alarms = [
        any(a.health.hurts for a in watch.alone(after, LATER[-1]))
        for watch in _quiet(0.01, 2, 30, LATER[-1])
        for after in watch.futures
    ]

    assert share(alarms) <= 0.02


def test_a_quiet_service_that_fails_as_before_is_healthy_after_a_day() -> None:
    """What was too quiet for the early looks has an answer after a day, with a move that would have been noticed."""
    watch = _quiet(0.01, 2, 30, LATER[-1])[0]
    early, late = (watch.word(watch.futures[0], m) for m in (HOUR, DAY))

    assert (early.health, early.reason) == (Health.UNKNOWN, Reason.TOO_QUIET)
    assert late.health is Health.HEALTHY
    assert late.noticeable is not None
    assert late.noticeable < 4


def test_a_step_after_two_hours_is_called_after_four() -> None:
    """A step of four deviations of a minute's noise, two hours after the change, is called at the look after 4 h."""
    words = [
        watch.word(_stepped(after, 2 * HOUR, 30), 4 * HOUR)
        for watch in _daily(12, 8)
        for after in watch.futures[:2]
        if not watch.first(after, HOUR).health.hurts
    ]

    assert len(words) >= 18
    assert share([w.health.hurts for w in words]) >= 0.95
    begun = [(w.onset.at - ANCHOR) / STEP for w in words if w.onset]
    assert np.median(begun) == pytest.approx(2 * HOUR, abs=12)


def test_nothing_that_begins_is_called_hardly_ever() -> None:
    """Of watches with days, week-ends and slow noise at most 1.5 % alarm at any of the later looks."""
    alarms = [
        any(a.health.hurts for a in watch.alone(after, LATER[-1]))
        for watch in _daily(12, 8)
        for after in watch.futures
    ]

    assert share(alarms) <= 0.015


def test_a_harm_of_the_fourth_hour_is_still_told_at_the_next_looks() -> None:
    """What the look after 4 h called is called five minutes later and after a day, while it lasts."""
    watch = _daily(12, 8)[0]
    stepped = _stepped(watch.futures[0], 2 * HOUR, 40)
    words = [watch.word(stepped, m) for m in (4 * HOUR, 4 * HOUR + 5, DAY)]

    assert all(w.health.hurts for w in words)
    assert max(w.p_worse for w in words) <= HELD.early


def test_a_harm_of_the_second_hour_that_ended_has_recovered_after_a_day() -> None:
    """A harm from the second to the sixth hour is told as one that is over, with the evidence kept."""
    watch = _daily(12, 8)[0]
    minutes = np.arange(LATER[-1])
    after = watch.futures[0] + 60 * ((minutes >= 2 * HOUR) & (minutes < 6 * HOUR))
    word = watch.word(after, DAY)

    assert (word.health, word.reason) == (Health.HEALTHY, Reason.RECOVERED)
    assert word.p_worse <= word.level


def test_an_early_harm_keeps_its_onset() -> None:
    """A harm of the first minutes is told by the early looks' own samples, at later looks too."""
    watch = _daily(12, 8)[0]
    word = watch.word(_stepped(watch.futures[0], 5, 60), DAY)

    assert word.health.hurts
    assert word.onset is not None
    assert word.onset.at == ANCHOR + 5 * STEP


def _words(minutes: int, out: Bools, size: float = 60) -> list[Assessment]:
    """The word so long after the change, of daily watches that a harm of `size` is added to where `out`."""
    return [
        w.word(after + size * out, minutes)
        for w in _daily(12, 8)
        for after in w.futures[:2]
        if w.first(after + size * out, HOUR).p_worse <= HELD.early
    ]


def _out(*spans: tuple[int, int]) -> Bools:
    """Which minutes after the change lie in any of the spans."""
    minutes = np.arange(LATER[-1])
    found = np.zeros(len(minutes), np.bool_)
    for a, b in spans:
        found |= (minutes >= a) & (minutes < b)
    return found


@pytest.mark.parametrize("look", [2 * HOUR, 4 * HOUR, DAY, 2 * DAY])
def test_an_early_harm_keeps_its_recovery(look: int) -> None:
    """A harm of the first half hour is over two hours after the change, and at every look from then on."""
    words = _words(look, _out((5, 35)))
    over = [w for w in words if w.reason is Reason.RECOVERED]

    assert len(words) >= 22
    assert len(over) >= 0.95 * len(words)
    for word in over:
        assert word.recovered_at is not None
        assert abs((word.recovered_at - ANCHOR) / STEP - 35) <= 3


@pytest.mark.parametrize("hours", [2, 5])
def test_a_harm_of_hours_has_recovered_after_a_day(hours: int) -> None:
    """A harm of the first two or five hours is over at the look after a day."""
    words = _words(DAY, _out((5, 60 * hours)))

    assert share([w.reason is Reason.RECOVERED for w in words]) >= 0.95


@pytest.mark.parametrize("look", [2 * HOUR, 4 * HOUR, DAY])
def test_a_harm_that_goes_on_hurts_at_every_look(look: int) -> None:
    """What began after five minutes and does not end hurts after hours, and after a day."""
    assert all(w.health.hurts for w in _words(look, _out((5, LATER[-1])), 40))


@pytest.mark.parametrize("look", [4 * HOUR, 10 * HOUR, DAY])
@pytest.mark.parametrize("back", [3 * HOUR, 6 * HOUR])
def test_a_harm_that_comes_back_for_good_hurts(back: int, look: int) -> None:
    """A harm that ended after half an hour and is back after three hours, or six, hurts from the next later look on."""
    words = _words(look, _out((5, 35), (back, LATER[-1])))

    if back < look:
        assert share([w.health.hurts for w in words]) >= 0.95
    else:
        assert not any(w.health.hurts for w in words)


def test_what_is_not_heard_now_is_not_healthy() -> None:
    """Samples that stopped half an hour before the look are a source gone dark, whatever the hours before said."""
    watch = _daily(12, 8)[0]
    after = watch.futures[0].copy()
    after[DAY - 30 :] = np.nan

    assert watch.word(after, DAY).reason is Reason.WENT_DARK


def test_without_days_of_history_the_early_answer_stands() -> None:
    """With a day of history nothing is known at 24 min a sample: the early word stays, and no alarm is made."""
    rng = np.random.default_rng(3)
    history = 100 + 5 * rng.standard_normal(DAY)
    after = _stepped(100 + 5 * rng.standard_normal(DAY), 2 * HOUR, 60)
    watch = _watch(gauge(), history, after[None], looks=2)
    early = watch.first(after, DAY)
    late = watch.alone(after, DAY)[1]

    assert (late.health, late.reason) == (Health.UNKNOWN, Reason.SHORT_HISTORY)
    assert fold_later(early, [late]).health is early.health
    unknown = replace(early, health=Health.UNKNOWN, reason=Reason.TOO_QUIET, detail="")
    assert "needed" in fold_later(unknown, [late]).detail


@pytest.mark.parametrize("better", [Better.EITHER, Better.LOWER])
def test_counts_are_told_by_the_minute_as_before(better: Better) -> None:
    """Of a count that doubles after two hours numbers stay those of a minute, and all that came more is told."""
    rng = np.random.default_rng(4)
    history = rng.poisson(10, 10 * DAY).astype(np.float64)
    after = rng.poisson(np.where(np.arange(DAY) < 2 * HOUR, 10, 20)).astype(np.float64)
    watch = _watch(replace(number(), better=better), history, after[None], looks=1)
    word = watch.word(after, 4 * HOUR)

    assert word.health.hurts
    assert word.before == pytest.approx(10, abs=0.5)
    assert word.effect is not None
    assert word.effect.estimate == pytest.approx(10 * 120 / 240, abs=1)
    assert word.excess == pytest.approx(10 * 120, rel=0.2)
    assert word.evidence is not None
    assert np.nanmax(word.evidence.values) < 40


def test_all_later_looks_together_cost_their_share() -> None:
    """An alarm of one of three later looks takes a third of the level that is set aside, told as an early p-value."""
    watch, minutes = _daily(12, 8)[0], 4 * HOUR
    after = watch.futures[0]
    plain = assess(
        watch.later[0][1], Samples.of(ANCHOR, STEP, after[:minutes]), _look(minutes), HELD
    )
    priced = watch.alone(after, minutes)[0]

    assert priced.level == HELD.early
    assert priced.p_worse == pytest.approx(min(1, plain.p_worse * 12))


def test_what_silent_early_looks_could_not_spend_is_for_later_ones() -> None:
    """Where all early looks are too quiet, or nothing was known, the later ones share the whole caution."""
    watch = _daily(12, 8)[0]
    early = watch.first(watch.futures[0], HOUR)
    quiet = replace(early, health=Health.UNKNOWN, reason=Reason.TOO_QUIET)

    assert Held(HELD, 3, early).share == pytest.approx(0.002 / 3)
    assert Held(HELD, 3, quiet).share == pytest.approx(0.01 / 3)
