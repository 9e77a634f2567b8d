"""What people are told of a verdict: at most three lines, the word first; refuses to shout.

The law is in docs/reference/messages.md: the verdict's word within the first 40 characters, one
emoji, from → to with the unit, since when, what next; never blame, never jargon.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from shipwake.domain import WORST_FIRST, Change, Health, Reason, Sure, Verdict
from shipwake.verdict.naming import subject
from shipwake.verdict.numbers import clock, duration, percent
from shipwake.verdict.plain import capital, clean, clip
from shipwake.verdict.standing import NOT_LIKELY_YOU, ROLLED_BACK
from shipwake.verdict.zones import in_zone, label

EMOJI = {
    Health.HEALTHY: "✅",
    Health.IMPROVED: "🎉",
    Health.AILING: "🟡",
    Health.UNHEALTHY: "🔴",
    Health.UNKNOWN: "⚪",
}
WORD_WITHIN = 40
"""Characters a locked phone shows."""
LINE_LIMIT = 400
PROMISE = "Enjoy your coffee."


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Words for one change, at most three lines.

    `thread_line` rings when it got worse or recovered, and is "" otherwise.
    """

    lines: tuple[str, ...]
    thread_line: str = ""
    worse: bool = False
    recovered: bool = False


def message(
    change: Change,
    verdict: Verdict,
    previous: Verdict | None = None,
    *,
    url: str = "",
    zone: tzinfo = UTC,
) -> Message:
    """The message on `verdict`; `previous` is the verdict last told, None if none was.

    Times are in `zone`, named once. `url` is the page to read on, if there is one.
    """
    names = [f.sli for f in verdict.findings] + [s.name for s in verdict.suspects]
    lines = (_first(change, verdict), _second(verdict), _third(verdict, url, zone))
    worse, recovered = is_worse(verdict, previous), has_recovered(verdict, previous)
    thread = _thread(verdict) if worse or recovered else ""

    def told(line: str) -> str:
        moved = line if zone is UTC else in_zone(line, verdict.at, zone, names=names)
        return clip(moved, LINE_LIMIT)

    return Message(
        lines=tuple(told(line) for line in lines if line),
        thread_line=told(thread),
        worse=worse,
        recovered=recovered,
    )


def is_worse(verdict: Verdict, previous: Verdict | None) -> bool:
    """Whether a reader of `previous` must hear that it hurts now, or more, or is theirs after all."""
    if previous is None or not verdict.health.hurts:
        return False
    step = WORST_FIRST.index(previous.health) - WORST_FIRST.index(verdict.health)
    theirs = previous.standing == NOT_LIKELY_YOU and verdict.standing not in (
        NOT_LIKELY_YOU,
        ROLLED_BACK,
    )
    return step > 0 or (step == 0 and theirs)


def has_recovered(verdict: Verdict, previous: Verdict | None) -> bool:
    """Whether what hurt in `previous` is over."""
    good = verdict.health in (Health.HEALTHY, Health.IMPROVED)
    return previous is not None and previous.health.hurts and good


def _first(change: Change, v: Verdict) -> str:
    place = clean(change.environment, 40)
    where = f" in {place}" if place else ""
    # The longest way to the end of a word is "X looks unhealthy".
    who = f"{EMOJI[v.health]} {subject(change, WORD_WITHIN - 2 - len(' looks unhealthy'))}"
    said = capital(v.sentence)
    if v.health is Health.HEALTHY:
        again = " again" if v.reason is Reason.RECOVERED else ""
        promise = f" {PROMISE}" if v.sure is Sure.SURE and not v.standing else ""
        return f"{who} looks healthy{again}{where}{_age(change, v)}: {v.sentence}.{promise}"
    if v.health is Health.IMPROVED:
        thanks = clean(change.people[0].shown, 24) if change.people else ""
        return f"{who} improved {place or 'it'}. {said}.{f' Thank you, {thanks}.' * bool(thanks)}"
    if v.health is Health.UNKNOWN:
        # When we look again has a line of its own.
        return f"{who} is unknown{where}. {capital(v.sentence.rpartition('; ')[0] or v.sentence)}."
    yours = ", but not likely you" if v.standing == NOT_LIKELY_YOU else ""
    return f"{who} is {v.health}{where}{yours}. {said}."


def _age(change: Change, v: Verdict) -> str:
    lived = v.at - change.at if change.at else timedelta(0)
    return f" after {duration(lived)}" if lived > timedelta(0) else ""


def _second(v: Verdict) -> str:
    """Evidence or doubt; the next look, which ends every doubt, has its own line."""
    doubt = v.doubt.rpartition(". ")[0] + "." if ". " in v.doubt else v.doubt
    if v.health is Health.HEALTHY:
        return v.power or doubt
    if v.health is Health.UNKNOWN:
        return doubt
    own = v.health.hurts and v.suspects and v.standing != NOT_LIKELY_YOU
    fits = f"Fits this change {percent(v.suspects[0].share)}. " if own else ""
    return f"{fits}{v.sure.capitalize()}. {doubt}"


def _third(v: Verdict, url: str, zone: tzinfo) -> str:
    again = "The watch is over."
    if v.next_look is not None:
        again = f"Next look {_clock(v.next_look, v)} {label(v.next_look, zone)}."
    return f"{again} See why: {url}" if url else again


def _clock(at: datetime, v: Verdict) -> str:
    """With seconds where looks come within the same minute."""
    soon = v.next_look is not None and timedelta(0) < v.next_look - v.at < timedelta(minutes=1)
    return clock(at, v.at, step=timedelta(seconds=1 if soon else 60))


def _thread(v: Verdict) -> str:
    """A line under the message, which rings: "11:31 checkout errors back to normal since …"."""
    now = f"now {v.health}: " if v.health.hurts else ""
    return f"{_clock(v.at, v)} {now}{v.sentence}."
