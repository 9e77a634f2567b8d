"""The worst that a source can send: the judge answers with a word and a reason, and never fails."""

import math
import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from shipwake.domain import Assessment, Floats, Health, Reason, Sli
from tests.judge.cases import HISTORY, WATCHED, counted, gauge, judged, learned, noisy, ratio

LENGTH = HISTORY + WATCHED


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """A warning of the arithmetic is a failure here."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


def _answers(sli: Sli, series: Floats) -> Assessment:
    word = judged(learned(sli, series), series[HISTORY:])
    assert 0.0 <= word.p_worse <= 1.0
    assert 0.0 <= word.p_better <= 1.0
    for effect in [e for e in (word.effect,) if e]:
        assert not math.isnan(effect.estimate)
        assert effect.low <= effect.high
    return word


GAUGES = {
    "constant": np.full(LENGTH, 7.0),
    "zero": np.zeros(LENGTH),
    "huge": np.full(LENGTH, 1e300) * np.linspace(0.5, 1.5, LENGTH),
    "denormal": np.full(LENGTH, 5e-324),
    "nothing": np.full(LENGTH, np.nan),
    "infinite": np.where(np.arange(LENGTH) % 7 == 0, np.inf, noisy(1)),
    "both infinities": np.where(np.arange(LENGTH) % 2 == 0, np.inf, -np.inf),
    "every other missing": np.where(np.arange(LENGTH) % 2 == 0, np.nan, noisy(2)),
    "two values": np.where(np.arange(LENGTH) % 2 == 0, 0.0, 1.0),
    "a counter": np.arange(LENGTH, dtype=np.float64) * 1e6,
    "negative": -np.abs(noisy(3)) * 1e9,
    "one spike": np.where(np.arange(LENGTH) == 100, 1e200, 1.0),
    "spikes of every size": 10.0 ** (np.arange(LENGTH) % 600 - 300),
}
RATIOS = {
    "nothing counted": np.zeros((LENGTH, 2)),
    "all bad": np.full((LENGTH, 2), 50.0),
    "more bad than all": np.tile([60.0, 50.0], (LENGTH, 1)),
    "negative": np.tile([-1.0, -5.0], (LENGTH, 1)),
    "huge": np.tile([1e15, 1e18], (LENGTH, 1)),
    "one a minute": np.tile([0.0, 1.0], (LENGTH, 1)),
    "missing totals": np.stack([np.ones(LENGTH), np.full(LENGTH, np.nan)], axis=1),
    "missing": np.full((LENGTH, 2), np.nan),
}


@pytest.mark.parametrize("name", GAUGES)
def test_any_gauge_is_answered(name: str) -> None:
    """No series of numbers makes the judge fail, and p-values are chances."""
    assert _answers(gauge(), GAUGES[name]).health in Health


@pytest.mark.parametrize("name", RATIOS)
def test_any_ratio_is_answered(name: str) -> None:
    """No pair of counts makes the judge fail, and p-values are chances."""
    assert _answers(ratio(), RATIOS[name]).health in Health


@pytest.mark.parametrize("name", ["nothing", "both infinities"])
def test_what_says_nothing_is_unknown(name: str) -> None:
    """A series without a usable number is unknown, with a reason that says so."""
    word = _answers(gauge(), GAUGES[name])

    assert word.health is Health.UNKNOWN
    assert word.reason.value


def test_a_series_that_never_moved_teaches_nothing() -> None:
    """Where the past was constant nobody can say what a move is worth: unknown, with its reason."""
    series = GAUGES["constant"].copy()
    series[HISTORY:] = 9.0
    word = _answers(gauge(), series)

    assert (word.health, word.reason) == (Health.UNKNOWN, Reason.FLAT)


def test_five_errors_of_a_bot_are_nobodys_fault() -> None:
    """On a quiet service five errors in one minute are no harm; the same every few minutes are."""
    quiet = np.tile([0.0, 8.0], (LENGTH, 1))
    quiet[np.random.default_rng(4).choice(HISTORY, 30, replace=False), 0] = 1
    bot = quiet.copy()
    bot[HISTORY + 4, 0] = 5
    broken = quiet.copy()
    broken[HISTORY::3, 0] = 5

    assert not judged(learned(ratio(), bot), bot[HISTORY:]).health.hurts
    assert judged(learned(ratio(), broken), broken[HISTORY:]).health.hurts


def test_four_times_the_visitors_with_the_same_share_is_no_harm() -> None:
    """A ratio asks for the share, not the number, of errors."""
    series = counted(5)
    series[HISTORY:] *= 4

    assert not judged(learned(ratio(), series), series[HISTORY:]).health.hurts
