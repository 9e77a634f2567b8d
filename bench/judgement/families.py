"""What is done to a series at and after a change: each family is one function; none looks at what a judge says.

The unit of every size is the series' own noise (`noise.unit_of`), so that series of any kind are equally hard.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from bench.judgement.noise import WIDTH, filled
from shipwake.domain import Floats

Chance = np.random.Generator


class Truth(StrEnum):
    """What a judge ought to say."""

    HARMLESS = "harmless"
    WORSE = "worse"
    BETTER = "better"
    DARK = "dark"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Stretch:
    """The samples that a change is put into: `values` [n] with the change at slot `change` and 60 slots or more after.

    `past` are slots of earlier changes. `worse` is +1 where upward hurts. `noise` is the unit of effects.
    """

    values: Floats
    change: int
    past: npt.NDArray[np.int64]
    noise: float
    worse: float

    @property
    def since(self) -> npt.NDArray[np.int64]:
        """Slots since the change, negative before it."""
        return np.arange(len(self.values)) - self.change


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Injected:
    """The samples with their effect; for a ratio the part in `values` and all in `totals`. `k` is the size."""

    values: Floats
    totals: Floats | None = None
    k: float = 0.0


Inject = Callable[[Stretch, Chance], Injected]


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One kind of case. `counts` says that it needs a series of requests, which becomes a ratio."""

    name: str
    truth: Truth
    inject: Inject
    counts: bool = False
    sizes: tuple[float, ...] = field(default=())


STEPS = (2.0, 3.0, 5.0, 8.0, 12.0)
BETTER = (3.0, 5.0, 8.0, 12.0)
RAMPS = (4.0, 6.0, 10.0, 16.0)
EXCURSIONS = (6.0, 12.0, 24.0)


def nothing(stretch: Stretch, chance: Chance) -> Injected:
    """A change that does nothing."""
    del chance
    return Injected(values=stretch.values)


def burst(stretch: Stretch, chance: Chance) -> Injected:
    """One to three samples far off, once, within half an hour of the change: somebody else's bot."""
    values = stretch.values.copy()
    begin = stretch.change + int(chance.integers(1, 30))
    size = stretch.worse * chance.uniform(15, 40) * stretch.noise
    values[begin : begin + int(chance.integers(1, 4))] += size
    return Injected(values=values)


def warm_up(stretch: Stretch, chance: Chance) -> Injected:
    """What every deploy of this service does, and what went away each time."""
    values = stretch.values.copy()
    lasts = chance.uniform(2, 6)
    size = stretch.worse * chance.uniform(6, 20) * stretch.noise
    for at in (*stretch.past, stretch.change):
        slots = np.arange(at, min(at + WIDTH // 2, len(values)))
        values[slots] += size * chance.uniform(0.7, 1.3) * np.exp(-(slots - at) / lasts)
    return Injected(values=values)


def traffic(stretch: Stretch, chance: Chance) -> Injected:
    """Two to four times the requests from the change on, with the same share of errors."""
    requests = np.maximum(np.round(filled(stretch.values) * chance.uniform(1, 5)), 0)
    requests[stretch.since >= 0] *= chance.uniform(2, 4)
    totals = np.asarray(np.round(requests), dtype=np.float64)
    share = chance.choice([0.001, 0.01, 0.05])
    errors = chance.binomial(totals.astype(np.int64), share).astype(np.float64)
    return Injected(values=errors, totals=totals)


def step_worse(stretch: Stretch, chance: Chance) -> Injected:
    """Worse by one size from the change on."""
    return _moved(stretch, stretch.worse, _one_of(STEPS, chance), stretch.since >= 0)


def step_better(stretch: Stretch, chance: Chance) -> Injected:
    """Better by one size from the change on."""
    return _moved(stretch, -stretch.worse, _one_of(BETTER, chance), stretch.since >= 0)


def ramp_worse(stretch: Stretch, chance: Chance) -> Injected:
    """Worse little by little; `k` is reached after sixty samples."""
    return _moved(
        stretch, stretch.worse, _one_of(RAMPS, chance), np.maximum(stretch.since, 0) / WIDTH
    )


def late_step(stretch: Stretch, chance: Chance) -> Injected:
    """Worse by one size, but only from 10 to 40 samples after the change on: a leak that fills, a cache that ages."""
    begins = int(chance.integers(10, 40))
    return _moved(stretch, stretch.worse, _one_of(STEPS, chance), stretch.since >= begins)


def excursions(stretch: Stretch, chance: Chance) -> Injected:
    """Two samples far off, `k` each, again and again every eight to fourteen: a pod that dies and comes back."""
    every, begins = int(chance.integers(8, 15)), int(chance.integers(0, 8))
    since = stretch.since - begins
    return _moved(
        stretch, stretch.worse, _one_of(EXCURSIONS, chance), (since >= 0) & (since % every < 2)
    )


def dark(stretch: Stretch, chance: Chance) -> Injected:
    """No sample any more from the change on but one."""
    del chance
    return Injected(values=np.where(stretch.since > 0, np.nan, stretch.values))


def _moved(stretch: Stretch, sign: float, k: float, shape: npt.ArrayLike) -> Injected:
    moved = sign * k * stretch.noise * np.asarray(shape, dtype=np.float64)
    return Injected(values=stretch.values + moved, k=k)


def _one_of(sizes: tuple[float, ...], chance: Chance) -> float:
    return float(chance.choice(sizes))


FAMILIES = (
    Family(name="nothing", truth=Truth.HARMLESS, inject=nothing),
    Family(name="burst", truth=Truth.HARMLESS, inject=burst),
    Family(name="warm-up", truth=Truth.HARMLESS, inject=warm_up),
    Family(name="traffic", truth=Truth.HARMLESS, inject=traffic, counts=True),
    Family(name="step worse", truth=Truth.WORSE, inject=step_worse, sizes=STEPS),
    Family(name="step better", truth=Truth.BETTER, inject=step_better, sizes=BETTER),
    Family(name="ramp worse", truth=Truth.WORSE, inject=ramp_worse, sizes=RAMPS),
    Family(name="late step", truth=Truth.WORSE, inject=late_step, sizes=STEPS),
    Family(name="excursions", truth=Truth.WORSE, inject=excursions, sizes=EXCURSIONS),
    Family(name="dark", truth=Truth.DARK, inject=dark),
)
BY_NAME = {family.name: family for family in FAMILIES}
