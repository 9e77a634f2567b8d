"""Whether a p-value is what it says: the observed share of harmless watches at or below it, worse and better."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.intervals import Share, clustered
from bench.judgement.placebo import Watches
from bench.judgement.tables import Measured, Table

NOMINAL = (0.1, 0.05, 0.01, 0.001)
FARTHEST = 1e-4
HOPED = {0.01: "1.3", 0.001: "2", FARTHEST: "3"}
WAYS = ("worse", "better")


def measure(real: Sequence[Watches], made_up: Sequence[Watches]) -> Measured:
    """Real series down to one in a thousand; generators, with watches enough, to one in ten thousand."""
    rows, points = [], []
    for source, watches, nominal in (
        ("real series", real, NOMINAL),
        ("generators", made_up, (*NOMINAL, FARTHEST)),
    ):
        for level in nominal:
            for way, name in enumerate(WAYS):
                share = _observed(watches, way, level)
                rows.append((f"{source}, {name}", f"{level:g}", *_cells(share, level)))
                points.append((source, name, level, share.share, share.low, share.high))
    series, moments = len(real), sum(len(w.p) for w in real)
    pasts, futures = len(made_up), sum(len(w.p) for w in made_up)
    table = Table(
        title="Is p right?",
        says=f"{moments:,} whole watches at quiet moments of {series} real series, no two sharing a sample after "
        f"the change, each learned anew; and {futures:,} watches of {pasts} made-up pasts. A p-value holds for the "
        "whole watch, repeated looks included.",
        head=(
            "watches",
            "nominal",
            "observed",
            "95 % interval",
            "observed / nominal",
            "hoped for, at most",
        ),
        rows=tuple(rows),
        note="The interval is a bootstrap over series (over made-up pasts). Below 0.1 a p-value is a fitted tail.",
        pictures=("calibration",),
    )
    return Measured(tables=(table,), points={"calibration": points})


def _observed(watches: Sequence[Watches], way: int, level: float) -> Share:
    if not watches:
        return Share(0, 0, float("nan"), float("nan"))
    flags = np.concatenate([w.p[:, way] <= level for w in watches])
    return clustered(flags, [w.cluster for w in watches for _ in w.p])


def _cells(share: Share, level: float) -> tuple[str, str, str, str]:
    factor = HOPED.get(level)
    return (
        f"{share.share:.2g}",
        f"{share.low:.2g} to {share.high:.2g}",
        f"{share.share / level:.2f}",
        f"× {factor}" if factor else "",
    )
