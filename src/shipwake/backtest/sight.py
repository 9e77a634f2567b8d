"""What size of step the judge would have seen, and how soon: steps of every size put where nothing changed."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import numpy as np

from shipwake.backtest.step import Ruler
from shipwake.domain import Look, Samples, Sight
from shipwake.judge import Level, Normal, assess

AFTER = (5, 15, 60)
"""Samples after which it is asked what would have been seen."""
POWER = 0.8
Rungs = tuple[int | None, ...]
"""For each of AFTER the place of the smallest size that was found; None where none was."""


def sights(
    normal: Normal, after: Samples, looks: Sequence[Look], held: Level, ruler: Ruler
) -> Rungs:
    """The smallest sizes of `ruler` that are called worse at the last look of each of AFTER.

    A larger step moves every sample further, and no evidence is lost from look to look: so each is found by halving,
    and none needs to be smaller than what a later look finds.
    """
    level = normal.before.mean or 0.0
    unit = timedelta(seconds=normal.unit_s)
    found: list[int | None] = []
    low = 0
    for samples in reversed(AFTER):
        look = next((x for x in reversed(looks) if x.elapsed <= samples * unit), None)

        def seen(place: int, look: Look | None = look) -> bool:
            if look is None:
                return False
            moved = ruler.stepped(after, level, float(ruler.sizes[place]))
            return assess(normal, moved, look, held).health.hurts

        place = _first(seen, low, len(ruler.sizes) - 1)
        found.append(place)
        if place is None:
            found += [None] * (len(AFTER) - len(found))
            break
        low = place
    return tuple(reversed(found))


def _first(seen: Callable[[int], bool], low: int, high: int) -> int | None:
    """The first place from `low` to `high` that is seen; None where not even the last is."""
    if not seen(high):
        return None
    while low < high:
        middle = (low + high) // 2
        if seen(middle):
            high = middle
        else:
            low = middle + 1
    return low


def summary(
    ruler: Ruler, unit_s: float, rungs: Sequence[Rungs], levels: Sequence[float]
) -> tuple[Sight, ...]:
    """For each of AFTER the size that was seen at four of five moments; `levels` are those before the moments."""
    level = float(np.median(levels)) if len(levels) else 0.0
    sights_ = []
    for k, samples in enumerate(AFTER):
        places = sorted(len(ruler.sizes) if r[k] is None else r[k] for r in rungs)
        place = places[int(np.ceil(POWER * len(places))) - 1] if places else len(ruler.sizes)
        size, relative = None, None
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
