"""The samples that were judged beside the band they were held against, for charts; shown units throughout."""

import numpy as np

from shipwake.domain import Evidence, Floats
from shipwake.judge.moments import HORIZON
from shipwake.judge.normal import Model, Normal
from shipwake.judge.shift import shown_factor
from shipwake.judge.watched import Watched

MOST_BETWEEN = 10_000
"""Slots between the anchor of the normal and that of the look (a later exposure step) that are drawn as a gap."""
WIDEN_OVER = 240
"""Samples beyond the hour over which a band that nobody forecast opens."""


def evidence(normal: Normal, seen: Watched) -> Evidence:
    """60 samples before the anchor, or as many as there are, and all after it."""
    before, read = normal.before, seen.read
    factor = shown_factor(normal.sli)
    between = np.full(min(seen.shift, MOST_BETWEEN), np.nan)
    k, m = len(before.values) + len(between), len(seen)
    after = np.where(read.ok, read.values, np.nan)
    values = np.concatenate([before.values, between, after]) * factor
    totals = np.concatenate([before.totals, between[: len(read.totals)], read.totals])
    low, high = np.full(k + m, np.nan), np.full(k + m, np.nan)
    if normal.model is not None:
        low, high = _band(normal.model, np.arange(-k, m) + seen.shift, seen.unit_s, totals)
    return Evidence(
        t0_s=before.t0_s if k else seen.anchor_s,
        step_s=seen.unit_s,
        before=k,
        values=values,
        total=totals,
        low=low * factor,
        high=high * factor,
    )


def _band(
    model: Model, position: np.ndarray, unit_s: float, totals: Floats
) -> tuple[Floats, Floats]:
    slot = np.clip(position, 0, HORIZON - 1)
    center = model.foretold(position, unit_s)
    wide = np.sqrt(1 + np.maximum(position - HORIZON + 1, 0) / WIDEN_OVER)
    if model.noise is None:
        return (
            model.transform.inverse(center + model.sigma * wide * model.band_low[slot]),
            model.transform.inverse(center + model.sigma * wide * model.band_high[slot]),
        )
    rate = model.noise.bounded(model.transform.inverse(center))
    usual = float(np.median(totals[totals > 0])) if (totals > 0).any() else 1.0
    counted = np.where(totals > 0, totals, usual)
    deviation = wide * model.noise.deviation(rate, counted) / counted
    return (
        np.clip(rate + model.band_low[slot] * deviation, 0, 1),
        np.clip(rate + model.band_high[slot] * deviation, 0, 1),
    )
