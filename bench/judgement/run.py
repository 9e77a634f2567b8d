"""The whole measurement, in order: draw, replay, ask the peers, measure, time; it prints nothing but by `say`."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.judgement.answers import Answers, of_product
from bench.judgement.cases import Case, draw
from bench.judgement.folder import write_cases
from bench.judgement.generated import write_series
from bench.judgement.measures import (
    calibration,
    counts,
    coverage,
    false_alarms,
    ranking,
    recall,
    short,
    speed,
    together,
    words,
)
from bench.judgement.peers.shelf import Laying
from bench.judgement.placebo import watch_futures, watch_series
from bench.judgement.product import Said, replay, said_of
from bench.judgement.rivals import Method, Peers, lay
from bench.judgement.series import Series, read_series
from bench.judgement.settings import Settings
from bench.judgement.tables import Measured, Table

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """All that was found: the tables in order, the points of pictures, which series and which peers there were."""

    tables: tuple[Table, ...]
    points: dict[str, Any]
    series: tuple[Series, ...]
    methods: tuple[Method, ...]
    said: tuple[Said, ...]
    answers: tuple[Answers, ...]


@dataclass(slots=True)
class Asked:
    """What was said of all cases, and the first of them with their samples, for the speed."""

    said: list[Said] = field(default_factory=list)
    first: list[Case] = field(default_factory=list)


def run(settings: Settings, say: Say) -> Report:
    """Measure all; raises NoSeriesError where there is nothing to measure on."""
    with tempfile.TemporaryDirectory(prefix="shipwake-judgement-") as name:
        place = Path(name)
        if settings.made_up:
            write_series(place / "series", settings.seed)
        data = place / "series" if settings.made_up else settings.data
        series = read_series(data, settings.half)
        say(f"{len(series)} series of the half called {settings.half}")
        return _measured(settings, series, place, say)


def _measured(settings: Settings, series: list[Series], place: Path, say: Say) -> Report:
    peers = Peers(python=settings.peers, reference=settings.reference, jobs=settings.jobs)
    asked = _asked(settings, series, place, say)
    facts = [s.facts for s in asked.said]
    say("asking the peers")
    methods, theirs = peers.answers(place / "shelf", facts)
    missing = [m.name for m in methods if m.version is None]
    if missing:
        say(f"not installed, so not asked: {', '.join(missing)}")
    answers = [of_product(asked.said), *theirs]
    found = [
        false_alarms.measure(asked.said, answers),
        recall.measure(answers),
        ranking.measure(answers),
        words.measure(asked.said),
        short.measure(asked.said, answers),
    ]
    found += _watched(settings, series, asked.said, place, say)
    say("timing")
    timed = peers.timed(place / "shelf", settings.timed)
    found.append(
        speed.measure(
            asked.first,
            timed,
            timed=settings.timed,
            replayed=settings.replayed,
            jobs=settings.jobs,
        )
    )
    return Report(
        tables=tuple(t for m in found for t in m.tables),
        points={name: p for m in found for name, p in m.points.items()},
        series=tuple(series),
        methods=tuple(methods),
        said=tuple(asked.said),
        answers=tuple(answers),
    )


def _asked(settings: Settings, series: list[Series], place: Path, say: Say) -> Asked:
    """Draw the cases in portions, replay each, and lay all on the shelf for the peers."""
    asked = Asked()
    number: dict[str, int] = {}
    wanted = settings.wanted()
    total = sum(w.count for w in wanted)
    with Laying(place / "shelf") as laying:
        for portion in _portions(draw(series, wanted, settings.seed), settings.portion):
            folder = place / "cases"
            write_cases(folder, portion)
            lines, took = replay(folder, jobs=settings.jobs)
            asked.said += said_of([c.facts for c in portion], lines)
            for case in portion:
                seen = number[case.facts.group] = number.get(case.facts.group, 0) + 1
                whole = not case.facts.history
                lay(laying, case, sampled=whole and seen <= settings.slow_cases)
            asked.first += portion[: settings.timed + 1 - len(asked.first)]
            say(f"{len(asked.said):,} of {total:,} cases; the last {len(portion)} in {took:.0f} s")
    return asked


def _portions(cases: Iterator[Case], size: int) -> Iterator[list[Case]]:
    portion: list[Case] = []
    for case in cases:
        portion.append(case)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def _watched(
    settings: Settings, series: list[Series], said: list[Said], place: Path, say: Say
) -> list[Measured]:
    """What needs watches of its own: p-values, intervals, ten indicators at once, counts."""
    seed, jobs = settings.seed, settings.jobs
    say("placebo watches of real series")
    real = watch_series(series, most=settings.watches, seed=seed, jobs=jobs)
    say("placebo watches of made-up series")
    made_up = watch_futures(pasts=settings.pasts, futures=settings.futures, seed=seed, jobs=jobs)
    say("changes of ten indicators")
    ten = together.measure(
        series, place / "together", changes=settings.changes, seed=seed, jobs=jobs
    )
    say("counts")
    counted = counts.measure(series, place / "counts", cases=settings.counted, seed=seed, jobs=jobs)
    return [calibration.measure(real, made_up), coverage.measure(said, real), ten, counted]
