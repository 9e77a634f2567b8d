"""Judge a moment at which nothing changed as if something had: learn, level, look, as a live watch does."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shipwake.backtest.followed import Followed
from shipwake.backtest.sight import Rungs, sights
from shipwake.backtest.step import Ruler
from shipwake.domain import Exposure, Health, Look, Schedule, planned
from shipwake.judge import Level, Normal, assess, learn, level

NEAR = 2.0
"""Evidence within this factor of an alarm has every look made, not the last alone."""
NEVER = 1.0
"""The caution of what no caution would call anything."""


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


def judge(
    moment: datetime,
    followed: Sequence[Followed],
    own: Collection[str],
    terms: Terms,
    rulers: dict[str, Ruler] | None = None,
) -> list[Answer]:
    """One answer for each SLI in `own`; the evidence an alarm needs follows from all of `followed`.

    With `rulers` it also tells which steps would have been found.
    """
    normals = [
        learn(f.sli, f.before(moment), moment, f.past(moment), unit_s=f.unit.total_seconds())
        for f in followed
    ]
    held = level(normals, terms.caution)
    answers = []
    for f, normal in zip(followed, normals, strict=True):
        if f.sli.name in own:
            ruler = rulers.get(f.sli.name) if rulers else None
            answers.append(_answer(moment, f, normal, (held, terms), ruler))
    return answers


def _answer(
    moment: datetime,
    followed: Followed,
    normal: Normal,
    terms: tuple[Level, Terms],
    ruler: Ruler | None,
) -> Answer:
    held, asked = terms
    looks = _looks(moment, followed, asked.schedule)
    if normal.model is None or not looks:
        return Answer(sli=followed.sli.name, judged=False, why=normal.detail or normal.reason.value)
    after = followed.after(moment, looks[-1].due)
    last = assess(normal, after, looks[-1], held)
    if last.effect is None:
        return Answer(sli=followed.sli.name, judged=False, why=last.detail or last.reason.value)
    near = min(last.p_worse, last.p_better) <= NEAR * held.early
    said = {assess(normal, after, x, held).health for x in looks} if near else {last.health}
    worse, better = any(h.hurts for h in said), Health.IMPROVED in said
    return Answer(
        sli=followed.sli.name,
        judged=True,
        worse=worse,
        better=better,
        least_worse=_least(last.p_worse, held, asked.caution, said=worse),
        least_better=_least(last.p_better, held, asked.caution, said=better),
        level=normal.before.mean,
        seen=sights(normal, after, looks, held, ruler) if ruler is not None else None,
    )


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
