"""The level of a whole change: its indicators move together, so they are judged at the same placebo moments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shipwake.domain import Better, Floats
from shipwake.judge.normal import Model, Normal

EARLY_SHARE = 0.8
PROBES = (0.02, 0.05, 0.1)
FEWEST_TOGETHER = 100


@dataclass(frozen=True, slots=True)
class Level:
    """What each indicator's whole-watch p-value is held against: at early looks, and at each later one."""

    early: float
    later: float


def level(normals: Sequence[Normal], caution: float) -> Level:
    """The levels at which the chance of any alarm of a harmless change is `caution`.

    Four fifths of it are for the early looks. K indicators count as K_eff ≤ K independent ones, as many
    as explain how often the least of their p-values falls below a probe at the same placebo moments.
    """
    models = [(n.sli.better, n.model, n.unit_s) for n in normals if n.model is not None]
    caution = float(np.clip(caution, 1e-6, 0.5))
    effective = _effective(models)
    early, later = EARLY_SHARE * caution, (1 - EARLY_SHARE) * caution
    return Level(_shared(early, effective), _shared(later, effective))


def at_caution(held: Level, caution: float, other: float) -> Level:
    """What `held`, found for `caution`, would be for `other`: as many independent indicators, another share."""
    effective = float(np.log1p(-EARLY_SHARE * caution) / np.log1p(-held.early))
    return Level(
        _shared(EARLY_SHARE * other, effective), _shared((1 - EARLY_SHARE) * other, effective)
    )


def _shared(alpha: float, effective: float) -> float:
    """α of one when `effective` independent ones may alarm α of the time (Šidák)."""
    return float(-np.expm1(np.log1p(-alpha) / effective))


def _effective(models: Sequence[tuple[Better, Model, float]]) -> float:
    k = len(models)
    if k < 2:
        return 1.0
    together = _together(models)
    if together.shape[1] < FEWEST_TOGETHER:
        return float(k)
    least = together.min(axis=0)
    found = [np.log1p(-min(float(np.mean(least <= q)), 0.999)) / np.log1p(-q) for q in PROBES]
    return float(np.clip(max(found), 1.0, k))


def _together(models: Sequence[tuple[Better, Model, float]]) -> Floats:
    """p-values [k, moments] of all indicators at the moments of the one that has most of them."""
    base = max((m for _, m, _ in models), key=lambda m: len(m.moments_s))
    rows = []
    kept = np.ones(len(base.moments_s), bool)
    for better, model, unit_s in models:
        p = _worse_p(better, model)
        i = np.clip(np.searchsorted(model.moments_s, base.moments_s), 1, len(p) - 1)
        before = base.moments_s - model.moments_s[i - 1] < model.moments_s[i] - base.moments_s
        i = i - before
        kept &= np.abs(model.moments_s[i] - base.moments_s) <= 15 * unit_s
        rows.append(p[i])
    return np.stack(rows)[:, kept]


def _worse_p(better: Better, model: Model) -> Floats:
    """The rank of each placebo moment in the harmful direction, made uniform."""
    if better is Better.LOWER:
        m = model.up.by_moment
    elif better is Better.HIGHER:
        m = model.down.by_moment
    else:
        m = np.maximum(_ranked(model.up.by_moment), _ranked(model.down.by_moment)).astype(
            np.float32
        )
    return 1 - _ranked(m)


def _ranked(m: np.ndarray) -> Floats:
    return np.argsort(np.argsort(m)) / len(m)
