"""The daily and weekly rhythm of a series, each day's learned from the other days, as far as it repeats."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.moments import HORIZON, Index, Moments
from shipwake.judge.windows import Running

DAY_S = 86400.0
BINS = 96
FEWEST_DAYS = 3
DAYS_FOR_WEEKS = 15


@dataclass(frozen=True, slots=True, eq=False)
class Season:
    """`weekday` [7, bins] is the rhythm by days since the anchor (modulo 7), binned from the anchor's time of day."""

    weekday: Floats

    def at(self, age_s: Floats) -> Floats:
        """The rhythm at `age_s` ≥ 0 seconds after the anchor, shape of `age_s`."""
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
    """The rhythm within the history [n] (each day's from the other days) and that of the days to come.

    `x` is centred, `weight` [n] is 0 where nothing is known. Nothing repeats in under three days.
    """
    n = len(x)
    days = int(n * unit_s // DAY_S)
    bins = int(min(BINS, DAY_S // unit_s))
    if days < FEWEST_DAYS or bins < 12:
        return np.zeros(n), NONE
    profile = _profiles(x, weight, unit_s, days, bins)
    mean = profile.mean(axis=0)
    others = (days * mean - profile) / (days - 1)
    within = _drawn(_smooth(others), _smooth(mean), n, unit_s)
    window = int(np.clip(DAY_S / unit_s / 4, 1, HORIZON))
    gain = _gain(within, x, weight, moments, window)
    history, weekday = gain * within, np.tile(gain * _smooth(mean), (7, 1))
    if days >= DAYS_FOR_WEEKS:
        rest, coming = _same_weekday(profile - mean)
        within = _drawn(_smooth(rest), np.zeros(bins), n, unit_s)
        gain = _gain(within, x - history, weight, moments, window)
        history, weekday = history + gain * within, weekday + gain * _smooth(coming)
    return history, Season(weekday)


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
    profile = np.where(known, profile, np.median(profile, axis=1, keepdims=True))
    profile -= np.median(profile, axis=1, keepdims=True)
    middle = np.median(profile, axis=0)
    spread = 3 * 1.4826 * np.median(np.abs(profile - middle), axis=0)
    return np.clip(profile, middle - spread, middle + spread)


def _same_weekday(rest: Floats) -> tuple[Floats, Floats]:
    """What the same weekdays' other profiles leave beyond the mean [days, bins], and that of the coming 7 days."""
    days, bins = rest.shape
    weekday = (np.arange(days) - days) % 7
    others, coming = np.zeros_like(rest), np.zeros((7, bins))
    for day in range(7):
        same = weekday == day
        count = int(same.sum())
        total = rest[same].sum(axis=0)
        coming[day] = total / max(count, 1)
        if count > 1:
            others[same] = (total - rest[same]) / (count - 1)
    return others, coming


def _smooth(profile: Floats) -> Floats:
    """Circular mean over three bins along the last axis."""
    return np.asarray((np.roll(profile, 1, axis=-1) + profile + np.roll(profile, -1, axis=-1)) / 3)


def _drawn(daily: Floats, mean: Floats, n: int, unit_s: float) -> Floats:
    """Profiles [days, bins] as a series [n] that ends at the anchor; days before the first take the mean."""
    days, bins = daily.shape
    flat = np.concatenate([daily.ravel(), mean])
    position = ((np.arange(n) - n + 0.5) * unit_s / DAY_S + days) * bins - 0.5
    series: Floats = np.interp(position, np.arange(len(flat)), flat).astype(np.float64)
    early = position < 0
    if early.any():
        series[early] = np.interp(position[early] % bins, np.arange(bins), mean, period=bins)
    return series


def _gain(season: Floats, x: Floats, weight: Floats, moments: Moments, window: int) -> float:
    """How much of `season` to take off: the least-squares slope of before/after contrasts, shrunk by its own error."""
    a = _contrast(season, np.ones(len(season)), moments.at, window)
    b = _contrast(x, weight, moments.at, window)
    b = b - np.median(b)
    limit = 3 * 1.4826 * np.median(np.abs(b)) + 1e-12
    b = np.clip(b, -limit, limit)
    variance = float(np.mean(a * a))
    if variance <= 1e-12:
        return 0.0
    slope = float(np.mean(a * b)) / variance
    error = float(np.mean((b - slope * a) ** 2))
    signal = variance * slope * slope
    return float(
        np.clip(slope * signal / (signal + 2 * error / moments.effective + 1e-12), 0.0, 1.2)
    )


def _contrast(x: Floats, weight: Floats, at: Index, window: int) -> Floats:
    running = Running.of(x, weight)
    before = running.mean(at - window, at, 0.0)
    after = running.mean(at, at + window, before)
    return after - before
