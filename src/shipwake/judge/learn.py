"""Learn one indicator's normal from its history before a change; says why when there is nothing to learn."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from shipwake.domain import Floats, Reason, Samples, Sli, SliKind, utc
from shipwake.judge import beyond, counts, recurrence
from shipwake.judge.calibration import Calibration, calibrate
from shipwake.judge.described import describe
from shipwake.judge.effect import (
    FAR_STOPS,
    Straying,
    estimates,
    straying,
    straying_of_counts,
)
from shipwake.judge.forecast import Forecast, following, forecast
from shipwake.judge.means import straying_of_means
from shipwake.judge.moments import HORIZON, Index, Moments, placebos
from shipwake.judge.normal import Before, Model, Normal
from shipwake.judge.order import medians, quantiles
from shipwake.judge.past import Past
from shipwake.judge.readings import Readings, readings
from shipwake.judge.refusal import Refusal
from shipwake.judge.rhythm import Rhythm, rhythm
from shipwake.judge.scale import local_scale
from shipwake.judge.season import DAY_S
from shipwake.judge.series import Series, on_grid, prepare
from shipwake.judge.statistics import (
    HORIZONS,
    ROWS,
    STATISTICS,
    Mean,
    Paths,
    Shape,
    both_ways,
)
from shipwake.judge.sums import running_sums
from shipwake.judge.unrest import unrested
from shipwake.judge.windows import Running, median_of_three

FEATURE_FAR = 100.0
RAW_LIMIT, DRAWN_LIMIT = 6.0, 3.0
BAND_KNOTS = np.array([0, 2, 5, 11, 19, 29, 44, 59])
SAMPLED = 400
"""Placebo paths from which medians and band quantiles are taken."""


def learn(
    sli: Sli, history: Samples, anchor: datetime, past: Sequence[Past], *, unit_s: float
) -> Normal:
    """The normal of `sli` from its samples before `anchor` (28 days of them at most).

    `past` are earlier changes of its service; `unit_s` is the resolution of judgement in seconds.
    Never raises: where nothing can be learned, `Normal.reason` says why.
    """
    unit_s = max(float(unit_s), history.step_s)
    samples = on_grid(sli, history, anchor, unit_s)
    read = readings(samples, sli.kind)
    before = _before(sli, samples, read)

    def unknown(refusal: Refusal) -> Normal:
        return Normal(
            sli=sli,
            anchor_s=utc(anchor).timestamp(),
            unit_s=unit_s,
            before=before,
            reason=refusal.reason,
            detail=refusal.detail,
        )

    series = prepare(sli, samples, read, anchor, past)
    if isinstance(series, Refusal):
        return unknown(series)
    moments = placebos(read.answered, series.past)
    if moments is None:
        return unknown(
            Refusal(Reason.SHORT_HISTORY, "too few undisturbed stretches before the change")
        )
    return Normal(
        sli=sli,
        anchor_s=utc(anchor).timestamp(),
        unit_s=unit_s,
        before=before,
        reason=Reason.NORMAL,
        model=_model(sli, series, moments),
    )


def _before(sli: Sli, samples: Samples, read: Readings) -> Before:
    start = max(len(samples) - HORIZON, 0)
    ok = read.ok[start:]
    values = np.where(ok, read.values[start:], np.nan)
    ratio = sli.kind is SliKind.RATIO
    weight = read.totals[start:] if ratio else ok.astype(np.float64)
    mean = float(np.sum(read.values[start:] * weight) / weight.sum()) if weight.sum() > 0 else None
    return Before(
        t0_s=samples.t0_s + start * samples.step_s,
        values=values,
        totals=read.totals[start:].copy(),
        mean=mean,
    )


def _model(sli: Sli, series: Series, moments: Moments) -> Model:
    far = np.clip(series.x, -FEATURE_FAR, FEATURE_FAR)
    recurring, ahead = rhythm(far, series.calm, series.unit_s, moments)
    x = series.x - recurring
    smooth = far - recurring
    if sli.kind is not SliKind.RATIO:
        smooth = median_of_three(smooth)
    earlier = _earlier(series)
    calm = Running.of(smooth, series.calm)
    recent = calm if series.recent is series.calm else Running.of(smooth, series.recent)
    per_day = round(DAY_S / series.unit_s)
    foretold = forecast(
        x, calm, recent, moments, earlier, per_day, middle=sli.kind is not SliKind.RATIO
    )
    if sli.kind is SliKind.RATIO:
        return _of_counts(sli, series, ahead, foretold, moments, earlier)
    residuals = foretold.residuals * following(series.read.ok, moments.at)
    scale, beside = local_scale(
        residuals, calm, moments, np.array([len(x), *earlier]), series.unit_s
    )
    after = foretold.past * following(series.read.ok, earlier)
    habit = recurrence.habit(after, residuals)
    z = residuals / scale
    limit, drawn = _limits(z)
    clipped = np.clip(z, -limit[:, None], limit[:, None])
    calmed = (after - habit.returned.curve[:, None]) / beside[1:]
    levels = estimates(z)
    up, down = _calibrations(z, calmed, levels, (limit, drawn), moments.effective, habit)
    low, high = _band(clipped)
    strays = straying(levels, moments.effective)
    means = _means(series, moments, residuals, scale, strays)
    return Model(
        transform=series.transform,
        rhythm=ahead,
        expected=foretold.expected,
        level=foretold.level,
        sigma=float(beside[0]),
        limit=limit,
        drawn_limit=drawn,
        band_low=low,
        band_high=high,
        habit=habit,
        up=up,
        down=down,
        straying=strays,
        means=means,
        most=_most(series),
        noise=None,
        moments_s=_times(series, moments),
        effective=moments.effective,
        described=describe(clipped, moments, _times(series, moments)) if sli.detector else None,
    )


def _means(
    series: Series, moments: Moments, residuals: Floats, scale: Floats, strays: Straying
) -> Straying:
    """How means stray: as residuals do, where the scale is not bent."""
    bent = series.transform
    if bent.power == 1.0:
        return strays
    x = following(series.x, moments.at)
    values, foretold = bent.inverse(x), bent.inverse(x - residuals)
    return straying_of_means(bent, values, foretold, scale, moments.effective)


def _most(series: Series) -> float:
    """The largest value that may teach the normal."""
    return float(series.read.values[series.calm > 0].max())


def _calibrations(
    z: Floats,
    after: Floats,
    levels: Floats,
    limits: tuple[Floats, Floats],
    worth: float,
    habit: recurrence.Habit,
) -> tuple[Calibration, Calibration]:
    """Both directions, from scaled residuals [60, n] at placebo moments and [60, k] after earlier changes.

    `levels` [len(STOPS), n] are the estimates of those at placebo moments.
    """
    raw, drawn = (limit[:, None] for limit in limits)
    placebo, changed = (
        both_ways(Paths(np.clip(q, -raw, raw), np.clip(q, -drawn, drawn), Mean()))
        for q in (z, after)
    )
    far, floor = levels[-len(FAR_STOPS) :], _least(limits[1])
    up, down = (
        replace(
            unrested(
                calibrate(usual, worth, floor), usual, found, forgiven=habit.returned.count > 0
            ),
            beyond=beyond.calibrate(far, sign, worth),
        )
        for usual, found, sign in zip(placebo, changed, (1, -1), strict=True)
    )
    return up, down


def _least(drawn: Floats) -> Floats:
    """The least spread of each statistic: that of spikes is three, each as high as what is drawn in."""
    floor = np.zeros(len(STATISTICS))
    spiked = ROWS[Shape.SPIKES]
    floor[spiked] = 3 * float(drawn.mean()) / HORIZONS[spiked]
    return floor


def _earlier(series: Series) -> Index:
    """Earlier harmless changes whose next 60 samples are all before the anchor and free of harm."""
    q = series.past.moments
    q = q[(q >= HORIZON) & (q <= len(series) - HORIZON)]
    harm = np.concatenate([[0], np.cumsum(series.past.harm)])
    seen = np.concatenate([[0], np.cumsum(series.read.ok)])
    kept: Index = q[(harm[q + HORIZON] == harm[q]) & (seen[q + HORIZON] - seen[q] >= HORIZON // 2)]
    return kept


def _limits(z: Floats) -> tuple[Floats, Floats]:
    """Limits [60] of scaled residuals: raw ones against absurdity, drawn ones for means that last."""
    spread: Floats = np.sqrt(np.mean(np.clip(z, -4, 4) ** 2, axis=1))
    spread = np.maximum(spread, 0.3 * float(spread.mean()) + 1e-9)
    some = np.abs(_some(z))
    middle: Floats = np.maximum(1.4826 * medians(some, 1), 0.2 * spread)
    padded = np.concatenate([middle[:2], middle, middle[-2:]])
    smooth: Floats = np.convolve(padded, np.ones(5) / 5, "valid").astype(np.float64)
    return np.asarray(RAW_LIMIT * spread), np.asarray(DRAWN_LIMIT * smooth)


def _band(z: Floats) -> tuple[Floats, Floats]:
    """Quantiles (2.5 and 97.5 %) of single residuals [60], from eight slots on a smooth line."""
    low, high = quantiles(_some(z)[BAND_KNOTS], [0.025, 0.975])
    slots = np.arange(HORIZON, dtype=np.float64)
    below = np.interp(slots, BAND_KNOTS, np.minimum(low, 0)).astype(np.float64)
    above = np.interp(slots, BAND_KNOTS, np.maximum(high, 0)).astype(np.float64)
    return np.asarray(below), np.asarray(above)


def _some(z: Floats) -> Floats:
    """Every so many paths, about 400 of them."""
    return z[:, :: max(1, z.shape[1] // SAMPLED)]


def _times(series: Series, moments: Moments) -> Floats:
    return np.asarray(series.t0_s + moments.at * series.unit_s, dtype=np.float64)


def _of_counts(
    sli: Sli, series: Series, ahead: Rhythm, foretold: Forecast, moments: Moments, earlier: Index
) -> Model:
    """The model of a ratio: excesses of events over what the expected rate makes of the counted."""
    size = series.transform.size
    totals = following(series.read.totals, moments.at)
    rates = following(series.read.values, moments.at)
    least = counts.least_rate(series.calm)
    bounded = np.clip(rates - foretold.residuals * size, least, 1 - least)
    excess = (rates - bounded) * totals
    rate = bounded.mean(axis=0)
    noise = counts.learn_noise(excess, totals, rate, least, moments.effective)
    measure = counts.Counted(noise, rate, running_sums(totals))
    sampled = noise.deviation(rate, totals)
    drawn = np.clip(excess, -DRAWN_LIMIT * sampled, DRAWN_LIMIT * sampled)
    up, down = both_ways(Paths(excess, drawn, measure))
    habit = recurrence.habit(foretold.past * following(series.read.ok, earlier), foretold.residuals)
    limit = np.full(HORIZON, np.inf)
    low, high = _band(excess / sampled)
    tails = counts.LEAST_TAIL
    strays = straying_of_counts(excess, measure, 1.96, moments.effective)
    # Of few requests a spike may be a single event: of counts it says nothing.
    floor = np.array([np.inf if s.shape is Shape.SPIKES else counts.NORMAL_995 for s in STATISTICS])
    return Model(
        transform=series.transform,
        rhythm=ahead,
        expected=foretold.expected,
        level=foretold.level,
        sigma=1.0,
        limit=limit,
        drawn_limit=np.full(HORIZON, DRAWN_LIMIT),
        band_low=np.minimum(low, -1.96),
        band_high=np.maximum(high, 1.96),
        habit=habit,
        up=calibrate(up, moments.effective, floor, tails),
        down=calibrate(down, moments.effective, floor, tails),
        straying=strays,
        means=strays,
        most=_most(series),
        noise=noise,
        moments_s=_times(series, moments),
        effective=moments.effective,
        described=describe(excess / sampled, moments, _times(series, moments))
        if sli.detector
        else None,
    )
