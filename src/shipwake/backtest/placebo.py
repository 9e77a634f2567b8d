"""Judge a moment at which nothing changed as if something had: learn, level, look, as a live watch does."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shipwake.backtest.followed import Followed
from shipwake.backtest.sight import Rungs, sights
from shipwake.backtest.step import Ruler
from shipwake.domain import Exposure, Health, Look, Samples, Schedule, planned
from shipwake.judge import (
    Level,
    Normal,
    abreast,
    assess,
    at_last,
    evidence_of,
    level,
    together,
)

NEAR = 2.0
"""Evidence within this factor of an alarm has every look made, not the last alone."""
NEVER = 1.0
"""The caution of what no caution would call anything."""
Rulers = Mapping[str, Ruler]
"""The steps that are tried, by SLI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was said of one SLI at one placebo moment.

    `worse` and `better` are whether any look called it so, `least_worse` and `least_better` the smallest caution at
    which one would have. `level` is its level before, in its unit without a percent's factor; `seen` the smallest
    steps that were found, by look.
    """

    sli: str
    judged: bool
    why: str = ""
    worse: bool = False
    better: bool = False
    least_worse: float = NEVER
    least_better: float = NEVER
    level: float | None = None
    seen: Rungs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How is judged: at which looks and with what caution."""

    schedule: Schedule
    caution: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A placebo moment, the SLIs whose window is free there, and whether steps are tried at it."""

    at: datetime
    own: frozenset[str]
    stepped: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Watch:
    """One SLI at one moment as it is judged: what its early `looks` find in `after`, at the level `held`."""

    followed: Followed
    normal: Normal
    held: Level
    looks: Sequence[Look]
    after: Samples
    ruler: Ruler | None


def judge(
    moments: Sequence[Moment], followed: Sequence[Followed], terms: Terms, rulers: Rulers
) -> list[list[Answer]]:
    """For each moment one answer for each SLI it asks; the evidence an alarm needs follows from all of `followed`.

    One learning serves all of `moments` (see `blocks`), each of which is judged from what lies before it.
    """
    learned = [f.normals([m.at for m in moments]) for f in followed]
    held = _levels(list(zip(*learned, strict=True)), terms.caution)
    answers: list[list[Answer]] = [[] for _ in moments]
    for f, normals in zip(followed, learned, strict=True):
        mine = [i for i, m in enumerate(moments) if f.sli.name in m.own]
        ruler = rulers.get(f.sli.name)
        watches = [_watch(moments[i], f, normals[i], held[i], (terms, ruler)) for i in mine]
        for i, answer in zip(mine, _answers(watches, terms), strict=True):
            answers[i].append(answer)
    return answers


def _levels(normals: Sequence[Sequence[Normal]], caution: float) -> list[Level]:
    """The level of each moment; the same for those whose normals share what they were calibrated on."""
    found: dict[tuple[int, ...], Level] = {}
    levels = []
    for each in normals:
        key = tuple(id(n.model.up) if n.model else 0 for n in each)
        if key not in found:
            found[key] = level(each, caution)
        levels.append(found[key])
    return levels


def _watch(
    moment: Moment,
    followed: Followed,
    normal: Normal,
    held: Level,
    asked: tuple[Terms, Ruler | None],
) -> _Watch:
    terms, ruler = asked
    looks = _looks(moment.at, followed, terms.schedule)
    due = looks[-1].due if looks else moment.at
    return _Watch(
        followed=followed,
        normal=normal,
        held=held,
        looks=looks,
        after=followed.after(moment.at, due),
        ruler=ruler if moment.stepped else None,
    )


def _answers(watches: Sequence[_Watch], terms: Terms) -> list[Answer]:
    """One for each watch; the last looks of those that share a calibration are judged together."""
    last: list[tuple[float, float] | None] = [None] * len(watches)
    groups: dict[int, list[int]] = {}
    for i, w in enumerate(watches):
        if w.normal.model is not None and w.looks:
            groups.setdefault(id(w.normal.model.up), []).append(i)
    for mine in groups.values():
        model = watches[mine[0]].normal.model
        if model is None:
            continue
        some = [abreast(w.normal, w.after, w.looks[-1]) for w in (watches[i] for i in mine)]
        found = together(some)
        p = evidence_of(model, found, watches[mine[0]].followed.sli.better)
        worse, better = (at_last(x, found) for x in p)
        for k, i in enumerate(mine):
            last[i] = (float(worse[k]), float(better[k])) if found.read[k] else None
    return [_answer(w, p, terms) for w, p in zip(watches, last, strict=True)]


def _answer(watch: _Watch, last: tuple[float, float] | None, terms: Terms) -> Answer:
    """What is said, given the p-values for worse and better at the last look; None where it can judge nothing."""
    name, normal, held, looks = watch.followed.sli.name, watch.normal, watch.held, watch.looks
    if last is None:
        return Answer(sli=name, judged=False, why=_why(watch))
    near = min(last) <= NEAR * held.early
    said = {assess(normal, watch.after, x, held).health for x in looks} if near else set()
    worse, better = any(h.hurts for h in said), Health.IMPROVED in said
    ruler = watch.ruler
    return Answer(
        sli=name,
        judged=True,
        worse=worse,
        better=better,
        least_worse=_least(last[0], held, terms.caution, said=worse),
        least_better=_least(last[1], held, terms.caution, said=better),
        level=normal.before.mean,
        seen=sights(normal, watch.after, looks, held, ruler) if ruler is not None else None,
    )


def _why(watch: _Watch) -> str:
    """What stands in the way of an answer."""
    normal = watch.normal
    if normal.model is None or not watch.looks:
        return normal.detail or normal.reason.value
    last = assess(normal, watch.after, watch.looks[-1], watch.held)
    return last.detail or last.reason.value


def _looks(moment: datetime, followed: Followed, schedule: Schedule) -> list[Look]:
    """The early looks of a watch that opens at that moment."""
    plan = planned(schedule, followed.sli.step, [Exposure(at=moment, share=1.0)])
    early = [(due, anchor) for due, anchor, later in plan if not later]
    return [
        Look(change="", sli=followed.sli.name, number=i, due=due, anchor=anchor)
        for i, (due, anchor) in enumerate(early, 1)
    ]


def _least(p: float, held: Level, caution: float, *, said: bool) -> float:
    """The smallest caution at which a p-value is called something: the way back from a level to its caution.

    A level α of one of K independent SLIs is 1 − (1 − s·c)^(1/K), where s·c is what early looks may spend. What was
    clear enough and not said is smaller than `notice`.
    """
    if not said and p <= held.early:
        return NEVER
    spent = level((), caution).early
    k = np.log1p(-spent) / np.log1p(-held.early)
    least = float(-np.expm1(k * np.log1p(-min(p, 1 - 1e-12))) * caution / spent)
    return min(least, caution) if said else least
