"""Samples on the wrong grid, at the wrong time or of the wrong kind: a word, its reason and sound numbers."""

import warnings
from collections.abc import Iterator
from datetime import datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import Assessment, Floats, Health, Look, Reason, Samples, Sli, Slot
from shipwake.judge import Normal, assess, learn
from tests.judge.cases import ANCHOR, LEVEL, counted, gauge, noisy, number, ratio, unsound

SECOND, MINUTE, HOUR = (timedelta(seconds=s) for s in (1, 60, 3600))
GRIDS_S = (1, 7, 60, 90, 3600)


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """A warning of the arithmetic is a failure here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _word(normal: Normal, after: Samples, due: datetime, anchor: datetime = ANCHOR) -> Assessment:
    look = Look(change="c", sli=normal.sli.name, number=1, due=due, anchor=anchor)
    word = assess(normal, after, look, LEVEL)
    assert unsound(word) == []
    assert 0 <= word.p_worse <= 1
    assert 0 <= word.p_better <= 1
    return word


def _learned(sli: Sli, step: timedelta, values: Floats, unit_s: float = 60) -> Normal:
    history = Samples.of(ANCHOR - len(values) * step, step, values)
    return learn(sli, history, ANCHOR, (), unit_s=unit_s)


@pytest.mark.parametrize("before_s", GRIDS_S)
@pytest.mark.parametrize("after_s", GRIDS_S)
@pytest.mark.parametrize("unit_s", [1, 60])
def test_steps_may_differ_before_and_after(before_s: int, after_s: int, unit_s: int) -> None:
    """History of one step and samples of another are judged where they can be, and unknown where they cannot."""
    normal = _learned(gauge(), timedelta(seconds=before_s), noisy(1, 1200), unit_s)
    unit = timedelta(seconds=normal.unit_s)
    count = int(60 * unit.total_seconds() // after_s)
    after = Samples.of(ANCHOR, timedelta(seconds=after_s), noisy(2, max(count, 1)))
    word = _word(normal, after, ANCHOR + 60 * unit)

    assert not word.health.hurts or after_s < normal.unit_s
    if after_s > 2 * normal.unit_s:
        assert word.health is Health.UNKNOWN


@pytest.mark.parametrize("every", [2, 5, 15, 60])
def test_the_scrape_interval_may_change(every: int) -> None:
    """Where samples come rarer from some hour on, before the change or with it, no harm is made of that."""
    series = noisy(3, 2880)
    rarer = np.where(np.arange(2880) % every == 0, series, np.nan)
    for start in (1440, 2640, 2820):
        mixed = np.concatenate([series[:start], rarer[start:]])
        normal = _learned(gauge(), MINUTE, mixed[:2820])
        word = _word(normal, Samples.of(ANCHOR, MINUTE, mixed[2820:]), ANCHOR + HOUR)

        assert not word.health.hurts
        assert every == 2 or word.health is Health.UNKNOWN


@pytest.mark.parametrize("ahead", [-48 * HOUR, -HOUR, -17 * SECOND, 17 * SECOND, HOUR, 48 * HOUR])
def test_the_clock_may_jump(ahead: timedelta) -> None:
    """Labels that are seconds, hours or days off make a word, and a source whose clock is days off is not healthy."""
    series = noisy(4, 2940)
    normal = _learned(gauge(), MINUTE, series[:2880])
    word = _word(normal, Samples.of(ANCHOR + ahead, MINUTE, series[2880:]), ANCHOR + HOUR)

    if abs(ahead) >= HOUR:
        assert word.health is Health.UNKNOWN
    jumped = Samples.of(ANCHOR + ahead - 2880 * MINUTE, MINUTE, series[:2880])
    late = learn(gauge(), jumped, ANCHOR, (), unit_s=60)
    _word(late, Samples.of(ANCHOR, MINUTE, series[2880:]), ANCHOR + HOUR)
    if ahead <= -HOUR:
        assert late.reason is Reason.NO_SAMPLES


@pytest.mark.parametrize("due", [-HOUR, timedelta(0), SECOND, MINUTE])
def test_a_look_before_its_time_is_too_early(due: timedelta) -> None:
    """A look that is due before, at or just after the change sees nothing yet, and says so."""
    series = noisy(5, 2940)
    word = _word(
        _learned(gauge(), MINUTE, series[:2880]),
        Samples.of(ANCHOR, MINUTE, series[2880:]),
        ANCHOR + due,
    )

    assert (word.health, word.reason) == (Health.UNKNOWN, Reason.TOO_EARLY)


@pytest.mark.parametrize("sli", [gauge(), ratio(), number()], ids=lambda s: s.kind.value)
@pytest.mark.parametrize("count", [0, 1, 2, 199, 200, 219, 220])
def test_a_short_history_is_answered(sli: Sli, count: int) -> None:
    """With no sample, one, or as many as are just too few, the word is unknown; from 219 on it need not be."""
    values = counted(6, count=2000)[: count + 60]
    values = values if sli.columns > 1 else values[:, 1]
    normal = _learned(sli, MINUTE, values[:count].reshape(count, sli.columns))
    word = _word(normal, Samples.of(ANCHOR, MINUTE, values[count:]), ANCHOR + HOUR)

    if count < 219:
        assert word.health is Health.UNKNOWN
        assert word.reason in {Reason.NO_SAMPLES, Reason.SHORT_HISTORY}
    nothing = _word(normal, Samples.nothing(ANCHOR, MINUTE, sli.columns), ANCHOR + HOUR)
    assert nothing.health is Health.UNKNOWN


WRONG = {
    "negative counts": (number(), np.full(1000, -3.0)),
    "some negative counts": (number(), np.where(np.arange(1000) % 3 == 0, -1.0, 5.0)),
    "failures of more than all": (ratio(), np.tile([9.0, 4.0], (1000, 1))),
    "some failures of more than all": (
        ratio(),
        np.where(np.arange(1000)[:, None] % 3 == 0, [9.0, 4.0], [1.0, 40.0]),
    ),
    "1e300 now and then": (gauge(), np.where(np.arange(1000) % 9 == 0, 1e300, noisy(1, 1000))),
    "tiny": (gauge(), 1e-295 * np.exp(noisy(2, 1000) / 20)),
    "tiny and in proportion": (
        gauge(),
        1e-295 * np.exp(np.sin(np.arange(1000) / 100) + 0.02 * (noisy(8, 1000) - 100)),
    ),
    "denormal": (gauge(), 5e-324 * np.round(np.abs(noisy(3, 1000)))),
    "tiny shares": (ratio(), np.tile([1e-290, 1e-280], (1000, 1))),
    "near what a float can hold": (gauge(), 9e99 * np.sign(noisy(4, 1000) - 100)),
    "huge counts": (number(), np.exp(200 + noisy(5, 1000) / 20)),
}
AFTERWARDS = (0.0, -1.0, 1e-300, 1.0, 1e30, 9e99, 1e300, np.inf, np.nan)


@pytest.mark.parametrize("name", WRONG)
def test_what_can_be_no_measurement_is_answered(name: str) -> None:
    """Whatever came before and whatever comes after, even once a source says that a NaN is a value."""
    sli, series = WRONG[name]
    normal = _learned(sli, MINUTE, series[:940])
    _word(normal, Samples.of(ANCHOR, MINUTE, series[940:]), ANCHOR + HOUR)
    for value in AFTERWARDS:
        after = Samples(
            ANCHOR.timestamp(),
            60.0,
            np.full((60, sli.columns), value),
            np.full(60, np.uint8(Slot.VALUE)),
        )
        for minutes in (3, 12, 60):
            _word(normal, after, ANCHOR + minutes * MINUTE)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(
    sizes=st.lists(st.floats(width=64), min_size=1, max_size=12),
    seed=st.integers(0, 99),
    kind=st.sampled_from(["gauge", "count", "ratio"]),
)
def test_any_numbers_are_answered(sizes: list[float], seed: int, kind: str) -> None:
    """A history and a watch drawn from any floats at all, in any order, is answered in numbers."""
    rng = np.random.default_rng(seed)
    sli = {"gauge": gauge(), "count": number(), "ratio": ratio()}[kind]
    drawn = rng.choice(np.array(sizes), (400, sli.columns))
    drawn[::3] = rng.standard_normal((134, sli.columns)) + 3
    states = np.where(rng.random(400) < 0.9, Slot.VALUE, Slot.ERROR).astype(np.uint8)
    history = Samples((ANCHOR - 340 * MINUTE).timestamp(), 60.0, drawn[:340], states[:340])
    after = Samples(ANCHOR.timestamp(), 60.0, drawn[340:], states[340:])
    normal = learn(sli, history, ANCHOR, (), unit_s=60)
    word = _word(normal, after, ANCHOR + HOUR)

    assert word.reason in Reason


def test_ten_million_samples_are_answered() -> None:
    """Four months of seconds are judged by the minute; what came before the last four weeks is not read."""
    values = np.resize(noisy(7, 86400), 10_003_600)
    normal = _learned(gauge(), SECOND, values[:-3600])
    word = _word(normal, Samples.of(ANCHOR, SECOND, values[-3600:]), ANCHOR + HOUR)

    assert word.reason is Reason.NORMAL
    assert not word.health.hurts
