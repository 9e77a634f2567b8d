"""Judge moments at which nothing happened, straight through the judge's door: what p-values and intervals are worth.

Each watch learns anew, as a real one does. No two watches of a series share a sample after the change.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from bench.judgement.answers import Flags
from bench.judgement.cases import LEAST_HISTORY, LEAST_SEEN, LONGEST_STEP_S, MOST_S, quiet_moments
from bench.judgement.families import Chance
from bench.judgement.generated import PROCESSES
from bench.judgement.noise import WIDTH, contrasts, filled, unit_of
from bench.judgement.processes import shared_out
from bench.judgement.series import Series
from shipwake.domain import Assessment, Better, Floats, Look, Samples, Sli, from_epoch
from shipwake.judge import Level, Normal, assess, learn

SIZES = (0.0, 2.0, 5.0, 12.0)
STOPS = (12, 30, 60)
SHARE = 0.6
"""Moments lie in this last part of a series."""
LEVEL = Level(early=0.008, later=0.002)
"""What one indicator alone is held against at the default caution; only words hang on it."""
BEGUN_S = 1.7e9
PAST = 7 * 1440
"""Samples of a made-up past: a week of minutes."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Watches:
    """Watches of one series, or of one made-up past: `p` [n, 2] (worse, better) of the whole watch.

    `covered` [n, sizes, stops] says whether the interval held the move that was put in, `told` whether there was one.
    """

    cluster: str
    p: Floats
    covered: Flags
    told: Flags


def watch_series(series: Sequence[Series], *, most: int, seed: int, jobs: int) -> list[Watches]:
    """Watches of every series that has room for them, at most `most` of each."""
    found = shared_out(partial(_of_series, most=most, seed=seed), series, jobs)
    return [w for w in found if w is not None]


def watch_futures(*, pasts: int, futures: int, seed: int, jobs: int) -> list[Watches]:
    """Watches of made-up series: `pasts` of them, each with so many futures that differ by chance alone."""
    work = partial(_of_past, futures=futures, seed=seed)
    return shared_out(work, list(range(pasts)), jobs)


def _of_series(series: Series, *, most: int, seed: int) -> Watches | None:
    moments = quiet_moments(series, LEAST_HISTORY, SHARE)
    moments = moments[np.unique(moments // WIDTH, return_index=True)[1]]
    apart = moments[np.diff(moments, prepend=-WIDTH) >= WIDTH]
    if not len(apart) or series.step_s > LONGEST_STEP_S:
        return None
    chance = np.random.default_rng([seed, len(series), len(apart)])
    drawn = np.sort(chance.choice(apart, min(most, len(apart)), replace=False))
    watched = [w for at in drawn if (w := _watch(series, int(at), chance)) is not None]
    if not watched:
        return None
    p, covered, told = zip(*watched, strict=True)
    return Watches(
        cluster=f"{series.dataset}/{series.id}",
        p=np.array(p),
        covered=np.array(covered),
        told=np.array(told),
    )


def _watch(
    series: Series, at: int, chance: Chance
) -> tuple[tuple[float, float], Flags, Flags] | None:
    past = series.values[max(0, at - int(MOST_S / series.step_s)) : at]
    after = series.values[at : at + WIDTH]
    if np.isfinite(past).sum() < LEAST_SEEN or not unit_of(contrasts(filled(past))) > 0:
        return None
    normal = learned(past, series.step_s)
    noise, floor = unit_of(contrasts(filled(past))), 0.0 if np.nanmin(past) >= 0 else -np.inf
    covered = np.zeros((len(SIZES), len(STOPS)), bool)
    told = np.zeros_like(covered)
    sign = float(chance.choice([-1.0, 1.0]))
    for i, size in enumerate(SIZES):
        moved = np.maximum(after + sign * size * noise, floor)
        for j, stop in enumerate(STOPS):
            effect = judged(normal, moved[:stop]).effect
            told[i, j] = effect is not None
            if effect is not None:
                true = float(np.mean(moved[:stop] - after[:stop]))
                covered[i, j] = effect.low <= true <= effect.high
    whole = judged(normal, after)
    return (whole.p_worse, whole.p_better), covered, told


def _of_past(number: int, *, futures: int, seed: int) -> Watches:
    process = PROCESSES[number % len(PROCESSES)]
    chance = np.random.default_rng([seed, number])
    past, last = process.past(PAST, chance)
    normal = learned(past, process.step_s)
    drawn = process.futures(PAST, last, futures, chance)
    whole = [judged(normal, future) for future in drawn]
    none = np.zeros((futures, 0, 0), bool)
    return Watches(
        cluster=f"{process.name} {number}",
        p=np.array([(a.p_worse, a.p_better) for a in whole]),
        covered=none,
        told=none,
    )


def learned(past: Floats, step_s: float) -> Normal:
    """The normal of a gauge, lower better, from samples that end where the change is."""
    step = timedelta(seconds=step_s)
    sli = Sli(name="watched", better=Better.LOWER, step=step)
    start, anchor = from_epoch(BEGUN_S), from_epoch(BEGUN_S + len(past) * step_s)
    return learn(sli, Samples.of(start, step, past), anchor, (), unit_s=step_s)


def judged(normal: Normal, after: Floats) -> Assessment:
    """One look at all samples so far; its p-values hold for the whole watch."""
    step = timedelta(seconds=normal.unit_s)
    due = normal.anchor + len(after) * step
    look = Look(change="c", sli=normal.sli.name, number=1, due=due, anchor=normal.anchor)
    return assess(normal, Samples.of(normal.anchor, step, after), look, LEVEL)
