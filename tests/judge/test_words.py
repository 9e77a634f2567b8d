"""The words hold together: none says what the numbers beside it deny."""

from dataclasses import replace

import pytest

from shipwake.domain import Band, Better, Effect, Health, Reason
from shipwake.judge.words import Evidence, word
from tests.judge.cases import HISTORY, found, gauge, judged, learned, noisy


@pytest.mark.parametrize("seed", [3, 14, 15, 92])
def test_better_samples_that_are_over_are_no_improvement(seed: int) -> None:
    """Where the best minutes ever seen are followed by the usual ones, the interval holds 0, and nothing improved."""
    series = noisy(seed)
    series[HISTORY + 10 : HISTORY + 17] -= 18.0
    word = judged(learned(gauge(), series), series[HISTORY:])

    assert word.p_better < 0.005
    assert word.effect is not None
    assert word.effect.low < 0 < word.effect.high
    assert word.health is Health.HEALTHY


@pytest.mark.parametrize("better", [Better.LOWER, Better.HIGHER])
def test_what_stays_better_is_an_improvement(better: Better) -> None:
    """A step to the better side that stays is improved, whichever side that is."""
    move = -30.0 if better is Better.LOWER else 30.0

    assert found(gauge(better), noisy(65), move).health is Health.IMPROVED


@pytest.mark.parametrize("seed", [3, 14, 15])
@pytest.mark.parametrize(
    ("better", "shift"), [(Better.LOWER, -20.0), (Better.HIGHER, -20.0), (Better.LOWER, 20.0)]
)
def test_a_level_that_stays_is_no_move(seed: int, better: Better, shift: float) -> None:
    """Where the past always came back to its middle and now does not, nothing moved with the change."""
    series = noisy(seed)
    series[HISTORY - 60 :] += shift
    word = found(gauge(better), series)

    assert min(word.p_better, word.p_worse) < 0.005
    assert word.effect is not None
    assert word.effect.low * word.effect.high > 0
    assert word.health is Health.HEALTHY


def test_what_fell_is_not_called_worse_where_more_is() -> None:
    """Spikes may be evidence of harm beside a mean that fell: no sentence can say both."""
    rose = Evidence(
        p_worse=1e-4,
        p_better=1.0,
        level=0.01,
        effect=Effect(estimate=1.0, low=-1.0, high=3.0, unit="ms", relative=0.1),
        expected=Band(low=9.0, high=11.0),
        sign=1,
        samples=60,
        noticeable=1.0,
        notice=None,
        recovered=False,
        stayed=False,
        lost=False,
        factor=1.0,
    )
    fell = replace(rose, effect=replace(rose.effect, estimate=-0.5))

    assert word(gauge(), rose) == (Health.AILING, Reason.MOVED)
    assert word(gauge(), fell) == (Health.HEALTHY, Reason.NORMAL)
    assert word(gauge(), replace(fell, recovered=True)) == (Health.HEALTHY, Reason.RECOVERED)
