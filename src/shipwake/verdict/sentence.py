"""The headline of a verdict: what moved, from what to what, since when; refuses blame and jargon."""

from collections.abc import Sequence
from datetime import timedelta

from shipwake.domain import Health, Reason
from shipwake.verdict.indicator import Indicator
from shipwake.verdict.missing import missing, uncovered
from shipwake.verdict.moves import clause, excess, name, objective
from shipwake.verdict.numbers import duration, percent
from shipwake.verdict.story import Story


def sentence(s: Story) -> str:
    """The first line of the page, without the verdict's word before it and without a full stop."""
    words = _unknown if s.health is Health.UNKNOWN else _moved
    words = _healthy if s.health is Health.HEALTHY else words
    return late(s) + words(s)


def late(s: Story) -> str:
    """That the look was made late, before what it found: "looked 57 min late: "; else nothing."""
    return f"looked {duration(timedelta(seconds=s.late_s))} late: " if s.late_s > 0 else ""


def normal(s: Story) -> str:
    """How many are normal, and what is not known: "9 of 9 indicators normal so far"."""
    inside = [i for i in s.indicators if i.a.health is Health.HEALTHY]
    count = len(s.indicators) + len(s.waiting)
    so_far = " so far" if any(i.a.reason is Reason.SO_FAR for i in inside) else ""
    words = f"{len(inside)} of {count} indicator{'s' * (count != 1)} normal{so_far}"
    if s.unjudged:
        words += f"; {missing(s.unjudged[0], s, brief=True)}{_more(len(s.unjudged) - 1, 'unknown')}"
    return f"{words}; {len(s.waiting)} not looked at yet" if s.waiting else words


def _moved(s: Story) -> str:
    worse = [i for i in s.indicators if i.a.health.hurts]
    better = [i for i in s.indicators if i.a.health is Health.IMPROVED and i.mine]
    told = worse if s.health.hurts else better
    lead = s.lead or told[0]
    if not lead.mine:
        return _not_this(lead, s) + _more(len(told) - 1, "moved")
    rest = [i for i in told if i is not lead]
    words = _lead(lead, s)
    if rest:
        words += f", and {clause(rest[0].a, rest[0].sli)}{_more(len(rest) - 1, 'moved')}"
    if s.health.hurts and better:
        words += f", but {clause(better[0].a, better[0].sli)}"
    back = [i for i in s.indicators if i.recovered]
    return words + (f"; {_back(back[0], s)}" if back else "")


def _lead(i: Indicator, s: Story) -> str:
    words = f"{clause(i.a, i.sli)} {s.since(i)}".rstrip()
    if i.a.reason is Reason.OBJECTIVE_LOST and objective(i.sli):
        words += f", past its objective of {objective(i.sli)}"
    total = excess(i.a, i.sli)
    return f"{words}, {total} so far" if total else words


def _not_this(i: Indicator, s: Story) -> str:
    if i.rival is None:
        return f"{clause(i.a, i.sli)} {s.since(i)}, so not likely this change".replace(" ,", ",")
    at = f" at {s.time(i.a.onset.at)}" if i.a.onset else ""
    shares = f"{percent(i.rival.share)} against {percent(i.suspects[0].share)} for this change"
    return f"{clause(i.a, i.sli)}{at}, but {s.introduced(i.rival)} fits better: {shares}"


def _healthy(s: Story) -> str:
    back = [i for i in s.indicators if i.recovered]
    elsewhere = [i for i in s.indicators if i.a.health is Health.IMPROVED]
    if not back:
        words = normal(s)
        return f"{words}; {_not_this(elsewhere[0], s)}" if elsewhere else words
    words = _back(back[0], s) + _more(len(back) - 1, "back to normal")
    return f"{words}; {normal(s)}" if s.unjudged or s.waiting else words


def _back(i: Indicator, s: Story) -> str:
    """It came back: "checkout errors back to normal since 11:31 (29 min, ≈ 410 failed)"."""
    at, onset = i.a.recovered_at, i.a.onset
    words = f"{name(i.sli)} back to normal"
    if at is not None:
        words += f" since {s.time(at)}"
        if s.taken_back and abs(at - s.taken_back) <= 5 * s.step:
            words += " after it was taken back"
    lasted = duration(at - onset.at) if at and onset and at > onset.at else ""
    inside = ", ".join(filter(None, (lasted, excess(i.a, i.sli))))
    return f"{words} ({inside})" if inside else words


def _unknown(s: Story) -> str:
    words = missing(s.unjudged[0], s) if s.unjudged else uncovered(s)
    words += _more(len(s.unjudged) - 1, "unknown")
    better = [i for i in s.indicators if i.a.health is Health.IMPROVED and i.mine]
    if better:
        words += f"; {clause(better[0].a, better[0].sli)}"
    if any(i.a.health is Health.HEALTHY for i in s.indicators):
        words += f"; {_count(s.indicators)}"
    return f"{words}; {again(s)}"


def again(s: Story) -> str:
    """When we look again, or that we do not."""
    return f"next look {s.time(s.next_look)}" if s.next_look else "no further look is planned"


def _count(told: Sequence[Indicator]) -> str:
    inside = sum(i.a.health is Health.HEALTHY for i in told)
    return f"{inside} of {len(told)} indicators normal"


def _more(count: int, what: str) -> str:
    return f"; {count} more {what}" if count > 0 else ""
