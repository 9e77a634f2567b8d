"""One SLI's rows on a regular grid, the last of two that share a slot kept; what was mended is counted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats, Samples, Slot, States
from shipwake.sources import SourceError
from shipwake.sources.files.gather import Piece
from shipwake.sources.files.rows import MICROSECONDS, Times

SPARSEST = 64
"""Slots a row, on average, beyond which the step must be wrong."""
SMALL = 100_000
"""Slots that are never too many."""
COARSER = 1.5
"""A configured step that is so much longer than the file's own would throw samples away."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What was not as it should be in one SLI's rows, and was put right."""

    out_of_order: int = 0
    duplicates: int = 0
    not_finite: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Gridded:
    """An SLI's samples, and what was mended of them."""

    samples: Samples
    mended: Mended


def measured_step_s(pieces: Sequence[Piece]) -> float:
    """The distance of the rows in seconds, whole seconds where that is meant; 0 where there is none."""
    steps = {piece.step_us for piece in pieces}
    if len(steps) == 1 and all(piece.uneven is None for piece in pieces) and (only := steps.pop()):
        return only / MICROSECONDS
    return _step_s(np.sort(_times(pieces)))


def lay(
    name: str, pieces: Sequence[Piece], columns: int, step_s: float | None, measured: float
) -> Gridded:
    """The grid of one SLI, anchored at its first row; raises SourceError where it has the other number of columns.

    `measured` is the file's own step in seconds (0: unknown), which holds where `step_s` is None, or so much longer
    that samples would be thrown away: nothing is averaged here.
    """
    times = _times(pieces)
    values = _columns(name, pieces, columns)
    times, values, out_of_order = _in_order(times, values)
    step = (
        step_s
        if step_s and (not measured or step_s <= COARSER * measured)
        else measured or step_s or 60.0
    )
    slots = np.rint((times - times[0]) / (step * MICROSECONDS)).astype(np.int64)
    length = int(slots[-1]) + 1
    if length > SMALL + SPARSEST * len(times):
        said = f"{name!r} has {len(times)} rows over {length} steps of {step:g} s"
        raise SourceError(f"{said}; set its step to the distance of its rows", permanent=True)
    last = np.append(slots[1:] != slots[:-1], True)
    whole = length == len(times) == int(last.sum())
    gridded = values if whole else np.full((length, columns), np.nan)
    if not whole:
        gridded[slots[last]] = values[last]
    states, not_finite = _states(gridded)
    samples = Samples(float(times[0]) / MICROSECONDS, step, gridded, states)
    return Gridded(samples, Mended(out_of_order, int((~last).sum()), not_finite))


def _times(pieces: Sequence[Piece]) -> Times:
    return np.concatenate([piece.times_us for piece in pieces])


def _columns(name: str, pieces: Sequence[Piece], columns: int) -> Floats:
    """All values with the columns that are wanted; a piece of nothing but gaps fits either."""
    found = []
    for piece in pieces:
        if piece.values.shape[1] == columns:
            found.append(piece.values)
        elif piece.values.shape[1] == 1 and np.isnan(piece.values).all():
            found.append(np.full((len(piece.values), columns), np.nan))
        else:
            has, needs = ("a value", "bad (or good) and total")[:: 1 if columns > 1 else -1]
            message = f"the rows of {name!r} have {has}; an SLI of its kind needs {needs}: change its kind, or the file"
            raise SourceError(message, permanent=True)
    return found[0] if len(found) == 1 else np.concatenate(found)


def _in_order(times: Times, values: Floats) -> tuple[Times, Floats, int]:
    """By time; of equal times the later row of the file stays later."""
    backwards = int((np.diff(times) < 0).sum())
    if not backwards:
        return times, values, 0
    order = np.argsort(times, kind="stable")
    return times[order], values[order], backwards


def _step_s(ordered: Times) -> float:
    """The mean distance of neighbouring rows, counting longer ones as several steps; 0 where there is none.

    Whole seconds are meant where they stray by less than half a step over all rows.
    """
    apart = np.diff(ordered)
    apart = apart[apart > 0] / MICROSECONDS
    if not len(apart):
        return 0.0
    steps = np.rint(apart / np.median(apart))
    seconds = float(apart[steps > 0].sum() / steps.sum())
    whole = round(seconds)
    if whole and abs(seconds - whole) * steps.sum() <= whole / 2:
        return float(whole)
    return max(seconds, 0.001)


def _states(values: Floats) -> tuple[States, int]:
    """What each slot holds; an infinite number is no measurement but an error, and becomes NaN."""
    finite = np.isfinite(values).all(axis=1)
    infinite = np.isinf(values).any(axis=1)
    states = np.where(
        finite, np.uint8(Slot.VALUE), np.where(infinite, np.uint8(Slot.ERROR), np.uint8(Slot.GAP))
    )
    values[~finite] = np.nan
    return states, int(infinite.sum())
