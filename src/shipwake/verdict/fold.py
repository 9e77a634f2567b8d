"""Folds the newest assessments of a change and its overlapping changes into one Verdict.

Pure, and blind to the order of what it is given: the same facts make the same verdict.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shipwake.domain import Assessment, Change, Finding, Health, Reason, Sli, Verdict
from shipwake.verdict.doubt import doubt, power, sure
from shipwake.verdict.indicator import Indicator
from shipwake.verdict.missing import cause, missing
from shipwake.verdict.moves import excess, expected, nominal, noticeable, unit
from shipwake.verdict.numbers import signed
from shipwake.verdict.sentence import sentence
from shipwake.verdict.standing import NOT_LIKELY_YOU, RECOVERED, ROLLED_BACK, SUPERSEDED, WATCHING
from shipwake.verdict.story import Story, story
from shipwake.verdict.suspects import Other


def fold(
    change: Change,
    newest: Sequence[Assessment],
    slis: Mapping[str, Sli],
    others: Sequence[Other],
    *,
    seq: int,
    now: datetime,
    next_look: datetime | None,
) -> Verdict:
    """The verdict on `change` as of `now`.

    `newest` holds the newest assessment of each SLI looked at so far. `slis` are the definitions by
    name; it may hold more than this change is watched by. `others` are the changes that overlap or
    lie near, in any order. `next_look` is the earliest look still to come, of any SLI.
    """
    s = story(change, newest, slis, others, now=now, next_look=next_look)
    lead = s.lead
    moved = lead is not None and (lead.moved or lead.recovered)
    return Verdict(
        change=change.id,
        seq=seq,
        at=now,
        health=s.health,
        reason=_reason(s),
        sure=sure(s),
        sentence=sentence(s),
        doubt=doubt(s),
        power=power(s),
        standing=standing(s),
        findings=tuple(_finding(i, s) for i in sorted(s.indicators, key=_as_listed)),
        suspects=lead.suspects if lead is not None and moved else (),
        next_look=next_look,
        onset=lead.a.onset.at if lead is not None and moved and lead.a.onset else None,
    )


def standing(s: Story) -> str:
    """The sub-state beside the word: one of the five, or "" where the word says it all."""
    lead = s.lead
    if s.taken_back is not None:
        return ROLLED_BACK
    if s.health is Health.HEALTHY and any(i.recovered for i in s.indicators):
        return RECOVERED
    if lead is not None and lead.moved and not lead.mine:
        return NOT_LIKELY_YOU
    if s.replaced_by is not None or any(i.a.reason is Reason.SUPERSEDED for i in s.indicators):
        return SUPERSEDED
    pending = s.health is Health.UNKNOWN and s.next_look is not None
    return WATCHING if pending else ""


def _reason(s: Story) -> Reason:
    if s.lead is None:
        return cause(s) if s.health is Health.UNKNOWN else Reason.NORMAL
    reasons = {i.a.reason for i in s.indicators if i.a.health is Health.HEALTHY}
    if s.health is Health.HEALTHY:
        for reason in (Reason.RECOVERED, Reason.SO_FAR):
            if reason in reasons:
                return reason
        return Reason.NORMAL
    return s.lead.a.reason


def _as_listed(i: Indicator) -> tuple[object, ...]:
    """Moved first, then what came back, what is not known, and the normal ones."""
    order = [Health.UNHEALTHY, Health.AILING, Health.IMPROVED]
    if i.a.health in order:
        return (order.index(i.a.health), not i.mine, i.chance, i.sli.name)
    return (3 if i.recovered else 4 if i.a.health is Health.UNKNOWN else 5, i.sli.name)


def _finding(i: Indicator, s: Story) -> Finding:
    return Finding(
        sli=i.a.sli,
        health=i.a.health,
        reason=i.a.reason,
        look=i.a.look,
        words=nominal(i.a, i.sli),
        detail=missing(i, s) if i.a.health is Health.UNKNOWN else _detail(i, s),
    )


def _detail(i: Indicator, s: Story) -> str:
    usual, seen = expected(i.a, i.sli), noticeable(i.a, i.sli)
    parts = [f"expected {usual}" if usual else ""]
    if i.moved:
        parts += [_interval(i), s.since(i), excess(i.a, i.sli)]
    else:
        parts.append(f"we would notice {seen}" if seen else "")
    return ", ".join(filter(None, parts))


def _interval(i: Indicator) -> str:
    e = i.a.effect
    words = signed(e.low, e.high, unit(i.a, i.sli)) if e else ""
    return f"likely {words}" if words else ""
