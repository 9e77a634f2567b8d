"""What is to be backtested and where its past lies: the configured store and sources, or a replay folder."""

import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path

import numpy as np

from shipwake.config import Adapter, Config
from shipwake.domain import BadInputError, Change, NotFoundError, Samples, Sli, from_epoch, utc
from shipwake.flow import HISTORY, River, join, with_steps
from shipwake.replay import read_folder
from shipwake.sources import Source, SourceError, connect
from shipwake.wire.clock import Clock, ManualClock

Compose = Callable[..., River]
"""The composition root, as for a replay: see `shipwake.app.compose`."""
EVER = (
    utc(datetime.fromisoformat("2000-01-01T00:00Z")),
    utc(datetime.fromisoformat("2200-01-01T00:00Z")),
)
MOMENTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One backtest: of `names` (none: every SLI), as if they alone were configured, with so many placebo moments.

    With `folder` the past is that of a replay folder, whose own settings hold; else that of `config`'s store.
    """

    config: Config
    folder: Path | None = None
    names: tuple[str, ...] = ()
    moments: int = MOMENTS


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A service in an environment with its SLIs, which are judged jointly."""

    service: str
    environment: str
    slis: tuple[Sli, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """The configuration that is backtested, every change that went live, and the places where there are SLIs."""

    config: Config
    changes: tuple[Change, ...]
    places: tuple[Place, ...]
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Here:
    """One place with the samples of its SLIs; `refused` says of which none could be read, and why.

    `start` and `end` are the labels of the first sample of any SLI and after the last; equal where there is none.
    """

    place: Place
    config: Config
    series: Mapping[str, Samples]
    refused: Mapping[str, str]
    start: datetime
    end: datetime

    def unit(self, sli: Sli) -> timedelta:
        """The time that one sample of judgement spans."""
        return self.config.watch.unit_for(sli.step)


@dataclass(frozen=True, slots=True)
class Held:
    """A source of samples that were read before: a replay asks it again and again, and nobody else."""

    series: Mapping[str, Samples]

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The slots from `start` to `end`."""
        return self.series[sli.name].between(start, end)


def whole(asked: Asked, compose: Compose, clock: Clock) -> Whole:
    """What there is to backtest; raises NotFoundError for an SLI that is not configured."""
    config, changes, now = (
        _of_store(asked, compose, clock)
        if asked.folder is None
        else _of_folder(asked.folder, compose)
    )
    config = _named(config, asked.names)
    return Whole(config=config, changes=changes, places=_places(config, changes), now=now)


def opened(asked: Asked, all_of_it: Whole, place: Place, compose: Compose, clock: Clock) -> Here:
    """The place with its samples; of an SLI whose source fails, why."""
    if asked.folder is not None:
        only = frozenset(s.name for s in place.slis)
        settings = {"path": str(asked.folder), "only": only}
        recorded = connect(Adapter(kind="folder", name="push", settings=settings))
        return _read(all_of_it, place, {s.source: recorded for s in place.slis}, EVER)
    river = compose(asked.config, clock=clock)
    try:
        now = all_of_it.now
        return _read(all_of_it, place, river.sources, (now - HISTORY, now))
    finally:
        river.close()


def _of_store(
    asked: Asked, compose: Compose, clock: Clock
) -> tuple[Config, tuple[Change, ...], datetime]:
    river = compose(asked.config, clock=clock)
    try:
        now = river.clock.now()
        with river.store.read() as tx:
            stored = [
                s.change
                for service, environment in tx.changes.places()
                for s in tx.changes.past(service, environment, since=now - HISTORY, before=now)
            ]
        return river.config, _live(stored), now
    finally:
        river.close()


def _of_folder(path: Path, compose: Compose) -> tuple[Config, tuple[Change, ...], datetime]:
    """The changes as the flow makes them of a folder's lines, rollbacks among them."""
    folder = read_folder(path, later=True)
    with tempfile.TemporaryDirectory(prefix="shipwake-backtest-") as place:
        config = replace(folder.config, database=f"sqlite:///{place}/heard.db?synchronous=off")
        at = folder.changes[0].at if folder.changes else EVER[0]
        river = compose(config, clock=ManualClock(at))
        with closing(river.store):
            with river.store.write() as tx:
                for event in folder.changes:
                    known = replace(event, facts=replace(event.facts, judge=False))
                    join(river, tx, known)
            with river.store.read() as tx:
                found = [
                    s.change for s in tx.changes.many(e.facts.id for e in folder.changes).values()
                ]
        # Without a step of its own an SLI has that of its samples, which are read later.
        steps = {s.name: s.step for s in config.slis}
        slis = tuple(replace(s, source="push", step=steps[s.name]) for s in river.config.slis)
        return replace(river.config, slis=slis), _live(found), EVER[1]


def _live(changes: list[Change]) -> tuple[Change, ...]:
    """Those that went live, oldest first; each is to be judged, whoever asked for no verdict then."""
    live = [replace(c, judge=True) for c in changes if c.at is not None]
    return tuple(sorted(live, key=lambda c: (c.at or EVER[0], c.id)))


def _named(config: Config, names: tuple[str, ...]) -> Config:
    known = [s.name for s in config.slis]
    for name in names:
        if name not in known:
            near = get_close_matches(name[:200], known, n=3, cutoff=0.3)
            hint = (
                f"did you mean {', '.join(near)}?"
                if near
                else "`shipwake check` counts what there is"
            )
            raise NotFoundError(f"there is no SLI {name!r} here; {hint}")
    if not known:
        message = "there is no SLI to backtest; add some under slis: in shipwake.yaml"
        raise BadInputError(message)
    return replace(config, slis=tuple(s for s in config.slis if not names or s.name in names))


def _places(config: Config, changes: tuple[Change, ...]) -> tuple[Place, ...]:
    """Every service and environment that has an SLI; one without an environment counts in each of its service."""
    there = {(c.service, c.environment) for c in changes if c.environment}
    there |= {(s.service, s.environment) for s in config.slis if s.environment}
    found = []
    for service, environment in sorted(there):
        slis = tuple(
            s for s in config.slis if s.service == service and s.environment in ("", environment)
        )
        if slis:
            found.append(Place(service=service, environment=environment, slis=slis))
    placed = {s.name for p in found for s in p.slis}
    for service in sorted({s.service for s in config.slis if s.name not in placed}):
        slis = tuple(s for s in config.slis if s.service == service and s.name not in placed)
        found.append(Place(service=service, environment="", slis=slis))
    return tuple(found)


def _read(
    all_of_it: Whole,
    place: Place,
    sources: Mapping[str, Source],
    window: tuple[datetime, datetime],
) -> Here:
    series: dict[str, Samples] = {}
    refused: dict[str, str] = {}
    for sli in place.slis:
        source = sources.get(sli.source)
        if source is None:
            refused[sli.name] = f"the source {sli.source!r} is not configured"
            continue
        try:
            found = source.samples(sli, *window).from_first_value()
        except SourceError as error:
            refused[sli.name] = error.message
            continue
        if len(found):
            series[sli.name] = _to_last_value(found)
        else:
            refused[sli.name] = "no samples"
    end = max((s.end for s in series.values()), default=window[0])
    steps = {name: timedelta(seconds=s.step_s) for name, s in series.items()}
    config = with_steps(replace(all_of_it.config, slis=place.slis), steps)
    slis = tuple(replace(s, source="push") for s in config.slis if s.name in series)
    return Here(
        place=replace(place, slis=slis),
        config=replace(config, slis=slis),
        series=series,
        refused=refused,
        start=min((from_epoch(s.t0_s) for s in series.values()), default=end),
        end=end,
    )


def _to_last_value(samples: Samples) -> Samples:
    """Without what may still arrive."""
    last = int(np.flatnonzero(samples.present)[-1]) + 1
    return replace(samples, values=samples.values[:last], states=samples.states[:last])
