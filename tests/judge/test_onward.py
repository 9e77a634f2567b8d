"""Learned for once, the moments of a day are judged nearly as if each were learned for, and none saw itself."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from shipwake.domain import Floats, Look, Samples, Sli, SliKind, Slot
from shipwake.judge import Normal, Past, assess, learn, learn_onward
from tests.judge.cases import ANCHOR, LEVEL, STEP, gauge, ratio

DAY = timedelta(days=1)
BEGIN = ANCHOR - 5 * DAY
END = ANCHOR + DAY
LATER = [ANCHOR + h * timedelta(hours=1) for h in (0, 1, 7, 12, 22)]
COUNT = Sli(name="orders", kind=SliKind.COUNT, step=STEP)
KINDS = pytest.mark.parametrize("sli", [gauge(), ratio(), COUNT], ids=["gauge", "ratio", "count"])


def _samples(sli: Sli, seed: int = 1) -> Samples:
    """Six days with a rhythm of the day and of the hour, and a wandering level."""
    rng = np.random.default_rng(seed)
    n = (END - BEGIN) // STEP
    t = np.arange(n)
    drift = np.convolve(rng.standard_normal(n + 400), np.ones(400) / 20, "valid")[:n]
    level = np.exp(0.2 * np.sin(2 * np.pi * t / 1440) + 0.1 * (t % 60 < 5) + 0.1 * drift)
    if sli.kind is SliKind.RATIO:
        total = rng.poisson(300, n)
        values = np.stack([rng.binomial(total, np.minimum(0.02 * level, 1)), total], axis=1)
    elif sli.kind is SliKind.COUNT:
        values = rng.poisson(40 * level)
    else:
        values = 100 * level * np.exp(0.05 * rng.standard_normal(n))
    return Samples.of(BEGIN, STEP, values.astype(np.float64))


def _same(one: Normal, other: Normal) -> bool:
    """Whether two normals foretell the same."""
    a, b = one.model, other.model
    assert a is not None
    assert b is not None
    slots = np.arange(80)
    return (
        np.allclose(a.foretold(slots, 60), b.foretold(slots, 60), rtol=1e-9, atol=1e-9)
        and np.allclose(a.returning(slots), b.returning(slots), rtol=1e-9, atol=1e-9)
        and a.sigma == pytest.approx(b.sigma, rel=1e-9)
        and np.array_equal(one.before.values, other.before.values, equal_nan=True)
        and np.array_equal(one.before.totals, other.before.totals)
        and (one.before.mean, one.before.t0_s) == (other.before.mean, other.before.t0_s)
        and one.anchor_s == other.anchor_s
    )


def _onward(sli: Sli, samples: Samples, anchors: list[datetime] = LATER) -> list[Normal]:
    """The normals of all anchors, each of which has one."""
    found = learn_onward(sli, samples, anchors, (), unit_s=60)
    return [n for n in found if n is not None]


def _words(normal: Normal, samples: Samples) -> tuple[float, float, Floats]:
    due = normal.anchor + 60 * STEP
    look = Look(change="", sli="", number=1, due=due, anchor=normal.anchor)
    found = assess(normal, samples.between(normal.anchor, due), look, LEVEL)
    return found.p_worse, found.p_better, found.evidence.low if found.evidence else np.empty(0)


@KINDS
def test_at_its_first_anchor_it_tells_what_learning_tells(sli: Sli) -> None:
    """What is told anew for the moment of the learning itself is what was learned, so the two cannot part ways."""
    samples = _samples(sli)
    past = [Past(at=ANCHOR - h * timedelta(hours=1)) for h in range(5, 100, 9)]
    past.append(Past(at=ANCHOR - 2 * DAY, harmful=True, until=ANCHOR - 1.9 * DAY))
    first, again = learn_onward(sli, samples, [ANCHOR, ANCHOR], past, unit_s=60)
    learned = learn(sli, samples.between(BEGIN, ANCHOR), ANCHOR, past, unit_s=60)

    assert first is not None
    assert again is not None
    assert _same(first, learned)
    assert _same(again, learned)


@KINDS
def test_later_it_judges_nearly_as_if_learned_anew(sli: Sli) -> None:
    """Hours later the evidence is that of a learning of its own, as closely as one more day of past changes it."""
    samples = _samples(sli)
    onward = _onward(sli, samples)
    logs = []
    for normal, at in zip(onward, LATER, strict=True):
        learned = learn(sli, samples.between(BEGIN, at), at, (), unit_s=60)
        assert normal.before.mean == learned.before.mean
        for p, q in zip(_words(normal, samples)[:2], _words(learned, samples)[:2], strict=True):
            logs.append(abs(np.log(p / q)))

    assert max(logs) < np.log(2.5)
    assert np.median(logs) < np.log(1.3)


@KINDS
def test_no_moment_is_told_by_what_comes_after_it(sli: Sli) -> None:
    """Whatever happens from a moment on, its normal stays the same to the last bit."""
    samples = _samples(sli)
    onward = _onward(sli, samples)
    for i, at in enumerate(LATER):
        values = samples.values.copy()
        values[samples.index(at) :] *= 3
        turned = _onward(sli, replace(samples, values=values))
        assert _same(onward[i], turned[i]), i
        assert np.array_equal(
            _words(onward[i], samples)[2][:60], _words(turned[i], samples)[2][:60]
        )


def test_where_it_cannot_go_on_it_says_so() -> None:
    """After an hour without samples, under a harm that goes on and in long units an anchor needs its own learning."""
    samples = _samples(gauge())
    states = samples.states.copy()
    states[samples.index(LATER[2] - 60 * STEP) : samples.index(LATER[2])] = Slot.GAP
    gone = replace(samples, states=states)
    hurt = [Past(at=ANCHOR - 90 * STEP, harmful=True)]
    slow = replace(samples, step_s=1800.0)
    late = [BEGIN + d * DAY for d in (50, 51)]

    def own(given: Samples, anchors: list[datetime], past: list[Past], unit_s: float) -> list[bool]:
        return [n is None for n in learn_onward(gauge(), given, anchors, past, unit_s=unit_s)]

    assert own(samples, LATER, [], 60) == [False] * 5
    assert own(gone, LATER, [], 60) == [False, False, True, False, False]
    assert own(samples, LATER, hurt, 60) == [False, True, True, True, True]
    assert own(slow, late, [], 1800) == [False, True]
    assert own(samples.between(ANCHOR - 50 * STEP, END), LATER[:2], [], 60) == [False, True]
