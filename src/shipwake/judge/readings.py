"""Numbers fit to be judged from samples: refuses what cannot be a measurement, and says how many."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats, Samples, SliKind, Slot
from shipwake.judge.past import Flags

BEYOND = 1e100
"""No indicator has such values; their squares would leave what a float can hold."""
NOTHING = 1e-9
"""A total up to this counted nothing."""
SLACK = 1.05
"""Part over total up to this is extrapolation by the source, not nonsense."""


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """One number a slot, shape [n]; `values` is 0 where not `ok`.

    For a ratio `values` is part / total and `totals` the weight of each slot; for the others
    `totals` is empty. `answered` slots hold a sample even where it says nothing (a total of zero).
    """

    values: Floats
    parts: Floats
    totals: Floats
    ok: Flags
    answered: Flags
    refused: int
    unsure: Flags
    """Slots of which the source could not be asked."""

    def __len__(self) -> int:
        return len(self.ok)


def readings(samples: Samples, kind: SliKind) -> Readings:
    """What of `samples` can be judged; infinite, absurd or impossible numbers are refused."""
    present, unsure = samples.present, samples.states == Slot.ERROR
    if kind is SliKind.RATIO:
        return _ratio(samples, present, unsure)
    raw = samples.values[:, 0]
    with np.errstate(invalid="ignore"):
        ok = present & (np.abs(raw) < BEYOND)
        if kind is SliKind.COUNT:
            ok &= raw >= 0
    values = np.where(ok, raw, 0.0)
    nothing = np.empty(0)
    return Readings(values, values, nothing, ok, ok, int(np.sum(present & ~ok)), unsure)


def _ratio(samples: Samples, present: Flags, unsure: Flags) -> Readings:
    if samples.values.shape[1] < 2:
        blank = np.zeros(len(samples))
        none = np.zeros(len(samples), bool)
        return Readings(blank, blank, blank, none, none, int(np.sum(present)), unsure)
    part, total = samples.values[:, 0], samples.values[:, 1]
    with np.errstate(invalid="ignore", over="ignore"):
        sane = present & (total >= 0) & (total < BEYOND) & (part >= 0)
        sane &= part <= SLACK * total + 1
        ok = sane & (total > NOTHING)
    totals = np.where(ok, total, 0.0)
    parts = np.where(ok, np.minimum(np.where(ok, part, 0.0), totals), 0.0)
    values = np.divide(parts, totals, out=np.zeros(len(totals)), where=ok)
    return Readings(values, parts, totals, ok, sane, int(np.sum(present & ~sane)), unsure)
