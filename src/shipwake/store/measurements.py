"""What was pushed, held against what a measurement can be; what cannot be is left out and counted, never silently."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from shipwake.domain import BadInputError, Floats, Slot, States
from shipwake.store.grid import LONGEST_S, SHORTEST_S

AHEAD = timedelta(days=1)
BEHIND = timedelta(days=366)
"""How far from now a sample's time may lie: a sender's clock ahead, and a back-fill."""
FUTURE, TOO_OLD, NO_TIME = "in the future", "too old", "no time"
NOT_FINITE, NEGATIVE, PART_ABOVE_TOTAL = "not finite", "negative count", "part above total"
SAME_STEP = "more than one in a step"
REASONS = (NO_TIME, FUTURE, TOO_OLD, NOT_FINITE, NEGATIVE, PART_ABOVE_TOTAL)
Owners = npt.NDArray[np.int64]
Faults = npt.NDArray[np.int64]
_VALUE = int(Slot.VALUE)
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
    """The samples of some pushes that can be measurements, one after another, all of shape [n].

    `push` says which push each is from, in order; `values` has shape [n, columns]. `reasons` counts
    for each push what was left out.
    """

    push: Owners
    times_s: Floats
    values: Floats
    states: States
    reasons: list[dict[str, int]]


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


def admit(pushes: Sequence[Push], now: datetime) -> Measured:
    """What can be a measurement of these pushes, which all have as many columns.

    All of them are looked at together: most hold one sample, and an array of one costs as much time
    as one of a thousand.
    """
    push = np.repeat(np.arange(len(pushes)), [len(p.times_s) for p in pushes])
    times = np.concatenate([p.times_s for p in pushes])
    values = np.concatenate([p.values for p in pushes])
    states = np.array([p.state for p in pushes], np.uint8)[push]
    fault = _fault(times, values, states, now)
    states[(states == _VALUE) & np.isnan(values).any(axis=1)] = Slot.GAP
    good = fault == 0
    kept = np.where((states == _VALUE)[:, None], values, np.nan)
    return Measured(
        push=push[good],
        times_s=times[good],
        values=kept[good],
        states=states[good],
        reasons=_counted(push, fault, len(pushes)),
    )


def _fault(times_s: Floats, values: Floats, states: States, now: datetime) -> Faults:
    """The first of `REASONS` that speaks against each sample, counted from 1; 0 where none does."""
    valued = states == _VALUE
    part, total = values[:, 0], values[:, -1]
    found = {
        NO_TIME: ~np.isfinite(times_s),
        FUTURE: times_s > (now + AHEAD).timestamp(),
        TOO_OLD: times_s < (now - BEHIND).timestamp(),
        NOT_FINITE: valued & np.isinf(values).any(axis=1),
    }
    if values.shape[1] == RATIO:
        found[NEGATIVE] = valued & ((part < 0) | (total < 0))
        found[PART_ABOVE_TOTAL] = valued & (part > total)
    fault = np.zeros(len(times_s), np.int64)
    for number, reason in reversed(list(enumerate(REASONS, 1))):
        if reason in found:
            fault[found[reason]] = number
    return fault


def _counted(push: Owners, fault: Faults, pushes: int) -> list[dict[str, int]]:
    """For each push how many samples have which fault."""
    counted: list[dict[str, int]] = [{} for _ in range(pushes)]
    bad = fault > 0
    pairs, times = np.unique(np.stack([push[bad], fault[bad]]), axis=1, return_counts=True)
    for which, number, count in zip(*pairs.tolist(), times.tolist(), strict=True):
        counted[which][REASONS[number - 1]] = count
    return counted
