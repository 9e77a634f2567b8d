"""The plan of a change's looks beside what each said: the marks of its verdict strip."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from shipwake.domain import Change, Health, Schedule, Verdict, planned
from shipwake.web.charts import lasting
from shipwake.web.charts.strip import Mark

LONGEST_MIN = 120
Said = tuple[datetime, Health]
"""When a verdict was given, and its word."""


def said_by(verdicts: Sequence[Verdict]) -> list[Said]:
    """The words of a change's verdicts in order."""
    return [(v.at, v.health) for v in verdicts]


def marks(
    change: Change, said: Sequence[Said], schedule: Schedule, step: timedelta | None = None
) -> tuple[Mark, ...]:
    """One mark a planned look: the last word before the look after it; None where none was given (yet)."""
    plan = planned(schedule, step, change.exposure)
    if not plan:
        return ()
    start = plan[0][1]
    dues = [due for due, _, _ in plan]
    following = [*dues[1:], None]
    found = []
    for due, until in zip(dues, following, strict=True):
        words = [(at, word) for at, word in said if at >= due and (until is None or at < until)]
        at, word = words[-1] if words else (None, None)
        found.append(Mark(after=_distance(due - start), due=due, health=word, at=at))
    return tuple(_short(found))


def _distance(span: timedelta) -> str:
    """Up to two hours in minutes, as the looks are planned; then as it reads best."""
    minutes, rest = divmod(span, timedelta(minutes=1))
    return f"{minutes} min" if not rest and minutes <= LONGEST_MIN else lasting(span)


def _short(marks_: Sequence[Mark]) -> Sequence[Mark]:
    """Distances with their unit only where it differs from the one before."""
    shortened = []
    previous = ""
    for m in marks_:
        number, _, unit = m.after.partition(" ")
        same = unit == previous and unit in {"s", "min"}
        shortened.append(
            Mark(after=number if same else m.after, due=m.due, health=m.health, at=m.at)
        )
        previous = unit
    return shortened
