"""Whether 95 % intervals hold what was put in: by the size of the effect and by the samples seen."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.intervals import Share, clustered
from bench.judgement.placebo import SIZES, STOPS, Watches
from bench.judgement.product import Said
from bench.judgement.tables import Measured, Table

MOVED = ("step worse", "step better", "ramp worse")
STILL = ("nothing", "traffic")


def measure(said: Sequence[Said], watches: Sequence[Watches]) -> Measured:
    """Steps of a known size at placebo moments, by look; and every step of the cases, as the replay's lines have it."""
    rows, points = [], []
    for i, size in enumerate(SIZES):
        shares = [_at(watches, i, j) for j in range(len(STOPS))]
        rows.append((f"k = {size:g}", *(str(s) for s in shares)))
        points += [
            (size, stop, s.share, s.low, s.high) for stop, s in zip(STOPS, shares, strict=True)
        ]
    pooled = [_at(watches, None, j) for j in range(len(STOPS))]
    rows.append(("all", *(str(s) for s in pooled)))
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


def _at(watches: Sequence[Watches], size: int | None, stop: int) -> Share:
    flags: list[bool] = []
    clusters: list[str] = []
    for w in watches:
        for i in range(len(SIZES)) if size is None else (size,):
            told = w.told[:, i, stop]
            flags += [bool(x) for x in w.covered[told, i, stop]]
            clusters += [w.cluster] * int(told.sum())
    return clustered(np.array(flags, bool), clusters)


def _of_cases(said: Sequence[Said], family: str) -> Share:
    cases = [s for s in said if s.facts.family == family and not s.facts.history and s.interval]
    flags = [s.interval[0] <= s.facts.effect <= s.interval[1] for s in cases if s.interval]
    return clustered(np.array(flags, bool), [s.facts.series for s in cases])
