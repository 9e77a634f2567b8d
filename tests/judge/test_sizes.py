"""Judged side by side, watches have the p-values that they have one by one."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from shipwake.domain import Better, Floats, Look, Samples, Sli, SliKind
from shipwake.judge import Past, abreast, assess, at_last, evidence_of, together
from shipwake.judge.normal import Normal
from tests.judge.cases import ANCHOR, HISTORY, LEVEL, STEP, counted, gauge, learned, noisy, ratio

COUNT = Sli(name="orders", kind=SliKind.COUNT, better=Better.HIGHER, step=STEP)
SIZES = (0.0, 0.5, 2.0, 8.0, 40.0, 1000.0)
DEPLOYS = [Past(at=ANCHOR - m * STEP) for m in range(200, 2600, 120)]


def _series(sli: Sli, past: Sequence[Past]) -> Floats:
    """Two days and an hour; each earlier change brought a rise that stays half, then is gone by the next."""
    if sli.kind is SliKind.RATIO:
        series = counted(5)
    elif sli.kind is SliKind.COUNT:
        series = np.random.default_rng(5).poisson(30.0, HISTORY + 60).astype(np.float64)[:, None]
    else:
        series = noisy(5)[:, None]
    for change in past:
        at = HISTORY - round((ANCHOR - change.at) / STEP)
        series[at : at + 15, 0] += 30
        series[at + 15 : at + 60, 0] += 12
    return series


def _steps(sli: Sli, after: Floats) -> Floats:
    """Each of SIZES put into the same hour, [sizes, 60, columns]."""
    moved = np.repeat(after[None], len(SIZES), axis=0)
    moved[:, :, 0] += np.array(SIZES)[:, None]
    if sli.kind is SliKind.RATIO:
        moved[:, :, 0] = np.minimum(moved[:, :, 0], moved[:, :, 1])
    return moved


def _look(samples: int, later: int = 0) -> Look:
    anchor = ANCHOR + later * STEP
    due = anchor + samples * STEP
    return Look(change="c", sli="x", number=1, due=due, anchor=anchor)


def _one_by_one(normal: Normal, after: Samples, look: Look, steps: Floats) -> Floats:
    """What `assess` says of each: worse and better, [2, sizes]."""
    found = [assess(normal, replace(after, values=v), look, LEVEL) for v in steps]
    return np.array([[a.p_worse for a in found], [a.p_better for a in found]])


@pytest.mark.parametrize("past", [[], DEPLOYS], ids=["calm", "with a habit"])
@pytest.mark.parametrize(
    "sli",
    [gauge(), gauge(Better.HIGHER), gauge(Better.EITHER), ratio(), ratio(good=True), COUNT],
    ids=["lower", "higher", "either", "ratio", "good ratio", "count"],
)
@pytest.mark.parametrize("samples", [2, 5, 17, 75])
def test_together_as_one_by_one(sli: Sli, past: list[Past], samples: int) -> None:
    """At every look each size of step has the p-values of its own assessment, gaps and absurd values included."""
    series = _series(sli, past)
    normal = learned(sli, series[:, : sli.columns], past)
    assert normal.model is not None
    assert bool(normal.model.habit.whole.count) == bool(past)
    hour = series[HISTORY:].copy()
    hour[[3, 30, 31]] = np.nan
    hour[40, 0] = -1e200
    after, look = Samples.of(ANCHOR, STEP, hour), _look(samples)
    steps = _steps(sli, hour)
    found = abreast(normal, after, look, steps)
    worse, better = evidence_of(normal.model, found, sli.better)

    assert found.read.all()
    assert np.allclose(
        [at_last(worse, found), at_last(better, found)],
        _one_by_one(normal, after, look, steps),
        rtol=0,
        atol=1e-9,
    )


def test_different_watches_of_one_calibration_stand_side_by_side() -> None:
    """Looks of other lengths, scales and anchors keep their own p-values when they are joined."""
    series = _series(gauge(), DEPLOYS)
    normal = learned(gauge(), series, DEPLOYS)
    model = normal.model
    assert model is not None
    after = Samples.of(ANCHOR, STEP, series[HISTORY:] + 15)
    wider = replace(normal, model=replace(model, sigma=2 * model.sigma))
    asked = [(normal, _look(60)), (wider, _look(60)), (normal, _look(13)), (normal, _look(40, 20))]
    found = together([abreast(n, after, look) for n, look in asked])
    worse, better = evidence_of(model, found, Better.LOWER)
    apart = [assess(n, after, look, LEVEL) for n, look in asked]

    assert at_last(worse, found) == pytest.approx([a.p_worse for a in apart], abs=1e-9)
    assert at_last(better, found) == pytest.approx([a.p_better for a in apart], abs=1e-9)
    assert len({a.p_worse for a in apart}) == 4


def test_finer_samples_are_laid_on_the_grid_first() -> None:
    """Four samples a minute become one, of every size."""
    series = noisy(2)
    normal = learned(gauge(), series)
    assert normal.model is not None
    fine = np.repeat(series[HISTORY:], 4)[:, None]
    after, look = Samples.of(ANCHOR, timedelta(seconds=15), fine), _look(60)
    steps = _steps(gauge(), fine)
    found = abreast(normal, after, look, steps)
    p = at_last(evidence_of(normal.model, found, Better.LOWER)[0], found)

    assert np.allclose(p, _one_by_one(normal, after, look, steps)[0], rtol=0, atol=1e-9)


def test_nothing_to_judge_is_no_evidence() -> None:
    """An hour of gaps has p-values of one and says that nothing could be read."""
    normal = learned(gauge(), noisy(3))
    assert normal.model is not None
    after = Samples.of(ANCHOR, STEP, np.full(60, np.nan))
    found = abreast(normal, after, _look(60))
    worse, better = evidence_of(normal.model, found, Better.LOWER)

    assert (at_last(worse, found).tolist(), at_last(better, found).tolist()) == ([1.0], [1.0])
    assert found.read.tolist() == [False]
