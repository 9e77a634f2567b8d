"""What earlier changes did is expected where it goes away again, and teaches nothing where it was harm."""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Assessment, Floats, Health
from shipwake.judge import Past
from tests.judge.cases import ANCHOR, HISTORY, STEP, WATCHED, bits, gauge, judged, learned, noisy

EVERY = 300
STARTS = range(HISTORY - 8 * EVERY, HISTORY, EVERY)
"""Slots of eight earlier deploys."""
SEEDS = (1, 2, 3)


def _deploys(starts: Sequence[int] = STARTS) -> list[Past]:
    return [Past(at=ANCHOR - (HISTORY - start) * STEP) for start in starts]


def _warming(series: Floats, starts: Sequence[int]) -> Floats:
    """The series with a warm-up of twenty samples after each start."""
    found = series.copy()
    for start in starts:
        found[start : start + 20] += 60 * np.linspace(1, 0, 20)
    return found


def _word(series: Floats, past: Sequence[Past]) -> Assessment:
    return judged(learned(gauge(), series, past), series[HISTORY:])


@pytest.mark.parametrize("seed", SEEDS)
def test_a_warm_up_that_every_deploy_shows_is_forgiven(seed: int) -> None:
    """What each deploy brought and took away again is no harm of the next, and is harm where no deploy is known."""
    series = _warming(noisy(seed), [*STARTS, HISTORY])

    assert not _word(series, _deploys()).health.hurts
    assert _word(series, ()).p_worse < 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_a_larger_warm_up_is_not(seed: int) -> None:
    """Four times the usual warm-up is harm, though each deploy warms up."""
    series = _warming(noisy(seed), [*STARTS, HISTORY, HISTORY, HISTORY, HISTORY])

    assert _word(series, _deploys()).p_worse < 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_what_every_deploy_brings_and_keeps_is_not_forgiven(seed: int) -> None:
    """A leak that each deploy adds to is the fault of the next, too, for as much as that adds."""
    series = noisy(seed)
    for start in (*STARTS, HISTORY):
        series[start:] += 25
    word = _word(series, _deploys())

    assert word.health.hurts
    assert word.effect is not None
    assert word.effect.low < 25 < word.effect.high


@pytest.mark.parametrize("seed", SEEDS)
def test_a_gain_that_every_deploy_brings_is_not_the_merit_of_this(seed: int) -> None:
    """Where each deploy lowers latency for good, one that does so, too, is not praised for it."""
    series = noisy(seed) + 400
    for start in (*STARTS, HISTORY):
        series[start:] -= 25

    assert _word(series, _deploys()).p_better > 0.3
    assert _word(series, ()).p_better < 0.1


def _ill(series: Floats, move: float, start: int, end: int) -> Floats:
    found = series.copy()
    found[start:end] += move
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_how_bad_a_past_harm_was_teaches_nothing(seed: int) -> None:
    """Known harm may have been of any size: what is said of the next change is the same to the bit."""
    series = noisy(seed)
    past = [Past(at=ANCHOR - 700 * STEP, harmful=True, until=ANCHOR - 610 * STEP)]
    found = {
        bits(_word(_ill(series, move, HISTORY - 700, HISTORY - 610), past))
        for move in (0.0, 60.0, -1e6)
    }

    assert len(found) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_harm_that_nobody_marked_widens_the_normal(seed: int) -> None:
    """The same harm unmarked makes the indicator harder to judge, so that marking it does something."""
    start, end = HISTORY - 700, HISTORY - 610
    series = _ill(noisy(seed), 60.0, start, end)
    marked = [Past(at=ANCHOR - 700 * STEP, harmful=True, until=ANCHOR - 610 * STEP)]
    sizes = [_word(series, past).noticeable for past in (marked, ())]

    assert sizes[0] is not None
    assert sizes[1] is not None
    assert sizes[1] > 1.2 * sizes[0]


@pytest.mark.parametrize("hours", [1, 6, 20])
def test_a_harm_that_goes_on_is_blamed_on_nobody_else(hours: int) -> None:
    """While a harm goes on a change that does nothing is not harm, and one that ends it is an improvement."""
    start = HISTORY - 60 * hours
    series = _ill(noisy(4), 60.0, start, HISTORY)
    past = [Past(at=ANCHOR - 60 * hours * STEP, harmful=True)]
    normal = learned(gauge(), series, past)

    assert not judged(normal, series[HISTORY:] + 60).health.hurts
    assert judged(normal, series[HISTORY:]).health is Health.IMPROVED
    assert judged(normal, series[HISTORY:] + 120).health.hurts


@pytest.mark.parametrize("hours", [1, 6, 20])
def test_a_harm_never_becomes_normal_by_age(hours: int) -> None:
    """Hours of harm that ended ten minutes ago are no normal: to return to that level is harm, to stay is not."""
    start, end = HISTORY - 60 * hours - 10, HISTORY - 10
    series = _ill(noisy(5), 60.0, start, end)
    past = [Past(at=ANCHOR - (60 * hours + 10) * STEP, harmful=True, until=ANCHOR - 10 * STEP)]
    normal = learned(gauge(), series, past)

    assert judged(normal, series[HISTORY:] + 60).health.hurts
    assert not judged(normal, series[HISTORY:]).health.hurts


@pytest.mark.parametrize("hours", [1, 4, 24])
def test_a_watch_does_not_get_used_to_harm(hours: int) -> None:
    """What hurts from the first minute on still hurts after hours of the same."""
    series = noisy(6, HISTORY + 60 * hours)
    normal = learned(gauge(), series)
    word = judged(normal, series[HISTORY:] + 60)

    assert word.health.hurts
    assert word.recovered_at is None
    assert word.onset is not None
    assert word.onset.at <= ANCHOR + timedelta(minutes=WATCHED)
