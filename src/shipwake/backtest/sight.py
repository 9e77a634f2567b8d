"""What size of step the judge would have seen, and how soon: steps of every size put where nothing changed."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np

from shipwake.backtest.step import Ruler
from shipwake.domain import Floats, Look, Samples, Sight
from shipwake.judge import Level, Normal, abreast, assess, at_last, evidence_of

AFTER = (5, 15, 60)
"""Samples after which it is asked what would have been seen."""
POWER = 0.8
STRIDE = 2
Rungs = tuple[int | None, ...]
"""For each of AFTER the place of the smallest size that was found; None where none was."""


def sights(
    normal: Normal, after: Samples, looks: Sequence[Look], held: Level, ruler: Ruler
) -> Rungs:
    """The smallest sizes of `ruler` that are called worse at the last look of each of AFTER.

    The evidence for all sizes is found at once; what is clear enough is called worse from the first size on that no
    `notice` hides. No evidence is lost from look to look, so no size needs to be smaller than what a later look sees.
    """
    stepped = ruler.all_stepped(after, normal.before.mean or 0.0, ruler.sizes)
    unit = timedelta(seconds=normal.unit_s)
    found: list[int | None] = []
    low = 0
    for samples in reversed(AFTER):
        look = next((x for x in reversed(looks) if x.elapsed <= samples * unit), None)
        place = None if look is None else _smallest(normal, after, look, held, stepped[low:])
        if place is None:
            found += [None] * (len(AFTER) - len(found))
            break
        low += place
        found.append(low)
    return tuple(reversed(found))


def _smallest(
    normal: Normal, after: Samples, look: Look, held: Level, stepped: Floats
) -> int | None:
    """The place of the first of `stepped` [sizes, k, columns] that a look calls worse; None where it calls none so."""
    model = normal.model
    if model is None:
        return None
    watches = abreast(normal, after, look, stepped)
    worse, _ = evidence_of(model, watches, normal.sli.better)
    clear = np.flatnonzero(at_last(worse, watches) <= held.early)
    if not len(clear):
        return None

    def seen(place: int) -> bool:
        return assess(normal, replace(after, values=stepped[place]), look, held).health.hurts

    start = int(clear[0])
    return first(seen, start, len(stepped) - 1, start)


def first(seen: Callable[[int], bool], low: int, high: int, guess: int) -> int | None:
    """The first place from `low` to `high` that is seen, sought from `guess` on; None where not even the last is."""
    at, stride = min(max(guess, low), high), STRIDE
    if seen(at):
        high = at
        while high > low:
            at = max(high - stride, low)
            if not seen(at):
                low = at + 1
                break
            high, stride = at, 2 * stride
    else:
        while at < high and not seen(min(at + stride, high)):
            at, stride = min(at + stride, high), 2 * stride
        if at == high:
            return None
        low, high = at + 1, min(at + stride, high)
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if seen(middle) else (middle + 1, high)
    return low


def summary(
    ruler: Ruler, unit_s: float, rungs: Sequence[Rungs], levels: Sequence[float]
) -> tuple[Sight, ...]:
    """For each of AFTER the size that was seen at four of five moments; `levels` are those before the moments."""
    level = float(np.median(levels)) if len(levels) else 0.0
    sights_ = []
    for k, samples in enumerate(AFTER):
        places = sorted(len(ruler.sizes) if p is None else p for p in (r[k] for r in rungs))
        place = places[int(np.ceil(POWER * len(places))) - 1] if places else len(ruler.sizes)
        size: float | None = None
        relative: float | None = None
        if place < len(ruler.sizes):
            size, relative = ruler.shown(float(ruler.sizes[place]), level)
        largest, _ = ruler.shown(float(ruler.sizes[-1]), level)
        sights_.append(
            Sight(
                samples=samples,
                after_s=samples * unit_s,
                size=size,
                relative=relative,
                largest=largest,
                moments=len(rungs),
            )
        )
    return tuple(sights_)
