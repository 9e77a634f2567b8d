"""What was pushed, held against what a measurement can be; what cannot be is left out and counted, never silently."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from shipwake.domain import BadInputError, Floats, Slot
from shipwake.store.grid import LONGEST_S, SHORTEST_S

AHEAD = timedelta(days=1)
BEHIND = timedelta(days=366)
"""How far from now a sample's time may lie: a sender's clock ahead, and a back-fill."""
FUTURE, TOO_OLD, NO_TIME = "in the future", "too old", "no time"
NOT_FINITE, NEGATIVE, PART_ABOVE_TOTAL = "not finite", "negative count", "part above total"
SAME_STEP = "more than one in a step"
RATIO = 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Push:
    """Samples of one SLI: `times_s` epoch seconds of shape [n], `values` of shape [n, columns].

    `state` says what they are: values (where a row of NaN says that there was nothing to measure,
    a gap), gaps, or errors of the source; of the latter two no value is kept.
    """

    sli: str
    step_s: float
    columns: int
    times_s: Floats
    values: Floats
    state: Slot = Slot.VALUE


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """How many samples were stored, and how many were left out for which reason."""

    stored: int
    reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Measured:
    """The samples of a push that can be measurements: `states` of Slot beside them, shape [n]."""

    push: Push
    times_s: Floats
    values: Floats
    states: npt.NDArray[np.uint8]
    reasons: dict[str, int]


def push_of(
    sli: str,
    step_s: float,
    columns: int,
    times_s: npt.ArrayLike,
    values: npt.ArrayLike,
    state: Slot = Slot.VALUE,
) -> Push:
    """A push with its shapes checked; raises BadInputError where they cannot be meant."""
    times = np.asarray(times_s, dtype=np.float64)
    numbers = np.asarray(values, dtype=np.float64)
    if numbers.ndim == 1:
        numbers = numbers.reshape(-1, columns if not len(numbers) else 1)
    if times.ndim != 1 or numbers.shape != (len(times), columns):
        message = f"samples of {sli!r} have shape {numbers.shape}; send one time and {columns} numbers each"
        raise BadInputError(message)
    if not SHORTEST_S <= step_s <= LONGEST_S:
        message = f"the step of {sli!r} is {step_s:g} s; allowed from one second to a day"
        raise BadInputError(message)
    if columns not in (1, RATIO):
        message = f"{sli!r} has {columns} numbers a sample; allowed are 1, or 2 for a ratio"
        raise BadInputError(message)
    return Push(
        sli=sli, step_s=step_s, columns=columns, times_s=times, values=numbers, state=Slot(state)
    )


def admit(push: Push, now: datetime) -> Measured:
    """The samples that can be measurements, and a count for each reason why others cannot."""
    times, values = push.times_s, push.values.reshape(len(push.times_s), push.columns)
    faults: list[tuple[str, Any]] = [
        (NO_TIME, ~np.isfinite(times)),
        (FUTURE, times > (now + AHEAD).timestamp()),
        (TOO_OLD, times < (now - BEHIND).timestamp()),
    ]
    if push.state is Slot.VALUE:
        states = np.where(np.isnan(values).any(axis=1), Slot.GAP, Slot.VALUE).astype(np.uint8)
        faults.append((NOT_FINITE, np.isinf(values).any(axis=1)))
        if push.columns == RATIO:
            faults.append((NEGATIVE, (values < 0).any(axis=1)))
            faults.append((PART_ABOVE_TOTAL, values[:, 0] > values[:, 1]))
    else:
        states = np.full(len(times), push.state, np.uint8)
    good, reasons = _sorted_out(faults, len(times))
    kept = np.where((states == Slot.VALUE)[:, None], values, np.nan)
    return Measured(
        push=push, times_s=times[good], values=kept[good], states=states[good], reasons=reasons
    )


def _sorted_out(
    faults: Sequence[tuple[str, Any]], count: int
) -> tuple[npt.NDArray[np.bool_], dict[str, int]]:
    """Which samples have no fault, and the first fault of each of the others, counted."""
    good = np.ones(count, np.bool_)
    reasons: dict[str, int] = {}
    for reason, fault in faults:
        found = int(np.count_nonzero(fault & good))
        if found:
            reasons[reason] = found
        good &= ~fault
    return good, reasons
