"""The top line of the list: how an environment is now, and what today's changes did to it.

Refuses to call an environment healthy while a source is silent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import WORST_FIRST, Change, Health, Verdict
from shipwake.verdict.naming import mark
from shipwake.verdict.numbers import clock, duration
from shipwake.verdict.plain import clean
from shipwake.verdict.standing import NOT_LIKELY_YOU

FRESH = timedelta(hours=24)
"""While it hurts a change is looked at again and again for so long; an older word is history."""
COUNTED = (Health.HEALTHY, Health.IMPROVED, Health.AILING, Health.UNHEALTHY, Health.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Recent:
    """A change and its newest verdict, None before its first."""

    change: Change
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class Silent:
    """A source that sends nothing, and since when."""

    source: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentState:
    """How an environment is: a word (None: nothing was judged), a sentence, and a count."""

    health: Health | None
    sentence: str
    tally: str

    @property
    def text(self) -> str:
        """The whole top line."""
        return f"{self.sentence} {self.tally}".strip()


def state_sentence(
    environment: str,
    recent: Sequence[Recent],
    *,
    now: datetime,
    silent: Sequence[Silent] = (),
    period: str = "today",
) -> EnvironmentState:
    """The state of `environment` from the changes of `period`, in any order.

    An environment is as ill as the worst change that still hurts.
    """
    place = clean(environment, 40) or "production"
    tally = _tally(recent, period)
    hurting = sorted((r for r in recent if _hurts(r, now)), key=_rank)
    quiet = _quiet(silent, now)
    if hurting:
        word = hurting[0].verdict.health if hurting[0].verdict else Health.AILING
        said = f"{place} is {word}: {_why(hurting, now)}.{f' {quiet}.' if quiet else ''}"
        return EnvironmentState(health=word, sentence=said, tally=tally)
    if quiet:
        said = f"{place} is unknown: {quiet}."
        return EnvironmentState(health=Health.UNKNOWN, sentence=said, tally=tally)
    if not recent:
        return EnvironmentState(health=None, sentence=f"No changes in {place} {period}.", tally="")
    if any(r.verdict and r.verdict.health is not Health.UNKNOWN for r in recent):
        said = f"{place} is healthy."
        return EnvironmentState(health=Health.HEALTHY, sentence=said, tally=tally)
    said = f"{place} is unknown: none of its changes could be judged yet."
    return EnvironmentState(health=Health.UNKNOWN, sentence=said, tally=tally)


def _hurts(r: Recent, now: datetime) -> bool:
    return r.verdict is not None and r.verdict.health.hurts and now - r.verdict.at <= FRESH


def _rank(r: Recent) -> tuple[object, ...]:
    """The worst first, what is a change's own before what is not, then the newest."""
    if r.verdict is None:
        return (len(WORST_FIRST), True, 0.0, r.change.id)
    at = r.change.at.timestamp() if r.change.at else 0.0
    yours = r.verdict.standing != NOT_LIKELY_YOU
    return (WORST_FIRST.index(r.verdict.health), not yours, -at, r.change.id)


def _why(hurting: Sequence[Recent], now: datetime) -> str:
    change, verdict = hurting[0].change, hurting[0].verdict
    found = [f for f in verdict.findings if f.health.hurts] if verdict else []
    words = found[0].words if found else f"an indicator moved with {_name(change)}"
    if verdict is not None and verdict.standing != NOT_LIKELY_YOU and change.at is not None:
        words += f" since {_name(change)} at {clock(change.at, now)}"
    elif verdict is not None and verdict.onset is not None:
        words += f" since {clock(verdict.onset, now)}"
    more = len({_name(r.change) for r in hurting}) - 1
    return (
        f"{words}, and {more} more change{'s' * (more != 1)} hurt{'s' * (more == 1)}"
        if more
        else words
    )


def _name(change: Change) -> str:
    return mark(change) or clean(change.name, 40) or "a change"


def _quiet(silent: Sequence[Silent], now: datetime) -> str:
    told = sorted(silent, key=lambda x: (x.since, x.source))
    if not told:
        return ""
    longest = told[0]
    name = clean(longest.source, 40) or "a source"
    more = f", nor {len(told) - 1} more" if len(told) > 1 else ""
    return f"{name} has sent nothing for {duration(now - longest.since)}{more}"


def _tally(recent: Sequence[Recent], period: str) -> str:
    if not recent:
        return ""
    counts = {
        h: sum(r.verdict is not None and r.verdict.health is h for r in recent) for h in COUNTED
    }
    waiting = sum(r.verdict is None for r in recent)
    parts = [f"{n:,} {word}" for word, n in counts.items() if n]
    parts += [f"{waiting:,} not judged yet"] if waiting else []
    return f"{len(recent):,} change{'s' * (len(recent) != 1)} {period}: {', '.join(parts)}."
