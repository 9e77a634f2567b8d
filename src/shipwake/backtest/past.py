"""Every past change of a place judged again as if live: the same flow on a store of its own, under another clock."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from shipwake.backtest.asked import Compose, Held, Here
from shipwake.backtest.followed import Known
from shipwake.backtest.moments import WINDOW, Span
from shipwake.domain import Assessment, Change, Health, PastMessage, Sli, Verdict, worst
from shipwake.flow import Normals, River, as_past, lease, look, open_watch
from shipwake.store import Tx
from shipwake.wire.clock import ManualClock

AFTERGLOW = 8
"""Units after a harm in which a series finds its way back."""
BATCH = 500
NORMALS = 256
"""Normals that are held at once (each below 100 kB); one that is asked for again is learned again."""
Looks = Mapping[str, Sequence[Assessment]]
"""Every look at each change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """Of so many changes one SLI was called worse under some, improved under some, and never judged under others."""

    changes: int = 0
    worse: int = 0
    improved: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LookedBack:
    """What became of the changes: messages, those never judged, a tally for each SLI, what is known for the judge.

    `exposed` are the times of all exposure steps, `harmed` the spans of all harm, in epoch seconds.
    """

    judged: tuple[str, ...]
    unknown: tuple[str, ...]
    messages: tuple[PastMessage, ...]
    improved: tuple[str, ...]
    tallies: dict[str, Tally]
    known: dict[str, tuple[Known, ...]]
    exposed: tuple[float, ...]
    harmed: tuple[Span, ...]

    @property
    def turns(self) -> list[float]:
        """The times at which what is known of a harm changes, epoch seconds."""
        return [at.timestamp() for each in self.known.values() for k in each for at in k.turns]

    def disturbed(self, unit_s: float) -> list[Span]:
        """The spans in which something changed, as an SLI of that unit sees them: windows of steps, and harm."""
        windows = [(at, at + WINDOW * unit_s) for at in self.exposed]
        return windows + [(a, b + AFTERGLOW * unit_s) for a, b in self.harmed]


def look_back(here: Here, changes: Sequence[Change], compose: Compose) -> LookedBack:
    """Judge each change at its looks up to the end of the samples, with the normal learned from what precedes it."""
    with tempfile.TemporaryDirectory(prefix="shipwake-backtest-") as folder:
        config = replace(
            here.config,
            database=f"sqlite:///{folder}/past.db?synchronous=off",
            sources=(),
            hooks=(),
            tell=(),
            lookup=(),
        )
        clock = ManualClock(min((c.at for c in changes if c.at), default=here.end))
        river = compose(config, clock=clock, recorded=Held(here.series))
        river = replace(river, normals=Normals(NORMALS))
        with closing(river.store):
            judged = _open(river, here, changes)
            _wind(river, clock, here.end)
            with river.store.read() as tx:
                return _told(tx, river, here, changes, judged)


def _open(river: River, here: Here, changes: Sequence[Change]) -> list[Change]:
    """Make every change known, and watch those that are judged here: each look sees only what went live before it."""
    names = {s.name for s in here.place.slis}
    judged = [
        c
        for c in changes
        if c.at and here.start < c.at < here.end and names & {s.name for s in river.slis_of(c)}
    ]
    mine = {c.id for c in judged}
    for start in range(0, len(changes), BATCH):
        with river.store.write() as tx:
            for change in changes[start : start + BATCH]:
                tx.changes.save(change, mapped=True)
                if change.id in mine:
                    open_watch(river, tx, change)
    return judged


def _wind(river: River, clock: ManualClock, end: datetime) -> None:
    """Wind the clock from look to look; those after the last sample are not made."""
    while True:
        with river.store.read() as tx:
            due = tx.looks.next_due()
        if due is None or due > end:
            return
        clock.set(due)
        look(river, lease(river))


def _told(
    tx: Tx, river: River, here: Here, changes: Sequence[Change], judged: Sequence[Change]
) -> LookedBack:
    verdicts = {c.id: tx.verdicts.of(c.id) for c in judged}
    looks = {c.id: tx.verdicts.history(c.id) for c in judged}
    known = {s.name: _known(tx, here, changes, s, looks) for s in here.place.slis}
    messages = (_message(c, verdicts[c.id]) for c in judged)
    return LookedBack(
        judged=tuple(verdicts),
        unknown=tuple(id for id, said in verdicts.items() if _words(said) <= {Health.UNKNOWN}),
        messages=tuple(m for m in messages if m is not None),
        improved=tuple(id for id, said in verdicts.items() if Health.IMPROVED in _words(said)),
        tallies={s.name: _tally(river, judged, s.name, looks) for s in here.place.slis},
        known=known,
        exposed=tuple(e.at.timestamp() for c in judged for e in c.exposure),
        harmed=tuple(
            (k.past.at.timestamp(), (k.past.until or here.end).timestamp())
            for each in known.values()
            for k in each
            if k.past.harmful
        ),
    )


def _words(said: Sequence[Verdict] | Sequence[Assessment]) -> set[Health]:
    """Every word that was ever said."""
    return {x.health for x in said}


def _message(change: Change, said: Sequence[Verdict]) -> PastMessage | None:
    """The worst word that was said of a change, if it brought a message."""
    loud = [v for v in said if v.health.hurts or v.health is Health.IMPROVED]
    if not loud or change.at is None:
        return None
    word = worst([v.health for v in loud])
    first = next(v for v in loud if v.health is word)
    return PastMessage(
        change=change.id,
        name=change.name,
        service=change.service,
        environment=change.environment,
        at=change.at,
        health=word,
        said_at=first.at,
        sentence=first.sentence,
    )


def _tally(river: River, judged: Sequence[Change], sli: str, looks: Looks) -> Tally:
    mine = [c for c in judged if any(s.name == sli for s in river.slis_of(c))]
    words = [_words([a for a in looks[c.id] if a.sli == sli]) for c in mine]
    return Tally(
        changes=len(mine),
        worse=sum(any(h.hurts for h in w) for w in words),
        improved=sum(Health.IMPROVED in w for w in words),
        unknown=sum(w <= {Health.UNKNOWN} for w in words),
    )


def _known(
    tx: Tx, here: Here, changes: Sequence[Change], sli: Sli, looks: Looks
) -> tuple[Known, ...]:
    """The changes of the place as the judge of one SLI is told of them, oldest first."""
    place = (here.place.service, here.place.environment)
    mine = [c.id for c in changes if (c.service, c.environment) == place and all(place)]
    lived = tx.changes.lived_of(mine)
    ordered = [lived[id] for id in mine]
    found = []
    for id, past in zip(mine, as_past(tx, ordered, sli, here.end), strict=True):
        hurt = [a.at for a in looks.get(id, ()) if a.sli == sli.name and a.health.hurts]
        found.append(Known(past=past, seen_at=min(hurt, default=None)))
    return tuple(found)
