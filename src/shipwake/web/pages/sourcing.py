"""Where samples come from, where words go, and how both stand: what is stored becomes what is said, purely."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import Sli
from shipwake.store import Circuit, Flow, Post, Queued
from shipwake.web.charts import age, clock
from shipwake.web.charts.figures import counted
from shipwake.web.pages.heard_view import Phrase
from shipwake.web.pages.listing_view import Empty
from shipwake.web.pages.sources_view import Asked, SourcesView, Spoken

PUSH = "push"
UNDER = (
    "A source that fails again and again is left alone for a while, then tried once; "
    "what a look misses is said, never guessed."
)
QUIET, STEPS = timedelta(minutes=15), 10
"""From when on pushed samples are missed: so long, and so many steps."""
LATELY = timedelta(minutes=10)
"""How long an error stands beside a source that answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A configured source or channel; `remote` says that it is asked over a network."""

    name: str
    kind: str
    remote: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the page is made of; `pushed` is when the newest pushed sample is of, `most` how many notices are read.

    `waiting` are notices that wait, the first due first; `newest` the newest ones of all.
    """

    sources: Sequence[Known]
    channels: Sequence[Known]
    slis: Sequence[Sli]
    circuits: Mapping[str, Circuit]
    pushed: datetime | None
    waiting: Sequence[Queued]
    newest: Sequence[Queued]
    most: int
    now: datetime


def build(m: Material) -> SourcesView:
    """The view of the page."""
    sources = tuple(_source(s, m) for s in m.sources)
    channels = tuple(_channel(c, m) for c in m.channels)
    return SourcesView(
        sentence=tuple(_sentence(sources, channels)),
        under=UNDER,
        silent=tuple(_silences(sources, m)),
        sources=sources,
        channels=channels,
        empty=None if sources else _empty(),
    )


def _sentence(sources: Sequence[Asked], channels: Sequence[Spoken]) -> Iterator[Phrase]:
    if not sources:
        yield Phrase(text="No source is connected.")
        return
    bad = [s for s in sources if s.word == "unhealthy"]
    good = len(sources) - len(bad)
    if bad:
        names = ", ".join(s.name for s in bad)
        yield Phrase(
            text=f"{names} {'does' if len(bad) == 1 else 'do'} not answer", word="unhealthy"
        )
        yield Phrase(text=f", {counted(good, 'other does', 'others do')}." if good else ".")
    else:
        yield Phrase(text=f"{counted(good, 'source')}, and nothing is missed.")
    stuck = [c for c in channels if c.word in {"ailing", "unhealthy"}]
    if stuck:
        waiting = sum(c.waiting for c in stuck)
        yield Phrase(text=" ")
        yield Phrase(
            text=f"{counted(waiting, 'notice waits', 'notices wait')} for {', '.join(c.name for c in stuck)}.",
            word="ailing",
        )


def _silences(sources: Sequence[Asked], m: Material) -> Iterator[str]:
    for s in sources:
        if s.word != "unhealthy" or not s.slis:
            continue
        since = f" for {age(m.now - s.answered)}" if s.answered else ""
        did = "sent nothing" if s.kind == PUSH else "not answered"
        yield f"{s.name} has {did}{since}; verdicts that need it are unknown."


def _source(known: Known, m: Material) -> Asked:
    slis = [sli for sli in m.slis if sli.source == known.name]
    circuit = m.circuits.get(known.name)
    word, state, text = _stands(circuit, m.now) if known.remote else _sends(known, slis, m)
    at = m.pushed if known.kind == PUSH else circuit.answered if circuit else None
    took = circuit.median_s if circuit else None
    return Asked(
        name=known.name,
        kind=known.kind,
        word=word,
        state=state,
        text=text,
        answered=at,
        age=f"{age(max(m.now - at, timedelta(0)))} ago" if at else "",
        median=_took(took) if took is not None else "",
        slis=len(slis),
        error=circuit.why if circuit else "",
        failed=circuit.failed if circuit and circuit.why else None,
    )


def _stands(c: Circuit | None, now: datetime) -> tuple[str, str, str]:
    """A verdict's word, the state and what more there is to say of it."""
    if c is None:
        return "unknown", "not asked yet", "It is asked when a look needs it."
    if c.flow is Flow.CLOSED:
        if c.failed and now - c.failed < LATELY and c.failed >= (c.answered or c.failed):
            return "ailing", "errors", "It is asked all the same."
        return "healthy", "answers", ""
    so_far = f"since {clock(c.since)}, after {counted(c.failures, 'failure')}"
    if c.flow is Flow.HALF_OPEN and c.until and c.until > now:
        return "unhealthy", "being tried", f"Left alone {so_far}; one question tries it now."
    if c.until and c.until > now:
        wait = int((c.until - now).total_seconds()) + 1
        again = f"{wait} s" if wait < 60 else age(c.until - now)  # noqa: PLR2004 - a minute
        return "unhealthy", "left alone", f"Asked again in {again}; {so_far}."
    return "unhealthy", "left alone", f"Asked again when a look needs it; {so_far}."


def _sends(known: Known, slis: Sequence[Sli], m: Material) -> tuple[str, str, str]:
    if known.kind != PUSH:
        return "healthy", "read", "Its samples lie in files here."
    if m.pushed is None:
        return "unknown", "nothing yet", "Samples are pushed to /api/v1/samples."
    steps = [sli.step for sli in slis if sli.step]
    patience = max(QUIET, STEPS * min(steps)) if steps else QUIET
    if m.now - m.pushed > patience:
        return "unhealthy", "silent", f"Nothing newer than {clock(m.pushed)} was pushed."
    return "healthy", "sends", ""


def _took(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


def _channel(known: Known, m: Material) -> Spoken:
    waiting = [q for q in m.waiting if q.notice.channel == known.name]
    newest = [q for q in m.newest if q.notice.channel == known.name]
    tried = [q for q in waiting if q.why]
    failed = [q for q in newest if q.post is Post.FAILED]
    told = max((q.sent_at for q in newest if q.sent_at), default=None)
    troubled = [*tried, *failed]
    word, state = "healthy", "told"
    if tried:
        word, state = "unhealthy", "takes nothing"
    elif failed and (told is None or failed[0].notice.at > told):
        word, state = "ailing", "refused some"
    elif told is None:
        word, state = "unknown", "nothing yet"
    return Spoken(
        name=known.name,
        kind=known.kind,
        word=word,
        state=state,
        text=_waits(waiting, m),
        waiting=len(waiting),
        told=told,
        age=f"{age(max(m.now - told, timedelta(0)))} ago" if told else "",
        error=troubled[0].why if troubled else "",
    )


def _waits(waiting: Sequence[Queued], m: Material) -> str:
    if not waiting:
        return ""
    many = "or more " if len(m.waiting) >= m.most else ""
    oldest = min(q.notice.at for q in waiting)
    noun = f"{counted(len(waiting), 'notice waits', 'notices wait')} {many}".rstrip()
    return f"{noun}, the oldest of {clock(oldest)}; each is tried again by itself."


def _empty() -> Empty:
    return Empty(
        title="Nothing says how your services are yet.",
        text="Add a source and its SLIs to shipwake.yaml, or push samples to /api/v1/samples.",
        url="/openapi.json",
        action="See what can be sent",
    )
