"""Run a backtest: place by place, here or shared out among processes; holds the samples of one place at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from shipwake.backtest.asked import Asked, Compose, Here, Place, Whole, opened, whole
from shipwake.backtest.followed import Followed
from shipwake.backtest.moments import apart, blocks, moments
from shipwake.backtest.past import LookedBack, look_back
from shipwake.backtest.placebo import Answer, Moment, Terms, judge
from shipwake.backtest.step import Ruler
from shipwake.backtest.total import PlaceFound, in_all, place_found
from shipwake.domain import Backtest, from_epoch
from shipwake.replay import quiet
from shipwake.wire.child import workers
from shipwake.wire.clock import Clock, SystemClock, monotonic

Progress = Callable[[int, int], None]
"""Told how much is done, of how much in all."""
STEPPED = 80
"""Most moments of a service at which steps are tried: one of every few."""
PARTS = 4
"""Stretches of a place's moments for each process."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Begun:
    """One place, without its samples, whose changes were looked back at, and the placebo moments still to be judged.

    `blocks` are their places in stretches that one learning serves. `own` says of which moments, by place, an SLI's
    window is free; `stepped` at which of them steps are tried.
    """

    here: Here
    back: LookedBack
    rulers: dict[str, Ruler]
    moments: tuple[float, ...]
    blocks: tuple[range, ...]
    own: dict[str, frozenset[int]]
    stepped: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What a process needs to know to take a part of it."""

    asked: Asked
    all_of_it: Whole
    compose: Compose

    def opened(self, place: Place) -> Here:
        """A place with its samples."""
        return opened(self.asked, self.all_of_it, place, self.compose, SystemClock())


def backtest(
    asked: Asked,
    compose: Compose,
    *,
    jobs: int = 1,
    progress: Progress | None = None,
    clock: Clock | None = None,
) -> Backtest:
    """Judge the past that is asked for; with `jobs` above 1, in so many processes.

    Raises NotFoundError for an SLI that is not configured, BadInputError where there is none, and what a store or a
    folder that cannot be read raises. An SLI whose source fails is missing in the answer, with its reason.
    """
    began, clock = monotonic(), clock or SystemClock()
    work = Work(asked=asked, all_of_it=whole(asked, compose, clock), compose=compose)
    meter = _Meter(work, progress)
    found = _alone(work, meter) if jobs <= 1 else _shared_out(work, jobs, meter)
    return in_all(work.all_of_it.config.caution, found, clock.now(), monotonic() - began)


class _Meter:
    """Adds up what is done: SLIs times the moments at which they are judged."""

    def __init__(self, work: Work, progress: Progress | None) -> None:
        self._progress = progress
        self._wanted = work.asked.moments
        self._total = sum(len(p.slis) for p in work.all_of_it.places) * self._wanted
        self._done = 0

    def begun(self, begun: Begun) -> None:
        """A place has as many moments as it turned out to have."""
        asked = len(begun.here.place.slis) + len(begun.here.refused)
        self._total += len(begun.here.place.slis) * len(begun.moments) - asked * self._wanted
        self.judged(begun, 0)

    def judged(self, begun: Begun, moments: int) -> None:
        """So many moments of a place more are done."""
        self._done += moments * len(begun.here.place.slis)
        if self._progress:
            self._progress(self._done, self._total)


def _alone(work: Work, meter: _Meter) -> list[PlaceFound]:
    found = []
    for place in work.all_of_it.places:
        here = work.opened(place)
        begun = begin(work, here)
        meter.begun(begun)
        answers: list[list[Answer]] = []
        for block in begun.blocks:
            answers += _judge(here, begun, [block])
            meter.judged(begun, len(block))
        found.append(place_found(begun.here, begun.back, begun.rulers, answers))
    return found


def _shared_out(work: Work, jobs: int, meter: _Meter) -> list[PlaceFound]:
    """First the changes of every place, then the moments of each in stretches."""
    found = []
    with workers(jobs, quiet) as pool:
        begun = []
        for one in pool.map(partial(_begin_there, work), work.all_of_it.places):
            begun.append(one)
            meter.begun(one)
        # Which changes there were is in what was begun.
        work = replace(work, all_of_it=replace(work.all_of_it, changes=()))
        parts = [
            [pool.submit(_judge_there, work, one, part) for part in _parts(one.blocks, jobs)]
            for one in begun
        ]
        for one, futures in zip(begun, parts, strict=True):
            answers: list[list[Answer]] = []
            for future in futures:
                part = future.result()
                answers += part
                meter.judged(one, len(part))
            found.append(place_found(one.here, one.back, one.rulers, answers))
    return found


def _parts(found: Sequence[range], jobs: int) -> list[Sequence[range]]:
    """Stretches of blocks, small enough that no process waits long for another at the end."""
    size = max(1, -(-len(found) // (PARTS * jobs)))
    return [found[i : i + size] for i in range(0, len(found), size)]


def _begin_there(work: Work, place: Place) -> Begun:
    return begin(work, work.opened(place))


def _judge_there(work: Work, begun: Begun, part: Sequence[range]) -> list[list[Answer]]:
    return _judge(work.opened(begun.here.place), begun, part)


def begin(work: Work, here: Here) -> Begun:
    """Look back at the changes of a place, and choose its placebo moments."""
    back = look_back(here, work.all_of_it.changes, work.compose)
    span = (here.start.timestamp(), here.end.timestamp())
    units = {s.name: here.unit(s).total_seconds() for s in here.place.slis}
    unit_s = min(units.values(), default=1.0)
    chosen = moments(span, unit_s, back.disturbed(unit_s), work.asked.moments) if units else []
    free = {u: apart(chosen, u, back.disturbed(u), span[1]) for u in set(units.values())}
    every = max(1, -(-len(chosen) // STEPPED))
    return Begun(
        here=replace(here, series={}),
        back=back,
        rulers={s.name: Ruler.of(s, here.series[s.name]) for s in here.place.slis},
        moments=tuple(chosen),
        blocks=tuple(blocks(chosen, span[0], back.turns)),
        own={name: frozenset(free[u]) for name, u in units.items()},
        stepped=frozenset(range(0, len(chosen), every)),
    )


def _judge(here: Here, begun: Begun, part: Sequence[range]) -> list[list[Answer]]:
    """The answers at some of a place's moments."""
    followed = [
        Followed.of(s, here.series[s.name], here.unit(s), begun.back.known[s.name], here.end)
        for s in here.place.slis
    ]
    terms = Terms(schedule=here.config.watch, caution=here.config.caution)
    answers: list[list[Answer]] = []
    for block in part:
        asked = [
            Moment(
                at=from_epoch(begun.moments[i]),
                own=frozenset(name for name, free in begun.own.items() if i in free),
                stepped=i in begun.stepped,
            )
            for i in block
        ]
        answers += judge(asked, followed, terms, begun.rulers)
    return answers
