"""A Change in production, built by merging the Events that speak of it; merging is free of order and repetition."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from shipwake.domain.event import ChangeKind, Event, Facts, Says
from shipwake.domain.people import Commit, Exposure, Link, Person, distinct

T = TypeVar("T")


class State(StrEnum):
    """How far a change has come."""

    PLANNED = "planned"
    LIVE = "live"
    FAILED = "failed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one service in one environment.

    `at` is the first exposure, None until something went live. `service` and `environment` are our own names, empty
    while unmapped; `heard_service` and `heard_environment` are what the sender called them.
    """

    id: str
    kind: ChangeKind
    state: State
    service: str = ""
    environment: str = ""
    heard_service: str = ""
    heard_environment: str = ""
    repository: str = ""
    title: str = ""
    revision: str = ""
    previous_revision: str = ""
    started_at: datetime | None = None
    at: datetime | None = None
    ended_at: datetime | None = None
    exposure: tuple[Exposure, ...] = ()
    authors: tuple[Person, ...] = ()
    commits: tuple[Commit, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    affects: tuple[str, ...] = ()
    judge: bool = True
    rolls_back: str = ""
    """Id of the change whose end this one is, where the revision was live before."""

    @property
    def live(self) -> bool:
        """Whether anything of it ever reached production."""
        return self.at is not None

    @property
    def people(self) -> tuple[Person, ...]:
        """The authors to tell: those named, else the authors of its commits; never bots."""
        named = [p for p in self.authors if not p.bot]
        return tuple(named) or distinct(
            c.author for c in self.commits if c.author and not c.author.bot
        )

    @property
    def name(self) -> str:
        """The shortest words that tell it from the others: title, else service and short revision."""
        return (
            self.title
            or " ".join(filter(None, (self.service or self.heard_service, self.revision[:7])))
            or self.id
        )


def in_order(events: Iterable[Event]) -> list[Event]:
    """Each event once, by the sender's time, ties by identity: the one order that merging knows."""
    once = {
        (e.source, e.key): e
        for e in sorted(events, key=lambda e: (e.received, e.text, repr(e.facts)), reverse=True)
    }
    return sorted(once.values(), key=lambda e: (e.at, e.source, e.key))


def _newest(facts: list[Facts], read: Callable[[Facts], str]) -> str:
    return next((v for f in reversed(facts) if (v := read(f))), "")


def _union(
    facts: list[Facts], read: Callable[[Facts], tuple[T, ...]], key: Callable[[T], object]
) -> tuple[T, ...]:
    found: dict[object, T] = {}
    for f in facts:
        for item in read(f):
            found[key(item)] = item
    return tuple(found.values())


def _exposure(events: list[Event]) -> tuple[Exposure, ...]:
    steps = {s for e in events for s in e.facts.exposure}
    if not steps:
        live = [e.at for e in events if e.says is Says.LIVE]
        steps = {Exposure(at=min(live), share=1.0)} if live else set()
    return tuple(sorted(steps))


def _state(events: list[Event], exposure: tuple[Exposure, ...]) -> State:
    said = {e.says for e in events}
    if exposure:
        return State.ENDED if Says.ENDED in said else State.LIVE
    return State.FAILED if Says.FAILED in said else State.PLANNED


def merge(
    change_id: str,
    events: Iterable[Event],
    *,
    service: str = "",
    environment: str = "",
    rolls_back: str = "",
) -> Change:
    """The Change that these events speak of.

    Order and repetition of `events` do not matter: scalars are the newest statement by the sender's time, times the
    earliest start and latest end, collections the union. `service` and `environment` are the mapped names.
    """
    ordered = in_order(events)
    facts = [e.facts for e in ordered]
    exposure = _exposure(ordered)
    named = [f for f, e in zip(facts, ordered, strict=True) if e.says is not Says.CONTEXT] or facts
    kinds = [f.kind for f in named]
    return Change(
        id=change_id,
        kind=kinds[-1] if kinds else ChangeKind.DEPLOY,
        state=_state(ordered, exposure),
        service=service,
        environment=environment,
        heard_service=_newest(named, lambda f: f.service),
        heard_environment=_newest(named, lambda f: f.environment),
        repository=_newest(facts, lambda f: f.repository),
        title=_newest(named, lambda f: f.title) or _newest(facts, lambda f: f.title),
        revision=_newest(named, lambda f: f.revision),
        previous_revision=_newest(named, lambda f: f.previous_revision),
        started_at=min((f.started_at for f in facts if f.started_at), default=None),
        at=exposure[0].at if exposure else None,
        ended_at=max((f.ended_at for f in facts if f.ended_at), default=None),
        exposure=exposure,
        authors=distinct(p for f in facts for p in f.authors),
        commits=_union(facts, lambda f: f.commits, lambda c: c.sha),
        links=_union(facts, lambda f: f.links, lambda x: (x.kind, x.url or x.number or x.title)),
        tags=tuple(sorted({t for f in facts for t in f.tags})),
        affects=tuple(sorted({a for f in facts for a in f.affects})),
        judge=all(f.judge for f in facts),
        rolls_back=rolls_back,
    )
