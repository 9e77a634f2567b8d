"""Judge moments at which nothing happened, straight through the judge's door: what p-values and intervals are worth.

Each watch learns anew, as a real one does. No two watches of a series share a sample after the change.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import numpy as np

from bench.judgement.cases import LEAST_HISTORY, LEAST_SEEN, LONGEST_STEP_S, MOST_S, quiet_moments
from bench.judgement.generated import PROCESSES
from bench.judgement.noise import WIDTH, contrasts, filled, unit_of
from bench.judgement.processes import shared_out
from bench.judgement.series import Series
from shipwake.domain import Assessment, Better, Floats, Look, Samples, Sli, from_epoch
from shipwake.judge import Level, Normal, abreast, assess, at_last, evidence_of, learn

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

    Into the first of them effects were put: `moved`.
    """

    cluster: str
    p: Floats
    moved: tuple["Moved", ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One step of `size` at a placebo moment, seen after `stop` samples: whether its interval held the true move.

    `sign` is its direction; `cut` says that zero cut it short in at least one sample.
    """

    size: float
    stop: int
    sign: int
    cut: bool
    held: bool


def watch_series(
    series: Sequence[Series], *, most: int, moved: int, seed: int, jobs: int
) -> list[Watches]:
    """Watches of every series that has room for them, at most `most` of each, with effects put into `moved`."""
    found = shared_out(partial(_of_series, most=most, moved=moved, seed=seed), series, jobs)
    return [w for w in found if w is not None]


def watch_futures(*, pasts: int, futures: int, seed: int, jobs: int) -> list[Watches]:
    """Watches of made-up series: `pasts` of them, each with so many futures that differ by chance alone."""
    work = partial(_of_past, futures=futures, seed=seed)
    return shared_out(work, list(range(pasts)), jobs)


def _of_series(series: Series, *, most: int, moved: int, seed: int) -> Watches | None:
    moments = quiet_moments(series, LEAST_HISTORY, SHARE)
    moments = moments[np.unique(moments // WIDTH, return_index=True)[1]]
    apart = moments[np.diff(moments, prepend=-WIDTH) >= WIDTH]
    if not len(apart) or series.step_s > LONGEST_STEP_S:
        return None
    chance = np.random.default_rng([seed, len(series), len(apart)])
    drawn = chance.choice(apart, min(most, len(apart)), replace=False)
    ways = chance.choice([-1, 1], len(drawn))
    found = [_watch(series, int(at)) for at in drawn]
    watched = [w for w in found if w is not None]
    steps = [
        _stepped(*w, sign=int(way))
        for w, way in zip(found[:moved], ways, strict=False)
        if w is not None
    ]
    if not watched:
        return None
    whole = [judged(normal, after) for normal, _, after in watched]
    return Watches(
        cluster=f"{series.dataset}/{series.id}",
        p=np.array([(a.p_worse, a.p_better) for a in whole]),
        moved=tuple(m for step in steps for m in step),
    )


def _watch(series: Series, at: int) -> tuple[Normal, Floats, Floats] | None:
    """The normal at a moment, what it was learned from, and the samples of a watch."""
    past = series.values[max(0, at - int(MOST_S / series.step_s)) : at]
    if np.isfinite(past).sum() < LEAST_SEEN or not unit_of(contrasts(filled(past))) > 0:
        return None
    return learned(past, series.step_s), past, series.values[at : at + WIDTH]


def _stepped(normal: Normal, past: Floats, after: Floats, *, sign: int) -> Iterator[Moved]:
    """Every size at every stop, of those looks that tell an effect; true is the move that zero left."""
    noise, floor = unit_of(contrasts(filled(past))), 0.0 if np.nanmin(past) >= 0 else -np.inf
    for size in SIZES:
        wanted = after + sign * size * noise
        moved = np.maximum(wanted, floor)
        for stop in STOPS:
            effect = judged(normal, moved[:stop]).effect
            if effect is not None:
                true = float(np.mean(moved[:stop] - after[:stop]))
                yield Moved(
                    size=size,
                    stop=stop,
                    sign=sign,
                    cut=bool(np.any(moved[:stop] > wanted[:stop])),
                    held=effect.low <= true <= effect.high,
                )


def _of_past(number: int, *, futures: int, seed: int) -> Watches:
    process = PROCESSES[number % len(PROCESSES)]
    chance = np.random.default_rng([seed, number])
    past, last = process.past(PAST, chance)
    normal = learned(past, process.step_s)
    drawn = process.futures(PAST, last, futures, chance)
    if normal.model is None:
        raise ValueError(normal.detail)
    step = timedelta(seconds=process.step_s)
    seen = abreast(
        normal,
        Samples.of(normal.anchor, step, drawn[0]),
        _look(normal, drawn[0]),
        drawn[:, :, None],
    )
    p = evidence_of(normal.model, seen, normal.sli.better)
    return Watches(
        cluster=f"{process.name} {number}",
        p=np.stack([at_last(way, seen) for way in p], axis=1),
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
    return assess(normal, Samples.of(normal.anchor, step, after), _look(normal, after), LEVEL)


def _look(normal: Normal, after: Floats) -> Look:
    due = normal.anchor + len(after) * timedelta(seconds=normal.unit_s)
    return Look(change="c", sli=normal.sli.name, number=1, due=due, anchor=normal.anchor)
