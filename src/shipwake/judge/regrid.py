"""Samples at the resolution of one unit, with a slot boundary on the anchor; it never fills a gap."""

from datetime import datetime

import numpy as np

from shipwake.domain import Floats, Samples, Slot, States, utc
from shipwake.judge.moments import Index

GRACE = 1e-6
"""Share of a unit by which a label may lie before a boundary and still count as on it."""


def regrid(
    samples: Samples, unit_s: float, anchor: datetime, *, add: bool | None = None
) -> Samples:
    """`samples` with a step of `unit_s` seconds and a slot labelled `anchor` + k·unit.

    Finer steps are added up (`add`; by default for two columns, which are counts) or averaged. A slot
    holds a value when at least half of its finer slots do; else it keeps the worst that is known of
    them: error, then gap, then not arrived. Samples that already have that step are returned as they
    are, with the labels their source gave them; those of a coarser step leave gaps in between.
    """
    ratio = unit_s / samples.step_s
    if len(samples) == 0:
        return Samples(
            utc(anchor).timestamp(), unit_s, samples.values[:0], samples.states[:0], samples.missing
        )
    if abs(ratio - 1) < GRACE:
        return samples
    anchor_s = utc(anchor).timestamp()
    slots = np.floor((samples.times_s - anchor_s) / unit_s + GRACE).astype(np.int64)
    first, size = int(slots[0]), int(slots[-1] - slots[0]) + 1
    where = slots - first
    present = samples.present
    held = np.bincount(where, weights=present, minlength=size).astype(np.float64)
    full = held >= max(1.0, ratio) / 2
    adding = samples.values.shape[1] > 1 if add is None else add
    columns = [
        _gathered(column, where, size, held, per=max(1.0, ratio) if adding else 1.0, keep=adding)
        for column in np.where(present[:, None], samples.values, 0.0).T
    ]
    values = np.stack(columns, axis=1)
    values[~full] = np.nan
    states = np.where(full, np.uint8(Slot.VALUE), _worst(samples, where, size))
    return Samples(anchor_s + first * unit_s, unit_s, values, states, samples.missing)


def _gathered(
    column: Floats, where: Index, size: int, held: Floats, *, per: float, keep: bool
) -> Floats:
    """Mean of each slot, times the number of finer slots it should have where counts are added."""
    with np.errstate(over="ignore", invalid="ignore"):
        sums = np.bincount(where, weights=column, minlength=size)
        means = sums / np.maximum(held, 1)
    return means * per if keep else means


def _worst(samples: Samples, where: Index, size: int) -> States:
    """State of a slot that holds no value; a slot without any finer slot is a gap."""
    states = np.full(size, np.uint8(Slot.GAP))
    for state in (Slot.NOT_ARRIVED, Slot.GAP, Slot.ERROR):
        states[where[samples.states == state]] = np.uint8(state)
    return states
