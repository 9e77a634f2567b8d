"""A gap is not a zero, not an answer and not health; what is seen between gaps is judged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import Assessment, Better, Floats, Health, Look, Reason, Samples, Slot
from shipwake.judge import Normal, assess
from tests.judge.cases import (
    ANCHOR,
    HISTORY,
    LEVEL,
    STEP,
    counted,
    gauge,
    judged,
    learned,
    noisy,
    ratio,
)

SERIES = noisy(21)
NORMAL = learned(gauge(), SERIES)
AFTER = SERIES[HISTORY:]
SHARES = counted(22)
NORMAL_SHARES = learned(ratio(), SHARES)
FEW = {Health.UNKNOWN, Health.AILING, Health.UNHEALTHY}
MASKS = st.lists(st.booleans(), min_size=60, max_size=60)


def _gapped(after: Floats, here: "list[bool] | np.ndarray") -> Floats:
    kept = after.copy()
    kept[~np.array(here)] = np.nan
    return kept


def _stated(normal: Normal, values: Floats, states: Floats) -> Assessment:
    samples = Samples(ANCHOR.timestamp(), 60.0, values[:, None], states.astype(np.uint8))
    due = ANCHOR + len(values) * STEP
    look = Look(change="c", sli="latency", number=1, due=due, anchor=ANCHOR)
    return assess(normal, samples, look, LEVEL)


@settings(max_examples=80, derandomize=True, deadline=None)
@given(here=MASKS, m=st.integers(3, 60), move=st.sampled_from([-40.0, 0.0, 40.0]))
def test_where_most_is_missing_nothing_is_healthy(here: list[bool], m: int, move: float) -> None:
    """Whichever samples are missing: with under half of them, or none of the newest ten, there is no good word."""
    word = judged(NORMAL, _gapped(AFTER + move, here)[:m])
    seen = np.array(here[:m])

    assert word.seen == seen.sum()
    assert word.wanted == m
    if seen.sum() < m / 2 or not seen[-10:].any():
        assert word.health in FEW
        assert word.health.hurts or word.reason not in {Reason.NORMAL, Reason.SO_FAR}


@settings(max_examples=40, derandomize=True, deadline=None)
@given(here=MASKS)
def test_gaps_make_no_harm(here: list[bool]) -> None:
    """Of a change that did nothing no pattern of gaps makes harm, of a gauge or of a share."""
    assert not judged(NORMAL, _gapped(AFTER, here)).health.hurts
    assert not judged(NORMAL_SHARES, _gapped(SHARES[HISTORY:], here)).health.hurts


@settings(max_examples=20, derandomize=True, deadline=None)
@given(seed=st.integers(0, 1000))
def test_harm_shows_through_gaps(seed: int) -> None:
    """With two of five samples missing by chance a step is still found, and its size told."""
    here = np.random.default_rng(seed).permutation(60) < 36
    word = judged(NORMAL, _gapped(AFTER + 40, here))

    assert word.health.hurts
    assert word.effect is not None
    assert abs(word.effect.estimate - 40) < 8


@pytest.mark.parametrize("m", [3, 12, 60])
def test_a_zero_is_no_gap(m: int) -> None:
    """Samples of zero are a move like any other, where gaps are none."""
    normal = learned(gauge(Better.HIGHER), SERIES)

    assert judged(normal, np.zeros(m)).health.hurts
    assert judged(normal, np.full(m, np.nan)).p_worse == 1.0


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (Slot.GAP, Reason.WENT_DARK),
        (Slot.NOT_ARRIVED, Reason.WENT_DARK),
        (Slot.ERROR, Reason.SOURCE_ERROR),
    ],
)
def test_each_emptiness_has_its_reason(state: Slot, reason: Reason) -> None:
    """Where the newest samples are empty the reason tells whether the source was silent or could not be asked."""
    values, states = AFTER.copy(), np.full(60, float(Slot.VALUE))
    values[40:], states[40:] = np.nan, float(state)
    word = _stated(NORMAL, values, states)

    assert (word.health, word.reason) == (Health.UNKNOWN, reason)
