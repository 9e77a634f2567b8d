"""What must hold of the judge whatever the series: symmetries, monotony, and chance that is what it says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shipwake.domain import Better, Floats, Health, Reason
from tests.judge.cases import HISTORY, counted, found, gauge, judged, learned, noisy, ratio

SEEDS = st.integers(min_value=0, max_value=10_000)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(seed=SEEDS, scale=st.sampled_from([1e-6, 0.25, 1024.0, 1e7]))
def test_the_unit_does_not_matter(seed: int, scale: float) -> None:
    """Milliseconds or microseconds: the p-values and the word are the same, the effect is scaled."""
    series = noisy(seed)
    one, other = found(gauge(), series, 9.0), found(gauge(), scale * series, 9.0 * scale)

    assert other.p_worse == pytest.approx(one.p_worse, rel=0.02, abs=1e-9)
    assert other.p_better == pytest.approx(one.p_better, rel=0.02, abs=1e-9)
    assert other.health is one.health
    assert one.effect is not None
    assert other.effect is not None
    assert other.effect.estimate == pytest.approx(scale * one.effect.estimate, rel=0.02)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(seed=SEEDS, zero=st.sampled_from([-1e5, -100.0, 900.0, 1e7]))
def test_the_zero_does_not_matter(seed: int, zero: float) -> None:
    """Degrees above freezing or above nothing: p-values, word and effect in the unit are the same."""
    series = noisy(seed)
    one, other = found(gauge(), series, 9.0), found(gauge(), series + zero, 9.0)

    assert other.p_worse == pytest.approx(one.p_worse, rel=1e-4)
    assert other.p_better == pytest.approx(one.p_better, rel=1e-4)
    assert (other.health, other.reason) == (one.health, one.reason)
    assert one.effect is not None
    assert other.effect is not None
    assert other.effect.low == pytest.approx(one.effect.low, rel=1e-4)
    assert other.effect.high == pytest.approx(one.effect.high, rel=1e-4)


@settings(max_examples=8, derandomize=True, deadline=None)
@given(seed=SEEDS, move=st.sampled_from([0.0, 6.0, 15.0]))
def test_up_is_down_in_a_mirror(seed: int, move: float) -> None:
    """A series turned upside down, of which higher is better, is judged as the series itself."""
    series = noisy(seed) - 100.0
    one = found(gauge(Better.LOWER), series, move)
    other = found(gauge(Better.HIGHER), -series, -move)

    assert other.p_worse == pytest.approx(one.p_worse, rel=0.1, abs=0.01)
    assert other.p_better == pytest.approx(one.p_better, rel=0.1, abs=0.01)
    assert other.health is one.health


@settings(max_examples=6, derandomize=True, deadline=None)
@given(seed=SEEDS)
def test_a_larger_move_is_never_less_evidence(seed: int) -> None:
    """The p-value of harm falls as the move grows, and the effect grows with it."""
    series = noisy(seed)
    normal = learned(gauge(), series)
    looks = [judged(normal, series[HISTORY:] + move) for move in (0.0, 4.0, 8.0, 16.0, 40.0, 400.0)]
    p = np.array([a.p_worse for a in looks])
    effects = np.array([a.effect.estimate for a in looks if a.effect])

    assert (np.diff(p) <= 1e-12).all()
    assert (np.diff(effects) > 0).all()
    assert looks[-1].health.hurts


@settings(max_examples=6, derandomize=True, deadline=None)
@given(seed=SEEDS)
def test_a_larger_share_of_errors_is_never_less_evidence(seed: int) -> None:
    """As more of what is counted fails, the p-value of harm falls; a third of all is found."""
    series = counted(seed)
    normal = learned(ratio(), series)
    after = series[HISTORY:]
    p = []
    for share in (0.0, 0.01, 0.03, 0.1, 0.33):
        more = np.stack([after[:, 0] + np.round(share * after[:, 1]), after[:, 1]], axis=1)
        p.append(judged(normal, np.minimum(more, after[:, 1:])).p_worse)

    assert (np.diff(p) <= 1e-12).all()
    assert p[-1] < 1e-4


@settings(max_examples=6, derandomize=True, deadline=None)
@given(seed=SEEDS)
def test_good_ones_are_bad_ones_counted_from_the_other_end(seed: int) -> None:
    """A third of the mail is lost: as failures of all, or as deliveries of all, it is as sure."""
    bad = counted(seed)
    bad[HISTORY:, 0] = np.round(bad[HISTORY:, 1] / 3)
    good = np.stack([bad[:, 1] - bad[:, 0], bad[:, 1]], axis=1)
    one, other = found(ratio(), bad), found(ratio(good=True), good)

    assert one.health.hurts
    assert other.health.hurts
    assert other.p_worse == pytest.approx(one.p_worse, rel=0.3, abs=1e-4)


@settings(max_examples=6, derandomize=True, deadline=None)
@given(seed=SEEDS, seen=st.integers(min_value=0, max_value=20))
def test_a_gap_is_never_health(seed: int, seen: int) -> None:
    """When most samples are missing the word is unknown or worse, never healthy, never improved."""
    series = noisy(seed)
    after = np.full(60, np.nan)
    after[:seen] = series[HISTORY : HISTORY + seen]
    word = judged(learned(gauge(), series), after)

    assert word.health is Health.UNKNOWN
    assert word.reason is not Reason.NORMAL


@settings(max_examples=6, derandomize=True, deadline=None)
@given(seed=SEEDS)
def test_looking_again_never_takes_evidence_back(seed: int) -> None:
    """One watch has one p-value: it may fall from look to look, and never rises."""
    series = noisy(seed)
    series[HISTORY + 10 :] += 7.0
    normal = learned(gauge(), series)
    p = [judged(normal, series[HISTORY : HISTORY + m]).p_worse for m in (3, 5, 8, 12, 20, 30, 60)]

    assert (np.diff(p) <= 1e-12).all()


def _p_of_placebos() -> Floats:
    """The p-values of harmless changes of 120 series."""
    found_p = []
    for seed in range(120):
        series = noisy(seed)
        found_p.append(judged(learned(gauge(), series), series[HISTORY:]).p_worse)
    return np.array(found_p)


def test_chance_is_what_it_says() -> None:
    """Of 120 harmless changes about a tenth has p ≤ 10 %, about half p ≤ 50 %, and next to none p ≤ 0.5 %."""
    p = _p_of_placebos()  # the bounds are the 99.9 % ones of a binomial of 120

    assert np.mean(p <= 0.1) <= 0.20
    assert 0.34 <= np.mean(p <= 0.5) <= 0.66
    assert np.sum(p <= 0.005) <= 4
