"""A sample is a sample: steps from one second to one hour, and looks from minutes to days after a change."""

from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Assessment, Floats, Look, Samples
from shipwake.judge import Normal, assess, learn
from tests.judge.cases import ANCHOR, LEVEL, gauge, noisy, ratio

STEPS_S = (1, 10, 60, 300, 3600)
COUNT = 660
MINUTE = timedelta(minutes=1)
DAY = 1440
DAYS = 14


def _normal(step_s: int, series: Floats) -> Normal:
    step = timedelta(seconds=step_s)
    history = Samples.of(ANCHOR - len(series) * step, step, series)
    return learn(gauge(), history, ANCHOR, (), unit_s=step_s)


def _word(normal: Normal, step_s: int, after: Floats) -> Assessment:
    step = timedelta(seconds=step_s)
    due = ANCHOR + len(after) * step
    look = Look(change="c", sli="latency", number=1, due=due, anchor=ANCHOR)
    return assess(normal, Samples.of(ANCHOR, step, after), look, LEVEL)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("step_s", STEPS_S)
def test_any_step_is_judged(step_s: int, seed: int) -> None:
    """Whether a sample is a second's or an hour's: none is no harm, a large step is, after a dozen of them."""
    series = noisy(seed, COUNT)
    normal = _normal(step_s, series[:600])

    assert not _word(normal, step_s, series[600:]).health.hurts
    assert _word(normal, step_s, series[600:612] + 40).health.hurts


@pytest.mark.parametrize("seed", range(3))
def test_what_no_clock_tells_does_not_ask_for_one(seed: int) -> None:
    """Ten hours of seconds, minutes or half minutes without any rhythm are judged alike, to the bit."""
    series = noisy(seed, COUNT)
    words = [_word(_normal(s, series[:600]), s, series[600:] + 9) for s in (1, 30, 60)]

    assert len({(w.p_worse, w.p_better, w.effect, w.noticeable) for w in words}) == 1


@pytest.mark.parametrize("finer_s", [1, 5, 20])
@pytest.mark.parametrize("counts", [False, True])
def test_finer_samples_are_gathered(*, finer_s: int, counts: bool) -> None:
    """A source of seconds that is judged by the minute is told what its minutes would be told."""
    per = 60 // finer_s
    series = 0.1 * noisy(5, COUNT)
    sli, fine = gauge(), np.repeat(series, per)
    if counts:
        whole = np.stack([np.round(series), np.full(COUNT, 500.0)], axis=1)
        sli, series, fine = ratio(), whole, np.repeat(whole / per, per, axis=0)
    look = Look(change="c", sli=sli.name, number=1, due=ANCHOR + 60 * MINUTE, anchor=ANCHOR)
    words = []
    for step, samples in ((MINUTE, series), (timedelta(seconds=finer_s), fine)):
        split = len(samples) * 600 // COUNT
        history = Samples.of(ANCHOR - 600 * MINUTE, step, samples[:split])
        normal = learn(sli, history, ANCHOR, (), unit_s=60)
        words.append(assess(normal, Samples.of(ANCHOR, step, samples[split:]), look, LEVEL))

    assert words[1].p_worse == pytest.approx(words[0].p_worse, rel=1e-6)
    assert words[1].after == pytest.approx(words[0].after)
    assert words[1].health is words[0].health


def _days(seed: int, count: int) -> Floats:
    """A level of 100 that rises by half every noon, with noise."""
    rhythm = 25 * np.sin(2 * np.pi * np.arange(count) / DAY)
    return np.asarray(noisy(seed, count) + rhythm)


@pytest.mark.parametrize("hours", [4, 24, 168])
def test_a_long_look_knows_the_hour(hours: int) -> None:
    """Four hours, a day or a week after a change that did nothing, the day's rhythm is no move."""
    series = _days(8, (DAYS + 7) * DAY)
    after = series[DAYS * DAY :][: 60 * hours]
    word = _word(_normal(60, series[: DAYS * DAY]), 60, after)

    assert not word.health.hurts
    assert word.effect is not None
    assert word.effect.low < 0 < word.effect.high
    assert abs(word.effect.estimate) < 5
    assert word.evidence is not None
    shown = word.evidence
    inside = (shown.low <= shown.values) & (shown.values <= shown.high)
    assert np.mean(inside[shown.before :]) > 0.9


@pytest.mark.parametrize("hours", [4, 24, 168])
def test_a_long_look_tells_what_was_added(hours: int) -> None:
    """What a change added for good is told as that after hours and days, though the level swings by more each day."""
    series = _days(9, (DAYS + 7) * DAY)
    after = series[DAYS * DAY :][: 60 * hours] + 30
    word = _word(_normal(60, series[: DAYS * DAY]), 60, after)

    assert word.health.hurts
    assert word.effect is not None
    assert word.effect.estimate == pytest.approx(30, abs=5)
