"""Whether 95 % intervals hold what was put in: by the size of the effect and by the samples seen."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from bench.judgement.intervals import Share, clustered
from bench.judgement.placebo import SIZES, STOPS, Moved, Watches
from bench.judgement.product import Said
from bench.judgement.tables import Measured, Table

MOVED = ("step worse", "step better", "ramp worse")
STILL = ("nothing", "traffic")


def measure(said: Sequence[Said], watches: Sequence[Watches]) -> Measured:
    """Steps of a known size at placebo moments, by look; and every step of the cases, as the replay's lines have it."""
    rows, points = [], []
    for size in SIZES:
        shares = [_at(watches, stop, partial(_of_size, size)) for stop in STOPS]
        rows.append((f"k = {size:g}", *(str(s) for s in shares)))
        points += [
            (size, stop, s.share, s.low, s.high) for stop, s in zip(STOPS, shares, strict=True)
        ]
    rows += [(name, *(str(_at(watches, stop, of)) for stop in STOPS)) for name, of in WAYS.items()]
    rows += [
        (f"cases, {name}", *["" for _ in STOPS[:-1]], str(_of_cases(said, name)))
        for name in (*MOVED, *STILL)
    ]
    table = Table(
        title="Do intervals cover?",
        says="Steps of known size, up or down, put into quiet moments of real series: the share of 95 % intervals that "
        "hold the true move of the samples so far, in percent. Hoped for: 93 to 97. Where a step is cut at zero, the "
        "true move is what was left of it.",
        head=("effect", *(f"{stop} samples" for stop in STOPS)),
        rows=tuple(rows),
        note="In brackets the 95 % interval of a bootstrap over series. *Cases* are those of the tables above, as "
        "`shipwake replay` tells them at the last look.",
        pictures=("coverage",),
    )
    return Measured(tables=(table,), points={"coverage": points})


WAYS: dict[str, Callable[[Moved], bool]] = {
    "up": lambda m: m.size > 0 and m.sign > 0,
    "down, not cut at zero": lambda m: m.size > 0 and m.sign < 0 and not m.cut,
    "down, cut at zero": lambda m: m.size > 0 and m.sign < 0 and m.cut,
    "all": lambda _: True,
}


def _of_size(size: float, moved: Moved) -> bool:
    return moved.size == size


def _at(watches: Sequence[Watches], stop: int, wanted: Callable[[Moved], bool]) -> Share:
    found = [(m.held, w.cluster) for w in watches for m in w.moved if m.stop == stop and wanted(m)]
    return clustered(np.array([held for held, _ in found], bool), [name for _, name in found])


def _of_cases(said: Sequence[Said], family: str) -> Share:
    cases = [s for s in said if s.facts.family == family and not s.facts.history and s.interval]
    flags = [s.interval[0] <= s.facts.effect <= s.interval[1] for s in cases if s.interval]
    return clustered(np.array(flags, bool), [s.facts.series for s in cases])
