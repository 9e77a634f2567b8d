"""What is said where little is known: false alarms, words and power after histories of a few hundred samples."""

from collections.abc import Sequence

import numpy as np

from bench.judgement.answers import Answers
from bench.judgement.families import Truth
from bench.judgement.intervals import wilson
from bench.judgement.peers.sketch import NAME as SKETCH
from bench.judgement.product import Said
from bench.judgement.tables import Measured, Table, percent
from shipwake.domain import Health


def measure(said: Sequence[Said], answers: Sequence[Answers]) -> Measured:
    """One row for each length of history."""
    sketch = next((a for a in answers if a.method == SKETCH), None)
    lengths = sorted({s.facts.history for s in said if s.facts.history})
    rows = [
        _row(length, [s for s in said if s.facts.history == length], sketch) for length in lengths
    ]
    head = (
        "history",
        "harmless",
        "ailing or unhealthy, %",
        "improved, %",
        "unknown at the end, %",
        "steps",
        "found, k ≤ 3, %",
        "found, k = 5, %",
        "found, k ≥ 8, %",
        "sketch's false alarms, %",
    )
    return Measured(
        tables=(
            Table(
                title="Short histories",
                says="The same series, cut to their last samples before the change. Hoped for: at most 1.5 % of "
                "harmless changes called ailing or unhealthy at each length.",
                head=head,
                rows=tuple(rows),
                note="In brackets Wilson's 95 % interval.",
            ),
        )
    )


def _row(length: int, said: Sequence[Said], sketch: Answers | None) -> tuple[str, ...]:
    harmless = [s for s in said if s.facts.truth is Truth.HARMLESS]
    steps = [s for s in said if s.facts.truth is Truth.WORSE]
    found = [
        wilson([s.hurt(60) for s in steps if low <= s.facts.k <= high]).share
        for low, high in ((0, 3), (5, 5), (8, np.inf))
    ]
    return (
        f"{length} samples",
        str(len(harmless)),
        str(wilson([s.hurt(60) for s in harmless])),
        str(wilson([s.within(60, Health.IMPROVED) for s in harmless])),
        percent(wilson([s.last.health is Health.UNKNOWN for s in harmless]).share),
        str(len(steps)),
        *(percent(share) for share in found),
        _of_sketch(sketch, length),
    )


def _of_sketch(sketch: Answers | None, length: int) -> str:
    if sketch is None:
        return "–"
    where = [f.history == length and f.truth is Truth.HARMLESS for f in sketch.facts]
    return str(wilson(sketch.alarmed(60)[np.array(where, bool)]))
