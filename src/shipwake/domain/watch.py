"""When to look at a change: early and often, then later, and again while it hurts; pure arithmetic on times."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain.people import Exposure

HISTORY = timedelta(days=28)
"""How much of an SLI's past its normal is learned from."""
EARLY = (3, 5, 8, 12, 20, 30, 45, 60)
HURTING_EVERY = 5
"""Units between looks while an indicator hurts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Looks come `looks` × max(step, unit) after each exposure step, then `later` after the first.

    Between and after them, an SLI that hurts is seen every five units, for `hurting_for` after the look that
    found it: each of those that are planned allows for as much anew, so that the watch ends.
    """

    looks: tuple[int, ...] = EARLY
    unit: timedelta = timedelta(seconds=60)
    later: tuple[timedelta, ...] = (timedelta(hours=4), timedelta(hours=24), timedelta(days=7))
    hurting_for: timedelta = timedelta(hours=24)

    def unit_for(self, step: timedelta | None) -> timedelta:
        """The time one sample of judgement spans: the SLI's step, at least the unit."""
        return max(step, self.unit) if step else self.unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One visit to one SLI after one change. `anchor` is the exposure step it judges; `number` counts from 1."""

    change: str
    sli: str
    number: int
    due: datetime
    anchor: datetime
    later: bool = False

    @property
    def elapsed(self) -> timedelta:
        """Time since the exposure step that this look judges."""
        return self.due - self.anchor


def planned(
    schedule: Schedule, step: timedelta | None, exposure: Iterable[Exposure]
) -> list[tuple[datetime, datetime, bool]]:
    """All looks foreseen, in order: (due, anchor, later). A new exposure step ends the early looks of the last."""
    starts = sorted({e.at for e in exposure})
    if not starts:
        return []
    unit = schedule.unit_for(step)
    looks: dict[datetime, tuple[datetime, bool]] = {}
    for start, following in zip(starts, [*starts[1:], None], strict=True):
        for m in schedule.looks:
            due = start + m * unit
            if following is None or due <= following:
                looks[due] = (start, False)
    last_early = max(looks, default=starts[-1])
    for offset in schedule.later:
        if starts[0] + offset > last_early:
            looks[starts[0] + offset] = (starts[0], True)
    return [(due, *looks[due]) for due in sorted(looks)]


def next_look(
    schedule: Schedule,
    step: timedelta | None,
    exposure: Iterable[Exposure],
    *,
    after: datetime | None,
    hurting: bool = False,
) -> tuple[datetime, datetime, bool] | None:
    """The next (due, anchor, later) after the look that was due at `after`; None when the watch is over.

    While an SLI hurts it is seen every five units, for `hurting_for` after the newest planned look.
    """
    exposure = tuple(exposure)
    plan = planned(schedule, step, exposure)
    following = next((look for look in plan if after is None or look[0] > after), None)
    if not hurting or after is None or not plan:
        return following
    started = [e.at for e in exposure if e.at < after]
    anchor = max(started, default=plan[0][1])
    found = max((due for due, _, _ in plan if due <= after), default=anchor)
    again = after + HURTING_EVERY * schedule.unit_for(step)
    if again > found + schedule.hurting_for or (following is not None and following[0] <= again):
        return following
    return again, anchor, False
