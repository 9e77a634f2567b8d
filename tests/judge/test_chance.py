"""Chance is what it says over whole watches of many made-up series, however often one looks."""

import numpy as np
import pytest

from shipwake.domain import Better, Floats
from shipwake.judge import Level
from tests.judge.cases import gauge, judged, learned, noisy
from tests.judge.many import FAMILIES, GAUGES, RATIOS, SERIES, share, watches, within, words

STOPS = (3, 5, 8, 12, 20, 30, 45, 60)
HELD = Level(early=0.008, later=0.002)
SIDES = ("p_worse", "p_better")


def _p(families: tuple[str, ...], side: str) -> Floats:
    return np.array([getattr(w, side) for name in families for w in words(name)])


@pytest.mark.parametrize("side", SIDES)
def test_p_values_of_gauges_are_uniform(side: str) -> None:
    """Of harmless changes a tenth has p ≤ 10 % and half p ≤ 50 %, in either direction."""
    p = _p(GAUGES, side)

    assert within(share(p <= 0.1), 0.1, SERIES * len(GAUGES))
    assert within(share(p <= 0.5), 0.5, SERIES * len(GAUGES))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("name", FAMILIES)
def test_no_family_cries_wolf(name: str, side: str) -> None:
    """In no family is a small p-value of a harmless change commoner than it says."""
    p = _p((name,), side)

    for q in (0.01, 0.05, 0.1):
        assert share(p <= q) <= q + 4 * float(np.sqrt(q * (1 - q) / SERIES))


@pytest.mark.parametrize("side", SIDES)
def test_few_harmless_changes_alarm(side: str) -> None:
    """At the level of one indicator no more than its share of harmless changes alarms, all families together."""
    p = _p((*GAUGES, *RATIOS), side)

    assert share(p <= HELD.early) <= HELD.early + 4 * float(
        np.sqrt(HELD.early / (SERIES * len(FAMILIES)))
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_looking_eight_times_is_looking_once(name: str) -> None:
    """An alarm at any of eight looks is an alarm at the last of them, and the other way round."""
    for watch in watches(name)[:: len(watches(name)) // 8]:
        p = np.array([judged(watch.normal, watch.after[:m], HELD).p_worse for m in STOPS])

        assert (np.diff(p) <= 1e-12).all()
        for q in (0.008, 0.1, 0.5):
            assert (p <= q).any() == (p[-1] <= q)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("move", [-30.0, -6.0, 0.0, 6.0, 30.0])
def test_either_way_pays_for_both(seed: int, move: float) -> None:
    """Where any move is harm its p-value is twice the lesser of both directions', and nothing is an improvement."""
    series = noisy(seed)
    after = series[-60:] + move
    one = judged(learned(gauge(Better.LOWER), series), after)
    both = judged(learned(gauge(Better.EITHER), series), after)

    assert both.p_worse == pytest.approx(min(1.0, 2 * min(one.p_worse, one.p_better)))
    assert both.p_better == 1.0
    assert both.health.hurts == (both.p_worse <= both.level)
