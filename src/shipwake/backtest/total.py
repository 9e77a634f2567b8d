"""From answers at moments to what a reader is told: per SLI, per place and in all; counts only what could be judged."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shipwake.backtest import advice
from shipwake.backtest.asked import Here
from shipwake.backtest.past import LookedBack, Tally
from shipwake.backtest.placebo import NEVER, Answer
from shipwake.backtest.portion import portion
from shipwake.backtest.sight import summary
from shipwake.backtest.step import Ruler
from shipwake.domain import (
    Backtest,
    Floats,
    Health,
    NoticeSize,
    PastMessage,
    PlacePast,
    Sli,
    SliPast,
    worst,
)

MONTH, WEEK = timedelta(days=30), timedelta(days=7)
MESSAGES = 200
"""Messages that are kept, the newest."""
Answers = Sequence[Sequence[Answer]]
"""For each placebo moment one answer for each SLI that was asked there."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlaceFound:
    """Everything found in one place.

    `least` [moments] are the smallest cautions that bring a message at each placebo moment; of so many of them
    `false_worse` were called worse, `false_improved` improved, `false_either` one or both.
    """

    place: PlacePast
    slis: tuple[SliPast, ...]
    messages: tuple[PastMessage, ...]
    judged: tuple[str, ...]
    unknown: tuple[str, ...]
    improved: tuple[str, ...]
    least: Floats
    false_worse: int
    false_improved: int
    false_either: int
    span: tuple[datetime, datetime] | None
    missing: tuple[str, ...]


def place_found(
    here: Here, back: LookedBack, rulers: dict[str, Ruler], answers: Answers
) -> PlaceFound:
    """What one place comes to."""
    known = [[a for a in each if a.judged] for each in answers]
    known = [each for each in known if each]
    worse = sum(any(a.worse for a in each) for each in known)
    better = sum(any(a.better for a in each) for each in known)
    of = len(known)
    loud = {m.change for m in back.messages if m.health.hurts}
    place = PlacePast(
        service=here.place.service,
        environment=here.place.environment,
        slis=len(here.place.slis),
        changes=len(back.judged),
        worse=len(loud),
        improved=len(back.improved),
        unknown=len(back.unknown),
        false_worse=portion(worse, of),
        false_improved=portion(better, of),
    )
    return PlaceFound(
        place=place,
        slis=tuple(
            _sli(here, s, back.tallies[s.name], rulers[s.name], answers) for s in here.place.slis
        ),
        messages=back.messages,
        judged=back.judged,
        unknown=back.unknown,
        improved=back.improved,
        least=_least(known),
        false_worse=worse,
        false_improved=better,
        false_either=sum(any(a.worse or a.better for a in each) for each in known),
        span=(here.start, here.end) if here.place.slis else None,
        missing=tuple(f"{name}: {why}" for name, why in here.refused.items()),
    )


def _least(known: Iterable[Sequence[Answer]]) -> Floats:
    """The smallest caution that brings any message at each moment [n]."""
    return np.array(
        [min((min(a.least_worse, a.least_better) for a in each), default=NEVER) for each in known],
        dtype=np.float64,
    )


def _sli(here: Here, sli: Sli, tally: Tally, ruler: Ruler, answers: Answers) -> SliPast:
    mine = [a for each in answers for a in each if a.sli == sli.name]
    judged = [a for a in mine if a.judged]
    stepped = [a for a in judged if a.seen is not None and a.level is not None]
    unit_s = here.unit(sli).total_seconds()
    seen = summary(
        ruler,
        unit_s,
        [a.seen for a in stepped if a.seen is not None],
        [a.level for a in stepped if a.level is not None],
    )
    return SliPast(
        sli=sli.name,
        service=here.place.service,
        environment=here.place.environment,
        unit=sli.unit,
        changes=tally.changes,
        worse=tally.worse,
        improved=tally.improved,
        unknown=tally.unknown,
        false_worse=portion(sum(a.worse for a in judged), len(judged)),
        false_improved=portion(sum(a.better for a in judged), len(judged)),
        sights=seen if stepped else (),
        notice=advice.notice(ruler, seen) if stepped else "",
        notice_now=_written(sli.notice, sli.unit),
        why=_why(mine, judged),
    )


def _why(mine: Sequence[Answer], judged: Sequence[Answer]) -> str:
    """What stands in the way of an answer, where something does."""
    if judged:
        return ""
    if not mine:
        return "the past is too short for a placebo moment after its first quarter"
    return f"not one of {len(mine)} placebo moments could be judged: {mine[-1].why}"


def _written(notice: NoticeSize, unit: str) -> str:
    if notice.relative is not None:
        return f"{advice.written(100 * notice.relative)}%"
    if notice.absolute is not None:
        return f"{advice.written(notice.absolute)} {unit}".strip()
    return "auto"


def in_all(caution: float, found: Sequence[PlaceFound], at: datetime, took_s: float) -> Backtest:
    """The whole answer. A change that is judged in several places is one change, and has the worst of its words."""
    spans = [f.span for f in found if f.span]
    since = min((s for s, _ in spans), default=at)
    until = max((e for _, e in spans), default=at)
    judged = {id for f in found for id in f.judged}
    sure = {id for f in found for id in f.judged if id not in f.unknown}
    messages = _merged(m for f in found for m in f.messages)
    improved = {id for f in found for id in f.improved}
    month = until - since >= WEEK
    monthly = len(judged) * (MONTH / (until - since)) if month else len(judged)
    least = np.concatenate([np.empty(0), *(f.least for f in found)])
    of = len(least)
    return Backtest(
        at=at,
        since=since,
        until=until,
        took_s=took_s,
        caution=caution,
        monthly=float(monthly),
        changes=len(judged),
        told=len(messages),
        worse=sum(m.health.hurts for m in messages),
        improved=len(improved),
        unknown=len(judged - sure),
        false_worse=portion(sum(f.false_worse for f in found), of),
        false_improved=portion(sum(f.false_improved for f in found), of),
        false_either=portion(sum(f.false_either for f in found), of),
        advice=advice.caution(caution, float(monthly), least, month=month),
        places=tuple(f.place for f in found if f.place.slis),
        slis=tuple(s for f in found for s in f.slis),
        messages=tuple(messages[:MESSAGES]),
        missing=tuple(m for f in found for m in f.missing),
    )


def _merged(messages: Iterable[PastMessage]) -> list[PastMessage]:
    """One message a change, newest first."""
    by_change: dict[str, PastMessage] = {}
    for m in messages:
        other = by_change.get(m.change)
        words: list[Health] = [m.health] if other is None else [m.health, other.health]
        if other is None or worst(words) is not other.health:
            by_change[m.change] = m
    return sorted(by_change.values(), key=lambda m: (m.at, m.change), reverse=True)
