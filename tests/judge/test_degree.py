"""How far, since when and how much: none of it is capped, and each is what was put in."""

from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Health
from tests.judge.cases import (
    ANCHOR,
    HISTORY,
    WATCHED,
    counted,
    gauge,
    judged,
    learned,
    noisy,
    number,
    ratio,
)
from tests.judge.many import share, watches

SEEDS = range(6)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_step_ten_times_as_large_is_ten_times_as_far(seed: int) -> None:
    """Evidence is drawn in to a limit, size is not: effect and degree grow with the step for ever."""
    series = noisy(seed)
    normal = learned(gauge(), series)
    looks = [judged(normal, series[HISTORY:] + 40.0 * 10**k) for k in range(5)]
    effects = np.array([a.effect.estimate for a in looks if a.effect])
    degrees = np.array([a.degree for a in looks])

    assert np.diff(np.log10(effects)) == pytest.approx(np.ones(4), abs=0.15)
    assert (degrees[1:] >= 9 * degrees[:-1]).all()
    assert {a.health for a in looks[1:]} == {Health.UNHEALTHY}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_share_ten_times_as_large_is_further(seed: int) -> None:
    """One, ten and all of a hundred requests failing more are told as what they are."""
    series = counted(seed)
    normal = learned(ratio(), series)
    after = series[HISTORY:]
    looks = []
    for more in (0.03, 0.3, 1.0):
        bad = np.minimum(after[:, 0] + np.round(more * (after[:, 1] - after[:, 0])), after[:, 1])
        looks.append(judged(normal, np.stack([bad, after[:, 1]], axis=1)))

    for more, word in zip((0.03, 0.3, 1.0), looks, strict=True):
        assert word.effect is not None
        assert word.effect.estimate == pytest.approx(99 * more, rel=0.15)
    assert looks[0].degree < looks[1].degree < looks[2].degree


def test_the_onset_is_where_the_step_is() -> None:
    """A step in the twentieth minute is found within two minutes of it in nine watches of ten, and in its interval."""
    near, inside = [], []
    true = ANCHOR + 20 * MINUTE
    for watch in watches("steady")[::3]:
        after = watch.after.copy()
        after[20:] += 30
        onset = judged(watch.normal, after).onset
        assert onset is not None
        assert onset.low <= onset.at <= onset.high
        near.append(abs(onset.at - true) <= 2 * MINUTE)
        inside.append(onset.low <= true <= onset.high)

    assert share(near) >= 0.9
    assert share(inside) >= 0.9


@pytest.mark.parametrize("good", [False, True])
def test_extra_failures_are_counted(*, good: bool) -> None:
    """Thirty more failures a minute from the fifteenth on are told as 1,350 in all, whichever way the ratio counts."""
    series = counted(11)
    series[HISTORY + 15 :, 0] += 30
    shown = np.stack([series[:, 1] - series[:, 0], series[:, 1]], axis=1) if good else series
    word = judged(learned(ratio(good=good), shown), shown[HISTORY:])

    assert word.health.hurts
    assert word.excess == pytest.approx(30 * (WATCHED - 15), rel=0.1)


def test_an_extra_number_is_counted() -> None:
    """Forty more refunds a minute than the usual two hundred are 2,400 in an hour."""
    series = counted(12)[:, 1]
    word = judged(learned(number(), series), series[HISTORY:] + 40)

    assert word.health.hurts
    assert word.excess == pytest.approx(40 * WATCHED, rel=0.1)


def test_a_gauge_has_no_total() -> None:
    """Milliseconds do not add up, so a gauge is told no total."""
    series = noisy(13)

    assert judged(learned(gauge(), series), series[HISTORY:] + 40).excess is None


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_over_is_recovered_and_stays_on_record(seed: int) -> None:
    """Ten bad minutes and fifty good ones are recovered, with the p-value that they had and the time they ended."""
    series = noisy(seed)
    series[HISTORY : HISTORY + 10] += 60
    normal = learned(gauge(), series)
    during, after = (judged(normal, series[HISTORY : HISTORY + m]) for m in (10, 60))

    assert during.health.hurts
    assert (after.health, after.reason.value) == (Health.HEALTHY, "recovered")
    assert after.p_worse <= during.p_worse
    assert after.recovered_at is not None
    assert abs(after.recovered_at - ANCHOR - 10 * MINUTE) <= 4 * MINUTE
