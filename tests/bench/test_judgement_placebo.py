"""Placebo watches: what is put into them is told apart, and many at once are judged as each alone."""

from dataclasses import replace

import numpy as np

from bench.judgement.generated import PROCESSES
from bench.judgement.measures import coverage
from bench.judgement.placebo import PAST, Moved, Watches, judged, learned, watch_futures


def test_coverage_knows_which_way_and_what_was_cut() -> None:
    """Steps upward, downward and cut at zero are told apart, each by the samples seen."""
    held = Moved(size=5.0, stop=60, sign=1, cut=False, held=True)
    missed = replace(held, sign=-1, held=False)
    watches = Watches(
        cluster="one", p=np.empty((0, 2)), moved=(held, missed, replace(held, sign=-1, cut=True))
    )
    rows = {row[0]: row[-1] for row in coverage.measure([], [watches]).tables[0].rows}

    assert rows["up"].startswith("100.0")
    assert rows["down, not cut at zero"].startswith("0.0")
    assert rows["down, cut at zero"].startswith("100.0")
    assert rows["all"].startswith("66.7")
    assert rows["k = 2"] == "–"


def test_futures_side_by_side_are_judged_as_one_by_one() -> None:
    """The p-values of made-up futures are those that a look at each of them alone has."""
    (watches,) = watch_futures(pasts=1, futures=4, seed=3, jobs=1)
    chance = np.random.default_rng([3, 0])
    past, last = PROCESSES[0].past(PAST, chance)
    normal = learned(past, PROCESSES[0].step_s)
    alone = [judged(normal, f) for f in PROCESSES[0].futures(PAST, last, 4, chance)]

    np.testing.assert_allclose(watches.p, [(a.p_worse, a.p_better) for a in alone])
