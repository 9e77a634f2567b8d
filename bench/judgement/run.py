"""The whole measurement, in order: draw, replay, ask the peers, measure, time; it prints nothing but by `say`."""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from bench.judgement.cases import Case, Wanted, draw
from bench.judgement.folder import write_cases
from bench.judgement.generated import write_series
from bench.judgement.measures import calibration, counts, coverage, speed, together
from bench.judgement.peers.shelf import Laying
from bench.judgement.placebo import watch_futures, watch_series
from bench.judgement.product import replay, said_of
from bench.judgement.report import Report
from bench.judgement.rivals import Peers, lay
from bench.judgement.series import read_series
from bench.judgement.settings import ASKED_OF_SLOW, Settings

Say = Callable[[str], None]
ROUND = 50
"""Cases of a family that are asked before those of the next: who interrupts has some of each."""


def run(settings: Settings, say: Say, report: Report) -> None:
    """Measure all into `report`, whose parts are whole at any time; raises NoSeriesError where there is nothing to."""
    with tempfile.TemporaryDirectory(prefix="shipwake-judgement-") as name:
        place = Path(name)
        if settings.made_up:
            write_series(place / "series", settings.seed)
        data = place / "series" if settings.made_up else settings.data
        report.series = read_series(data, settings.half)
        say(f"{len(report.series)} series of the half called {settings.half}")
        peers = Peers(
            python=settings.peers, reference=settings.reference, jobs=settings.jobs, say=say
        )
        _ask_product(settings, report, place, say)
        _ask_peers(peers, report, place, say)
        _watch(settings, report, place, say)
        _time(settings, peers, report, place, say)
        report.whole = True


def _ask_product(settings: Settings, report: Report, place: Path, say: Say) -> None:
    """Draw the cases in portions, replay each, and lay all on the shelf for the peers."""
    number: dict[str, int] = {}
    wanted = settings.wanted()
    total = sum(w.count for w in wanted)
    with Laying(place / "shelf") as laying:
        cases = draw(report.series, rounds(wanted, ROUND), settings.seed)
        for portion in _portions(cases, settings.portion):
            folder = place / "cases"
            write_cases(folder, portion)
            lines, took = replay(folder, jobs=settings.jobs)
            for case in portion:
                seen = number[case.facts.group] = number.get(case.facts.group, 0) + 1
                asked = case.facts.group in ASKED_OF_SLOW and seen <= settings.slow_cases
                lay(laying, case, sampled=asked)
            report.first += portion[: settings.timed + 1 - len(report.first)]
            report.said += said_of([c.facts for c in portion], lines)
            say(f"{len(report.said):,} of {total:,} cases; the last {len(portion)} in {took:.0f} s")


def rounds(wanted: Sequence[Wanted], size: int) -> list[Wanted]:
    """The same cases, `size` of each in turn."""
    longest = max(w.count for w in wanted)
    return [
        replace(w, first=w.first + begin, count=min(size, w.count - begin))
        for begin in range(0, longest, size)
        for w in wanted
        if begin < w.count
    ]


def _portions(cases: Iterator[Case], size: int) -> Iterator[list[Case]]:
    portion: list[Case] = []
    for case in cases:
        portion.append(case)
        if len(portion) == size:
            yield portion
            portion = []
    if portion:
        yield portion


def _ask_peers(peers: Peers, report: Report, place: Path, say: Say) -> None:
    say("asking the peers")
    facts = [s.facts for s in report.said]
    report.methods, report.theirs = peers.answers(place / "shelf", facts)
    missing = [m.name for m in report.methods if m.version is None]
    if missing:
        say(f"not installed, so not asked: {', '.join(missing)}")


def _watch(settings: Settings, report: Report, place: Path, say: Say) -> None:
    """What needs watches of its own: p-values, intervals, ten indicators at once, counts."""
    seed, jobs, series = settings.seed, settings.jobs, report.series
    say("placebo watches of real series")
    real = watch_series(series, most=settings.watches, moved=settings.moved, seed=seed, jobs=jobs)
    say("placebo watches of made-up series")
    made_up = watch_futures(pasts=settings.pasts, futures=settings.futures, seed=seed, jobs=jobs)
    report.watched += [calibration.measure(real, made_up), coverage.measure(report.said, real)]
    say("changes of ten indicators")
    report.watched.append(
        together.measure(series, place / "together", changes=settings.changes, seed=seed, jobs=jobs)
    )
    say("counts")
    report.watched.append(
        counts.measure(
            series, place / "counts", cases=settings.counted, seed=seed, jobs=jobs, say=say
        )
    )


def _time(settings: Settings, peers: Peers, report: Report, place: Path, say: Say) -> None:
    say("timing")
    timed = peers.timed(place / "shelf", settings.timed)
    report.watched.append(
        speed.measure(
            report.first,
            timed,
            timed=settings.timed,
            replayed=settings.replayed,
            jobs=settings.jobs,
        )
    )
