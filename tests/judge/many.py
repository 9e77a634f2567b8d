"""Many made-up watches for counting chances: series of several families, each learned once, with futures of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from shipwake.domain import Assessment, Floats, Samples, Sli
from shipwake.judge import Level, Normal, learn
from tests.judge.cases import ANCHOR, LEVEL, STEP, WATCHED, gauge, judged, number, ratio

DAY = 1440
HISTORY = 5 * DAY
SERIES = 48
FUTURES = 2
"""Ways in which each series goes on: alike before the change, drawn apart after it."""
Draw = Callable[[np.random.Generator, tuple[int, ...]], Floats]
Show = Callable[[np.random.Generator, Floats, Floats], Floats]


@dataclass(frozen=True, slots=True)
class Family:
    """Series whose state keeps a share `memory` from minute to minute; `shown` by the share of the day."""

    sli: Sli
    memory: float
    shocks: Draw
    shown: Show


@dataclass(frozen=True, slots=True, eq=False)
class Watch:
    """What was learned of a series, and sixty samples of it after a change that did nothing."""

    normal: Normal
    after: Floats


def _normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_normal(shape)


def _heavy(rng: np.random.Generator, shape: tuple[int, ...]) -> Floats:
    return rng.standard_t(3, shape)


def _level(_rng: np.random.Generator, state: Floats, _day: Floats) -> Floats:
    return 100 + 4 * state


def _daily(_rng: np.random.Generator, state: Floats, day: Floats) -> Floats:
    return np.asarray(50 * np.exp(0.5 * np.sin(2 * np.pi * day) + 0.1 * state))


def _slow(rng: np.random.Generator, state: Floats, _day: Floats) -> Floats:
    return 100 + state + 3 * rng.standard_normal(state.shape)


def _errors(rng: np.random.Generator, state: Floats, day: Floats) -> Floats:
    total = rng.poisson(200 * (1 + 0.5 * np.sin(2 * np.pi * day)) * np.ones(state.shape))
    return np.stack([rng.binomial(total, 0.01), total], axis=-1).astype(np.float64)


def _restless_errors(rng: np.random.Generator, state: Floats, day: Floats) -> Floats:
    total = rng.poisson(200 * (1 + 0.5 * np.sin(2 * np.pi * day)) * np.ones(state.shape))
    share = 0.01 * np.exp(0.1 * state)
    return np.stack([rng.binomial(total, share), total], axis=-1).astype(np.float64)


def _orders(rng: np.random.Generator, state: Floats, _day: Floats) -> Floats:
    return rng.poisson(4 * np.exp(0.2 * state)).astype(np.float64)


FAMILIES = {
    "steady": Family(gauge(), 0.6, _normal, _level),
    "heavy": Family(gauge(), 0.3, _heavy, _level),
    "daily": Family(gauge(), 0.6, _normal, _daily),
    "slow": Family(gauge(), 0.98, _normal, _slow),
    "errors": Family(ratio(), 0.0, _normal, _errors),
    "restless errors": Family(ratio(), 0.95, _normal, _restless_errors),
    "orders": Family(number(), 0.8, _normal, _orders),
}
PLAIN = ("steady", "heavy", "slow")
"""Families whose spread does not grow with their level: what is added to samples is added to their mean."""
GAUGES = (*PLAIN, "daily")
BENT = ("daily", "orders")
"""Families judged on a logarithm and on a root: zero is near, and nothing falls below it."""
RATIOS = ("errors", "restless errors")


def draw(family: Family, seed: int, series: int = SERIES) -> tuple[Floats, Floats]:
    """Histories [series, HISTORY] and futures [series, FUTURES, 60], with two columns more for a ratio."""
    rng = np.random.default_rng(seed)
    past = family.shocks(rng, (HISTORY, series))
    for k in range(1, HISTORY):
        past[k] += family.memory * past[k - 1]
    ahead = family.shocks(rng, (WATCHED, series, FUTURES))
    for k in range(WATCHED):
        ahead[k] += family.memory * (ahead[k - 1] if k else past[-1][:, None])
    day = np.arange(HISTORY + WATCHED) / DAY
    before = family.shown(rng, past, day[:HISTORY, None])
    after = family.shown(rng, ahead, day[HISTORY:, None, None])
    return np.moveaxis(before, 0, 1), np.moveaxis(after, 0, 2)


@cache
def watches(name: str) -> tuple[Watch, ...]:
    """The watches of a family, SERIES × FUTURES of them; those of one series follow one another."""
    family = FAMILIES[name]
    found = []
    for history, futures in zip(*draw(family, list(FAMILIES).index(name)), strict=True):
        before = Samples.of(ANCHOR - HISTORY * STEP, STEP, history)
        normal = learn(family.sli, before, ANCHOR, (), unit_s=60)
        found += [Watch(normal, after) for after in futures]
    return tuple(found)


@cache
def words(name: str, samples: int = WATCHED, held: Level = LEVEL) -> tuple[Assessment, ...]:
    """What a look after so many samples says of each watch of a family."""
    return tuple(judged(w.normal, w.after[:samples], held) for w in watches(name))


def share(flags: "list[bool] | np.ndarray") -> float:
    """How many of all are true."""
    return float(np.mean(flags))


def within(share: float, chance: float, n: int) -> bool:
    """Whether a share lies within four deviations of what `n` independent draws with that chance give."""
    return abs(share - chance) <= 4 * float(np.sqrt(chance * (1 - chance) / n))
