"""What is said to be noticeable is noticed, about four times in five."""

from dataclasses import replace

import numpy as np
import pytest

from shipwake.domain import Better
from shipwake.judge import Level
from tests.judge.cases import HISTORY, LEVEL, WATCHED, gauge, judged, learned, number
from tests.judge.many import FUTURES, PLAIN, RATIOS, share, watches
from tests.judge.test_interval import failing

HELD = Level(early=0.008, later=0.002)
STOPS = (3, 12, 60)


def _found(name: str, samples: int, times: float) -> list[bool]:
    """Whether a move of so many times what is said to be noticeable is found by then, of each watch."""
    rng = np.random.default_rng(2)
    found = []
    for watch in watches(name)[::FUTURES]:
        after = watch.after[:samples]
        size = judged(watch.normal, after, HELD).noticeable
        assert size is not None
        ratio = after.ndim > 1
        moved = failing(after, times * size / 99, rng) if ratio else after + times * size
        found.append(judged(watch.normal, moved, HELD).p_worse <= HELD.early)
    return found


@pytest.mark.parametrize("samples", STOPS)
@pytest.mark.parametrize("name", [*PLAIN, *RATIOS])
def test_what_is_noticeable_is_noticed(name: str, samples: int) -> None:
    """Of moves of the size that is told four in five are found, but of shares three in five by the third sample."""
    least = 0.55 if samples == STOPS[0] and name in RATIOS else 0.68
    assert least <= share(_found(name, samples, 1.0)) <= 0.95


@pytest.mark.parametrize("name", [*PLAIN, *RATIOS])
def test_half_of_it_mostly_is_not(name: str) -> None:
    """Half of what is noticeable goes unnoticed more often than not: the size told is not a careless one."""
    assert share(_found(name, 20, 0.5)) <= 0.5


@pytest.mark.parametrize("name", [*PLAIN, *RATIOS])
def test_more_samples_show_less(name: str) -> None:
    """What could be noticed never grows with the samples that have come."""
    watch = watches(name)[0]
    sizes = [judged(watch.normal, watch.after[:m], LEVEL).noticeable for m in range(3, 61)]
    known = np.array([s for s in sizes if s is not None])

    assert len(known) == len(sizes)
    if watch.after.ndim == 1:
        assert (np.diff(known) <= 1e-9 * known[0]).all()
    assert known[-1] < known[0]


@pytest.mark.parametrize(("usual", "seen"), [(0.05, False), (20.0, True)])
def test_a_fall_to_nothing_is_told_where_it_shows(usual: float, *, seen: bool) -> None:
    """Orders that stay away are noticed where there were many, and nothing is promised where there were hardly any."""
    orders = np.random.default_rng(4).poisson(usual, HISTORY + WATCHED).astype(np.float64)
    sli = replace(number(), better=Better.HIGHER)
    word = judged(learned(sli, orders[:HISTORY]), orders[HISTORY:], HELD)

    assert (word.noticeable is not None) is seen
    assert not seen or (word.noticeable or 0.0) < usual


def test_no_move_beyond_all_reason_is_promised() -> None:
    """Of what leaps a hundredfold for an hour, now and then, a move far above all that was seen is not told of."""
    for seed in range(3):
        rng = np.random.default_rng(seed)
        series = 0.1 * np.exp(0.05 * rng.standard_normal(HISTORY + WATCHED))
        for leap in rng.integers(0, HISTORY - 140, 5):
            series[leap : leap + rng.integers(30, 90)] *= rng.uniform(100, 600)
        told = judged(learned(gauge(), series), series[HISTORY:], HELD).noticeable

        assert told is None or told <= 10 * series.max()
