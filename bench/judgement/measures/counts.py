"""Shares of rare events, where the traffic is real and the errors are drawn: what twenty requests an hour can show."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.judgement.families import Chance
from bench.judgement.folder import Column, Deploy, Indicator, write
from bench.judgement.intervals import wilson
from bench.judgement.product import Looked, looked, replay
from bench.judgement.series import Series
from bench.judgement.tables import Measured, Table
from shipwake.domain import Floats, Health

MINUTE_S = 60.0
DAY = 1440
PAST, AFTER = 28 * DAY, 8 * DAY
"""Samples for the last of the looks, seven days after the change, and for what it learns from."""
HOURS = (1, 4, 24, 168)
BEGUN_S = 1.7e9
PORTION = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Requests a minute around a real shape, and the share of errors in them.

    `after` multiplies the share, and `more` the traffic, from the change on; `bot` errors come once.
    """

    name: str
    rate: Callable[[Chance], float]
    share: Callable[[Chance], float]
    after: float = 1.0
    more: float = 1.0
    bot: int = 0
    hoped: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One case: its number, its place in SCENARIOS, the seed of the run."""

    number: int
    scenario: int
    seed: int

    @property
    def name(self) -> str:
        """Of its service, its SLI and its change."""
        return f"counts-{self.scenario}-{self.number}"

    def chance(self) -> Chance:
        """What it is drawn from, the same in whatever portion it comes."""
        return np.random.default_rng([self.seed, self.scenario, self.number])


def _usual(chance: Chance) -> float:
    return float(10 ** chance.uniform(0.3, 2.3))


SCENARIOS = (
    Scenario(
        name="20 requests an hour, 1 % → 5 %",
        rate=lambda _: 20 / 60,
        share=lambda _: 0.01,
        after=5.0,
        hoped="noticed within 24 h",
    ),
    Scenario(
        name="20 requests an hour, 1 % still",
        rate=lambda _: 20 / 60,
        share=lambda _: 0.01,
        hoped="≤ 1",
    ),
    Scenario(
        name="traffic × 4, the same share",
        rate=_usual,
        share=lambda chance: float(chance.choice([0.001, 0.01, 0.05])),
        more=4.0,
        hoped="≤ 1",
    ),
    Scenario(
        name="five errors of a bot, else zero",
        rate=_usual,
        share=lambda _: 0.0,
        bot=5,
        hoped="≤ 1",
    ),
)


def measure(
    series: Sequence[Series],
    folder: Path,
    *,
    cases: int,
    seed: int,
    jobs: int,
    say: Callable[[str], None],
) -> Measured:
    """One row a scenario: when it was called ailing or unhealthy, and what was said until then."""
    shapes = [s for s in series if s.kind == "request_count"]
    said: dict[str, list[list[Looked]]] = {s.name: [] for s in SCENARIOS}
    for begin in range(0, cases, PORTION):
        say(f"counts: {begin * len(SCENARIOS):,} of {cases * len(SCENARIOS):,} watches of a week")
        some = [
            Drawn(number=number, scenario=i, seed=seed)
            for number in range(begin, min(begin + PORTION, cases))
            for i in range(len(SCENARIOS))
        ]
        for drawn, looks in _replayed(some, shapes, folder / str(begin), jobs):
            said[SCENARIOS[drawn.scenario].name].append(looks)
    real = f"the shapes of {len(shapes)} series of requests" if shapes else "a made-up daily wave"
    return Measured(
        tables=(
            Table(
                title="Counts",
                says=f"Requests follow {real}, drawn by Poisson's law, and are so many on a median day; errors are "
                "drawn from them. Four weeks of minutes before the change and one after it; every look, those after "
                "4 h, 24 h and 7 d at coarser samples. Percent of cases.",
                head=(
                    "scenario",
                    "cases",
                    *(f"ailing or unhealthy within {_time(hours)}" for hours in HOURS),
                    "unknown until then, or for a day",
                    "too quiet at 1 h",
                    "improved",
                    "hoped for",
                ),
                rows=tuple(_row(scenario, said[scenario.name]) for scenario in SCENARIOS),
                note="In brackets Wilson's 95 % interval. Shares that are harmless should not be *unknown* for long; "
                "of one that got worse, *healthy* before it was noticed would be a lie.",
            ),
        )
    )


def _time(hours: int) -> str:
    return f"{hours} h" if hours <= 24 else f"{hours // 24} d"


def _row(scenario: Scenario, said: Sequence[Sequence[Looked]]) -> tuple[str, ...]:
    first = [next((x.samples for x in looks if x.health.hurts), AFTER + 1) for looks in said]
    unknown = [
        all(x.health is Health.UNKNOWN for x in looks if x.samples < min(at, DAY))
        for looks, at in zip(said, first, strict=True)
    ]
    hour = [[x for x in looks if x.samples <= 60][-1] for looks in said]
    return (
        scenario.name,
        str(len(said)),
        *(str(wilson([at <= 60 * hours for at in first])) for hours in HOURS),
        str(wilson(unknown)),
        str(wilson([x.reason == "too quiet" for x in hour])),
        str(wilson([any(x.health is Health.IMPROVED for x in looks) for looks in said])),
        scenario.hoped,
    )


def _replayed(
    some: Sequence[Drawn], shapes: Sequence[Series], folder: Path, jobs: int
) -> Iterator[tuple[Drawn, list[Looked]]]:
    changed_at = BEGUN_S + MINUTE_S * PAST
    write(
        folder,
        [Indicator(name=d.name, service=d.name, ratio=True, lower=True) for d in some],
        [Deploy(id=d.name, service=d.name, at_s=changed_at, judged=True) for d in some],
        (_column(SCENARIOS[d.scenario], shapes, d.name, d.chance()) for d in some),
    )
    lines = {line["change"]: line for line in replay(folder, jobs=jobs, later=True)[0]}
    (folder / "samples.parquet").unlink()
    for d in some:
        yield d, [looked(look, changed_at, MINUTE_S) for look in lines[d.name]["looks"]]


def _column(scenario: Scenario, shapes: Sequence[Series], name: str, chance: Chance) -> Column:
    minutes = np.arange(PAST + AFTER)
    since = minutes >= PAST
    rate = scenario.rate(chance) * _shape(shapes, chance)
    counted = chance.poisson(rate * np.where(since, scenario.more, 1.0))
    share = scenario.share(chance) * np.where(since, scenario.after, 1.0)
    bad = chance.binomial(counted, share).astype(np.float64)
    total = counted.astype(np.float64)
    if scenario.bot:
        at = PAST + int(chance.integers(1, 30))
        bad[at] += scenario.bot
        total[at] += scenario.bot
    times_s = np.asarray(BEGUN_S + MINUTE_S * minutes, dtype=np.float64)
    return Column(sli=name, times_s=times_s, values=bad, totals=total)


def _shape(shapes: Sequence[Series], chance: Chance) -> Floats:
    """A curve whose usual day has a mean of one: a real series of requests from some moment on, or a daily wave."""
    minutes = np.arange(PAST + AFTER)
    if not shapes:
        return np.asarray(1 + 0.6 * np.sin(2 * np.pi * minutes / DAY + chance.uniform(0, 6)))
    one = shapes[int(chance.integers(len(shapes)))]
    there = np.isfinite(one.values)
    known = np.arange(len(one))[there] * one.step_s / MINUTE_S
    length = int(known[-1])
    spare = length - len(minutes)
    begin = int(chance.integers(spare if spare > 0 else max(length, 1)))
    at = (begin + minutes) % max(length, 1)
    shape = np.maximum(np.interp(at, known, one.values[there]), 0.0)
    # The mean of a day's smooth: single spikes of a quiet series are not its traffic.
    smooth = np.convolve(shape, np.ones(15) / 15, "same")
    # Nor is one day of uproar: the rate is that of the median day.
    days = smooth.reshape(-1, DAY).mean(axis=1)
    return np.asarray(smooth / max(float(np.median(days)), 1e-12))
