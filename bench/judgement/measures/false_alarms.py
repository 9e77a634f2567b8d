"""How often a harmless change is called harmful at any look, and how often improved; by family and method."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.answers import PRODUCT, Answers
from bench.judgement.cases import Facts
from bench.judgement.families import FAMILIES, Truth
from bench.judgement.intervals import wilson
from bench.judgement.peers.sketch import NAME as SKETCH
from bench.judgement.product import Said
from bench.judgement.tables import Measured, Table, percent
from shipwake.domain import Health

HARMLESS = tuple(f.name for f in FAMILIES if f.truth is Truth.HARMLESS)
WATCH = 60


def measure(said: Sequence[Said], answers: Sequence[Answers]) -> Measured:
    """Both tables; cases with a cut history are measured apart."""
    harmless = [s for s in said if _harmless(s.facts)]
    sketch = next((a for a in answers if a.method == SKETCH), None)
    return Measured(tables=(_of_product(harmless, sketch), _of_all(answers)))


def _of_product(said: Sequence[Said], sketch: Answers | None) -> Table:
    rows = []
    datasets = sorted({s.facts.dataset for s in said})
    for name in ("all", *HARMLESS, *(f"all of {d}" for d in datasets)):
        cases = [s for s in said if name in _names(s.facts)]
        worse = wilson([s.hurt(WATCH) for s in cases])
        improved = wilson([s.within(WATCH, Health.IMPROVED) for s in cases])
        hoped = {"all": "≤ 0.8"}.get(name, "≤ 1.2" if name in HARMLESS else "")
        theirs = _of_sketch(sketch, name)
        rows.append((name, str(len(cases)), str(worse), str(improved), hoped, theirs))
    return Table(
        title="False alarms",
        says="Of harmless changes, those ever called ailing or unhealthy, and those ever called improved, at the "
        "default `caution: 1%` of which four fifths are for these looks.",
        head=(
            "family",
            "cases",
            "ailing or unhealthy, %",
            "improved, %",
            "hoped for, %",
            "sketch's alarms, %",
        ),
        rows=tuple(rows),
        note="In brackets Wilson's 95 % interval.",
    )


def _of_all(answers: Sequence[Answers]) -> Table:
    rows = []
    for said in answers:
        family = np.array([f.family for f in said.facts], dtype=str)
        harmless = np.array([_harmless(f) for f in said.facts], bool)
        alarm = said.alarmed(WATCH)
        each = [percent(_mean(alarm[harmless & (family == name)])) for name in HARMLESS]
        rows.append((said.method, str(harmless.sum()), str(wilson(alarm[harmless])), *each))
    return Table(
        title="False alarms beside peers",
        says=f"The same cases, each method with its own default, in percent. {PRODUCT} and the quick methods are asked "
        "of all cases, slow ones of the first of each of these families.",
        head=("method", "cases", "all", *HARMLESS),
        rows=tuple(rows),
    )


def _of_sketch(sketch: Answers | None, name: str) -> str:
    """The sketch's alarms on the cases of one row."""
    if sketch is None:
        return "–"
    where = [_harmless(f) and name in _names(f) for f in sketch.facts]
    return str(wilson(sketch.alarmed(WATCH)[np.array(where, bool)]))


def _harmless(facts: Facts) -> bool:
    return facts.truth is Truth.HARMLESS and not facts.history


def _names(facts: Facts) -> tuple[str, ...]:
    """The rows that a case counts in."""
    return ("all", facts.family, f"all of {facts.dataset}")


def _mean(flags: np.ndarray) -> float:
    return float(flags.mean()) if len(flags) else float("nan")
