"""The daily and weekly rhythm of a series, each day's learned from days before it, as far as it repeats."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, Index, Moments
from shipwake.judge.order import median, medians
from shipwake.judge.windows import Running

DAY_S = 86400.0
BINS = 96
FEWEST_DAYS = 3
NEWEST = 3
DAYS_FOR_WEEKS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """`weekday` [7, bins]: the rhythm of the coming seven days, binned from the anchor's time of day."""

    weekday: Floats

    def at(self, age_s: Floats) -> Floats:
        """The rhythm at `age_s` seconds after the anchor, shape of `age_s`."""
        bins = self.weekday.shape[1]
        if bins == 0:
            return np.zeros(np.shape(age_s))
        flat = self.weekday.ravel()
        position = np.asarray(age_s) / DAY_S * bins - 0.5
        low = np.floor(position)
        share = position - low
        i = low.astype(np.int64)
        return np.asarray((1 - share) * flat[i % len(flat)] + share * flat[(i + 1) % len(flat)])


NONE = Season(np.zeros((7, 0)))


def seasonal(x: Floats, weight: Floats, unit_s: float, moments: Moments) -> tuple[Floats, Season]:
    """The rhythm within the history [n], each day's from days before it, and that of the days to come.

    `x` is centred, `weight` [n] is 0 where nothing is known. Nothing repeats in under three days.
    """
    n = len(x)
    days = int(n * unit_s // DAY_S)
    bins = int(min(BINS, DAY_S // unit_s))
    if days < FEWEST_DAYS or bins < 12:
        return np.zeros(n), NONE
    rest = _profiles(x, weight, unit_s, days, bins)
    window = int(np.clip(DAY_S / unit_s / 4, 1, HORIZON))
    line = _Line.of(n, days, bins, unit_s)
    there = Running.of(x, weight)
    left = _contrasts(there, moments.at, window)
    history, coming = np.zeros(n), np.zeros((7, bins))
    for shares in _teachers(days):
        told = _smooth(shares @ rest)
        within = line.through(told[:days], told[days])
        recurring = _contrasts(there.of_another(within), moments.at, window)
        gain = _gain(recurring, left, moments.effective)
        left = left - gain * recurring
        history, coming = history + gain * within, coming + gain * told[days:]
        rest = rest - gain * told[:days]
    return history, Season(coming)


def _teachers(days: int) -> list[Floats]:
    """Shares [days + 7, days] by which each day and each of the coming seven is told by other days.

    First all days before it, then the newest three for what those leave, then the same weekdays. A
    later day must not teach an earlier one, since at the anchor no later day is known either; only
    in the first week do its days teach one another.
    """
    of, by = np.arange(days + 7)[:, None], np.arange(days)[None]
    earlier = (by < of) | ((of < 7) & (by < 7) & (by != of))
    rules = [earlier]
    if days >= 7:
        rules.append(earlier & (np.abs(np.minimum(of, days) - by) <= NEWEST))
    if days >= DAYS_FOR_WEEKS:
        rules.append(earlier & ((of - by) % 7 == 0))
    return [rule / np.maximum(rule.sum(axis=1, keepdims=True), 1) for rule in rules]


def _profiles(x: Floats, weight: Floats, unit_s: float, days: int, bins: int) -> Floats:
    """Bin means [days, bins] without the day's own level, counted back from the anchor, outliers drawn in."""
    n = len(x)
    age = (np.arange(n) - n + 0.5) * unit_s + days * DAY_S
    cell = np.floor(age / DAY_S * bins).astype(np.int64)
    inside = (cell >= 0) & (cell < days * bins)
    cell = cell[inside]
    held = np.bincount(cell, weights=weight[inside], minlength=days * bins)
    sums = np.bincount(cell, weights=(x * weight)[inside], minlength=days * bins)
    known = (held > 0).reshape(days, bins)
    profile = (sums / np.where(held > 0, held, 1.0)).reshape(days, bins)
    profile = np.where(known, profile, medians(profile, 1)[:, None])
    profile -= medians(profile, 1)[:, None]
    middle = medians(profile, 0)
    spread = 3 * 1.4826 * medians(np.abs(profile - middle), 0)
    return np.clip(profile, middle - spread, middle + spread)


def _smooth(profile: Floats) -> Floats:
    """Circular mean over three bins along the last axis."""
    return np.asarray((np.roll(profile, 1, axis=-1) + profile + np.roll(profile, -1, axis=-1)) / 3)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    """Where each slot of a history that ends at the anchor lies among the bins of its days: between two of them."""

    low: Index
    share: Floats

    @classmethod
    def of(cls, n: int, days: int, bins: int, unit_s: float) -> Self:
        """Of `n` slots; a day before the first of `days` may be begun."""
        position = ((np.arange(n) - n + 0.5) * unit_s / DAY_S + days + 1) * bins - 0.5
        low = np.maximum(np.floor(position), 0.0)
        return cls(low.astype(np.int64), position - low)

    def through(self, daily: Floats, mean: Floats) -> Floats:
        """Profiles [days, bins] as a series [n]; the days before the first and after the last take the mean."""
        flat = np.concatenate([mean, daily.ravel(), mean])
        return np.asarray(flat[self.low] + self.share * np.diff(flat)[self.low])


def _gain(season: Floats, x: Floats, effective: float) -> float:
    """How much of a season to take off, by before/after contrasts of it and of the series [moments].

    Their least-squares slope, shrunk by its own error.
    """
    x = x - median(x)
    limit = 3 * 1.4826 * median(np.abs(x)) + 1e-12
    x = np.clip(x, -limit, limit)
    variance = float(np.mean(season * season))
    if variance <= 1e-12:
        return 0.0
    slope = float(np.mean(season * x)) / variance
    error = float(np.mean((x - slope * season) ** 2))
    signal = variance * slope * slope
    return float(np.clip(slope * signal / (signal + 2 * error / effective + 1e-12), 0.0, 1.2))


def _contrasts(running: Running, at: Index, window: int) -> Floats:
    before = running.mean(at - window, at, 0.0)
    after = running.mean(at, at + window, before)
    return after - before
