"""Draw cases: a real series, a quiet moment of it, a change of one family there; the same seed draws the same cases."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from bench.judgement.families import BY_NAME, Chance, Family, Injected, Stretch, Truth
from bench.judgement.noise import WIDTH, contrasts, filled, reachable, unit_of
from bench.judgement.series import Series
from shipwake.domain import Floats

DAY_S, MOST_S, LONGEST_STEP_S = 86_400, 28 * 86_400, 900
LEAST_HISTORY, LEAST_SEEN, LEAST_SHORT = 1000, 900, 200
JUDGED_SHARE = 0.4
"""Changes that are judged lie in this last part of a series, so that there is a past to learn from."""
TRIES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is true of a case, without its samples.

    `effect` is the mean move of the sixty samples after the change, in the indicator's unit; `limits` the share of
    such steps that can be found at 1 % and at 5 % false alarms. `history` is the samples before it (0: all there are).
    """

    id: str = ""
    family: str
    truth: Truth
    series: str
    dataset: str
    step_s: float
    changed_at: float
    lower: bool
    k: float = 0.0
    effect: float = 0.0
    limits: tuple[float, float] = (0.0, 0.0)
    history: int = 0

    @property
    def group(self) -> str:
        """The family, and the history where it was cut."""
        return f"{self.family}, {self.history} samples" if self.history else self.family


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """A case with its samples: `values` [n] (a ratio's part, with `totals` [n]), the slots of its changes."""

    facts: Facts
    t0_s: float
    values: Floats
    totals: Floats | None
    change: int
    past: npt.NDArray[np.int64]

    @property
    def times_s(self) -> Floats:
        """Label of each sample, epoch seconds."""
        return np.asarray(self.t0_s + self.facts.step_s * np.arange(len(self.values)))

    @property
    def shown(self) -> Floats:
        """One number a sample, upward worse: what a peer is given, who knows no counts."""
        shares = self.values if self.totals is None else self.values / np.maximum(self.totals, 1)
        return np.asarray(shares if self.facts.lower else -shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`count` cases of a family from number `first` on, after so many samples of history (0: all)."""

    family: str
    count: int
    history: int = 0
    first: int = 0


def draw(series: Sequence[Series], wanted: Sequence[Wanted], seed: int) -> Iterator[Case]:
    """The cases, one family after the other; of a family that no series allows there are none.

    Datasets are equally likely, and so are the series of one.
    """
    for want in wanted:
        family = BY_NAME[want.family]
        for number in range(want.first, want.first + want.count):
            case = _drawn(series, family, want, number, seed)
            if case is None:
                break
            yield case


def _drawn(
    series: Sequence[Series], family: Family, want: Wanted, number: int, seed: int
) -> Case | None:
    name = f"{want.family}, {want.history} samples" if want.history else want.family
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4])
    chance = np.random.default_rng([seed, key, number])
    datasets: dict[str, list[Series]] = {}
    for one in series:
        if not family.counts or one.kind == "request_count":
            datasets.setdefault(one.dataset, []).append(one)
    for _ in range(TRIES if datasets else 0):
        dataset = datasets[sorted(datasets)[int(chance.integers(len(datasets)))]]
        case = put(dataset[int(chance.integers(len(dataset)))], family, chance, want.history)
        if case is not None:
            name = f"{name.replace(' ', '-').replace(',', '')}-{number:04d}"
            return replace(case, facts=replace(case.facts, id=name))
    return None


def put(series: Series, family: Family, chance: Chance, history: int = 0) -> Case | None:
    """One change of `family` at a quiet moment of the series; None where it has none, or too little past."""
    moments = quiet_moments(series, least=history or LEAST_HISTORY)
    if series.step_s > LONGEST_STEP_S or not len(moments):
        return None
    at = int(chance.choice(moments))
    whole = series.values[max(0, at - int(MOST_S / series.step_s)) : at]
    spread = contrasts(filled(whole)) if _usable(whole, history) else np.empty(0)
    if not unit_of(spread) > 0:
        return None
    start = at - (history or len(whole))
    lower = family.counts or bool(chance.random() < 0.7)
    stretch = Stretch(
        values=series.values[start : at + WIDTH + 1],
        change=at - start,
        past=_past(at - start, series.step_s, chance),
        noise=unit_of(spread),
        worse=1.0 if lower else -1.0,
    )
    if np.isfinite(stretch.values[: stretch.change]).sum() < LEAST_SHORT:
        return None
    injected = _in_bounds(family.inject(stretch, chance), stretch)
    known = Facts(
        family=family.name,
        truth=family.truth,
        series=f"{series.dataset}/{series.id}",
        dataset=series.dataset,
        step_s=series.step_s,
        changed_at=series.t0_s + series.step_s * at,
        lower=lower,
        history=history,
    )
    return Case(
        facts=_measured(known, stretch, injected, spread),
        t0_s=series.t0_s + start * series.step_s,
        values=injected.values,
        totals=injected.totals,
        change=stretch.change,
        past=stretch.past,
    )


def quiet_moments(series: Series, least: int, share: float = JUDGED_SHARE) -> npt.NDArray[np.int64]:
    """Slots of the last `share` of the series with an observed hour on both sides and no known anomaly in it."""
    n = len(series)
    bad = np.concatenate([[0], np.cumsum(~np.isfinite(series.values) | series.odd)])
    at = np.arange(max(int(n * (1 - share)), least, WIDTH), n - WIDTH - 1)
    return np.asarray(at[bad[at + WIDTH + 1] == bad[at - WIDTH]], dtype=np.int64)


def _usable(past: Floats, history: int) -> bool:
    there = past[np.isfinite(past)]
    wanted = LEAST_SHORT if history else LEAST_SEEN
    return len(there) >= wanted and len(np.unique(there)) >= 5 and float(np.ptp(there)) > 0


def _past(change: int, step_s: float, chance: Chance) -> npt.NDArray[np.int64]:
    """Slots of earlier deploys: one every two days to two a day, at least three where there is room for them."""
    room = np.arange(min(200, change // 4), change - 2 * WIDTH)
    number = int(change * step_s / DAY_S * chance.uniform(0.5, 2))
    if change >= LEAST_HISTORY:
        number = max(3, number)
    return np.sort(chance.choice(room, min(number, 40, len(room)), replace=False))


def _in_bounds(injected: Injected, stretch: Stretch) -> Injected:
    """What was never negative does not become so by an effect."""
    if injected.totals is not None or np.nanmin(stretch.values[: stretch.change]) < 0:
        return injected
    return replace(injected, values=np.maximum(injected.values, 0.0))


def _measured(known: Facts, stretch: Stretch, injected: Injected, spread: Floats) -> Facts:
    after = slice(stretch.change, stretch.change + WIDTH)
    uncounted = injected.totals is None and known.truth is not Truth.DARK
    moved = injected.values[after] - stretch.values[after]
    size = injected.k * stretch.noise
    return replace(
        known,
        k=injected.k,
        effect=float(np.mean(moved)) if uncounted else 0.0,
        limits=(reachable(spread, size, 0.01), reachable(spread, size, 0.05)),
    )
