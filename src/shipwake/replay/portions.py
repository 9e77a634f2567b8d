"""Part a replay into portions of places that ask nothing of one another, so that memory does not grow with all SLIs.

What an SLI's line says depends on its samples and on the changes of the same service and environment alone; the
changes of other places may explain a move, which a line does not tell.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shipwake.config import Config
from shipwake.domain import Change, Event, merge
from shipwake.replay.folder import ReplayFolder

MOST = 64
"""SLIs a portion, about, unless one place alone has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some places of a folder with all their changes in order of time; `folder.config` names their SLIs alone.

    `recorded` says when the judged changes of the whole replay go live, those of other portions too.
    """

    folder: ReplayFolder
    recorded: tuple[datetime, ...]

    @property
    def judged(self) -> list[str]:
        """The changes that are judged, in order of time."""
        return [e.facts.id for e in self.folder.changes if e.facts.judge]


@dataclass(frozen=True, slots=True)
class _Place:
    events: tuple[Event, ...]
    slis: frozenset[str]


def portions(folder: ReplayFolder, count: int) -> list[Portion]:
    """At most `count` portions of about as many SLIs each; places where nothing is judged are in none."""
    changes = [_change(folder.config, event) for event in folder.changes]
    judged = [(c, {s.name for s in folder.config.slis_of(c)}) for c in changes if c.judge and c.at]
    recorded = tuple(c.at for c, slis in judged if c.at and slis)
    places = _places(folder.changes, changes, judged)
    parts: list[list[_Place]] = [[] for _ in range(min(count, len(places)))]
    watched = [0] * len(parts)
    for place in places:
        lightest = watched.index(min(watched))
        parts[lightest].append(place)
        watched[lightest] += len(place.slis)
    return [Portion(folder=_of(folder, part), recorded=recorded) for part in parts]


def _places(
    events: Sequence[Event],
    changes: Sequence[Change],
    judged: Sequence[tuple[Change, set[str]]],
) -> list[_Place]:
    watched: dict[tuple[str, str], set[str]] = {}
    for change, slis in judged:
        if slis:
            watched.setdefault(_where(change), set()).update(slis)
    here: dict[tuple[str, str], list[Event]] = {where: [] for where in watched}
    for event, change in zip(events, changes, strict=True):
        if _where(change) in here:
            here[_where(change)].append(event)
    return [_Place(tuple(here[where]), frozenset(slis)) for where, slis in watched.items()]


def _of(folder: ReplayFolder, part: Sequence[_Place]) -> ReplayFolder:
    names = frozenset[str]().union(*(p.slis for p in part))
    events = sorted((e for p in part for e in p.events), key=lambda e: (e.at, e.facts.id))
    slis = tuple(s for s in folder.config.slis if s.name in names)
    return replace(folder, config=replace(folder.config, slis=slis), changes=tuple(events))


def _change(config: Config, event: Event) -> Change:
    """The change as the flow will make it."""
    facts = event.facts
    return merge(
        facts.id,
        [event],
        service=config.service_for(facts.service, facts.repository),
        environment=config.environment_for(facts.environment),
    )


def _where(change: Change) -> tuple[str, str]:
    return change.service, change.environment
