"""Every past change of a place judged again as if live: the same flow on a store of its own, under another clock."""

import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from operator import attrgetter

from shipwake.backtest.asked import Compose, Held, Here
from shipwake.backtest.followed import Known
from shipwake.backtest.moments import WINDOW, Span
from shipwake.domain import Change, Health, PastMessage, Verdict, worst
from shipwake.flow import River, as_past, lease, look, open_watch
from shipwake.store import Stored, Tx
from shipwake.wire.clock import ManualClock

AFTERGLOW = 8
"""Units after a harm in which a series finds its way back."""
BATCH = 500


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
        with closing(river.store):
            judged = _open(river, here, changes)
            _wind(river, clock, here.end)
            with river.store.read() as tx:
                return _told(tx, river, here, judged)


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
        for group in lease(river):
            look(river, group)


def _told(tx: Tx, river: River, here: Here, judged: Sequence[Change]) -> LookedBack:
    verdicts = {c.id: tx.verdicts.of(c.id) for c in judged}
    stored = tx.changes.many(c.id for c in judged)
    at = {c.id: c.at or here.end for c in judged}
    ordered = sorted(stored.values(), key=lambda s: (at[s.change.id], s.change.id))
    messages = [m for c in judged if (m := _message(c, verdicts[c.id])) is not None]
    known = {s.name: _known(tx, river, here, ordered, s.name) for s in here.place.slis}
    return LookedBack(
        judged=tuple(at),
        unknown=tuple(
            id for id, said in verdicts.items() if all(v.health is Health.UNKNOWN for v in said)
        ),
        messages=tuple(messages),
        improved=tuple(
            id for id, said in verdicts.items() if any(v.health is Health.IMPROVED for v in said)
        ),
        tallies={s.name: _tally(tx, river, judged, s.name) for s in here.place.slis},
        known=known,
        exposed=tuple(e.at.timestamp() for c in judged for e in c.exposure),
        harmed=tuple(
            (k.past.at.timestamp(), (k.past.until or here.end).timestamp())
            for each in known.values()
            for k in each
            if k.past.harmful
        ),
    )


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


def _tally(tx: Tx, river: River, judged: Sequence[Change], sli: str) -> Tally:
    mine = [c for c in judged if any(s.name == sli for s in river.slis_of(c))]
    words = [{a.health for a in tx.verdicts.history(c.id) if a.sli == sli} for c in mine]
    return Tally(
        changes=len(mine),
        worse=sum(any(h.hurts for h in w) for w in words),
        improved=sum(Health.IMPROVED in w for w in words),
        unknown=sum(w <= {Health.UNKNOWN} for w in words),
    )


def _known(
    tx: Tx, river: River, here: Here, ordered: Sequence[Stored], name: str
) -> tuple[Known, ...]:
    """The changes of the place as the judge of one SLI is told of them."""
    place = (here.place.service, here.place.environment)
    mine = [s for s in ordered if (s.change.service, s.change.environment) == place and all(place)]
    sli = next(s for s in river.config.slis if s.name == name)
    found = []
    for stored, past in zip(mine, as_past(tx, mine, sli, here.end), strict=True):
        hurt = [
            a.at for a in tx.verdicts.history(stored.change.id) if a.sli == name and a.health.hurts
        ]
        found.append(Known(past=past, seen_at=min(hurt, default=None)))
    return tuple(sorted(found, key=attrgetter("past.at")))
