"""How much of what is really worse is found by default, by its size and by the time since the change."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.answers import LOOKS, PRODUCT, Answers, Flags
from bench.judgement.families import FAMILIES, Truth
from bench.judgement.intervals import clustered
from bench.judgement.peers.sketch import NAME as SKETCH
from bench.judgement.tables import Measured, Table, percent

TIMES = (5, 12, 30, 60)
LARGE = 5.0
"""Steps of this size and beyond are told apart by time."""
WORSE = tuple(f for f in FAMILIES if f.truth is Truth.WORSE)


def measure(answers: Sequence[Answers]) -> Measured:
    """The product by family and size, every method by family, and steps by time."""
    whole = [a.where(np.array([not f.history for f in a.facts])) for a in answers]
    product = next(a for a in whole if a.method == PRODUCT)
    over_time = {a.method: _over_time(a) for a in whole}
    return Measured(
        tables=(_by_size(product), _by_method(whole)),
        points={"time": {"looks": LOOKS, "found": over_time}},
    )


def _by_size(product: Answers) -> Table:
    rows = []
    for family in WORSE:
        for size in (None, *family.sizes):
            where = _family(product, family.name) & (
                np.array([size in (None, f.k) for f in product.facts], bool)
            )
            name = family.name if size is None else f"{family.name}, k = {size:g}"
            rows.append((name, *_row(product, where)))
    return Table(
        title="What is found",
        says="Harmful changes ever called ailing or unhealthy by then, in percent, by default. The size k is in "
        "deviations of the series' own hour-before-hour-after contrast; the limit is the share of such steps that this "
        "contrast itself could find at 1 % false alarms, were a step there from the first sample on.",
        head=("effect", "cases", "limit", *(f"{t} samples" for t in TIMES[:-1]), "60 samples"),
        rows=tuple(rows),
        note="In brackets the 95 % interval of a bootstrap over series.",
    )


def _row(said: Answers, where: Flags) -> tuple[str, ...]:
    facts = [f for f, keep in zip(said.facts, where, strict=True) if keep]
    if not facts:
        return ("0", *["–"] * (len(TIMES) + 1))
    limit = float(np.mean([f.limits[0] for f in facts]))
    early = [percent(float(said.alarmed(t)[where].mean())) for t in TIMES[:-1]]
    whole = clustered(said.alarmed(TIMES[-1])[where], [f.series for f in facts])
    return (str(len(facts)), percent(limit), *early, str(whole))


def _by_method(answers: Sequence[Answers]) -> Table:
    rows = [(a.method, *_cells(a)) for a in answers]
    sketch = next((a for a in answers if a.method == SKETCH), None)
    product = next(a for a in answers if a.method == PRODUCT)
    if sketch is not None:
        apart = [_less(product, sketch, where) for where in _columns(product)]
        rows.append((f"{PRODUCT} less {SKETCH}, points", *apart))
        hoped = {"step worse": "+ 8", "ramp worse": "+ 10"}
        rows.append(("hoped for", *(hoped.get(f.name, "") for f in WORSE), "+ 6", "+ 6", "+ 3", ""))
    return Table(
        title="What is found, beside peers",
        says="Share found by default within sixty samples, in percent, and large steps (k ≥ 5) by time. Whoever alarms "
        "half of the time finds much: read this beside the false alarms.",
        head=("method", *(f.name for f in WORSE), *(f"k ≥ 5 in {t}" for t in TIMES)),
        rows=tuple(rows),
        pictures=("time",),
    )


def _columns(said: Answers) -> list[tuple[Flags, int]]:
    """Which cases, and within how many samples, for each column of figures."""
    large = _large(said)
    families = [(_family(said, f.name), TIMES[-1]) for f in WORSE]
    return [*families, *((large, t) for t in TIMES)]


def _cells(said: Answers) -> list[str]:
    return [
        percent(float(said.alarmed(t)[where].mean())) if where.any() else "–"
        for where, t in _columns(said)
    ]


def _less(product: Answers, sketch: Answers, column: tuple[Flags, int]) -> str:
    """Points by which one finds more than the other, of the same cases, with a bootstrap over series."""
    where, t = column
    if not where.any():
        return "–"
    more = product.alarmed(t)[where].astype(float) - sketch.alarmed(t)[where]
    series = [f.series for f, keep in zip(product.facts, where, strict=True) if keep]
    names, at = np.unique(series, return_inverse=True)
    sums, sizes = np.bincount(at, weights=more), np.bincount(at)
    drawn = np.random.default_rng(0).integers(len(names), size=(1000, len(names)))
    low, high = np.quantile(sums[drawn].sum(1) / sizes[drawn].sum(1), [0.025, 0.975])
    return f"{100 * more.mean():+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def _over_time(said: Answers) -> list[float]:
    large = _large(said)
    return [float(v) for v in said.alarm[large].mean(axis=0)] if large.any() else []


def _family(said: Answers, name: str) -> Flags:
    return np.array([f.family == name for f in said.facts], bool)


def _large(said: Answers) -> Flags:
    return np.array([f.family == "step worse" and f.k >= LARGE for f in said.facts], bool)
