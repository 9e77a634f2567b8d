"""Many watches held against one calibration at once, as steps of many sizes are: evidence only, no words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from shipwake.domain import Better, Floats, Look, Samples, SliKind
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.normal import Model, Normal
from shipwake.judge.past import Flags
from shipwake.judge.readings import Readings, readings
from shipwake.judge.watch_p import evidence
from shipwake.judge.watched import Watched, expected_rate, paths_of, placed, watched

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Abreast:
    """Watches side by side, a column each: residuals `z` [60, n], 0 where nothing came, and their scales `sigma` [n].

    Of counts `totals` [60, n] were counted at an expected `rate` [n]. `stop` [n] is the place in STOPS of the last
    that a watch has reached, −1 for none; `read` [n] whether any of its samples can be judged.
    """

    z: Floats
    sigma: Floats
    totals: Floats
    rate: Floats
    stop: Places
    read: Flags


def abreast(normal: Normal, after: Samples, look: Look, values: Floats | None = None) -> Abreast:
    """What `look` sees of `after`, or of `values` [n, k, columns] in place of its own k slots, one watch for each.

    All of them came when the samples of `after` did. The normal must have a model.
    """
    model = normal.model
    if model is None:
        raise ValueError(normal.detail)
    values = after.values[None] if values is None else values
    seen = watched(normal, after, look)
    read = _read(normal, after, look, values)
    z = _residuals(model, seen, read)
    m, n = min(len(seen), HORIZON), len(values)
    path, totals = np.zeros((HORIZON, n)), np.zeros((HORIZON, n))
    path[:m] = z[:m]
    if model.noise is not None:
        totals[:m] = read.totals[:m]
    return Abreast(
        z=path,
        sigma=np.full(n, model.sigma),
        totals=totals,
        rate=np.full(n, expected_rate(model, seen)),
        stop=_stops(read.answered, m),
        read=np.asarray(read.ok.any(axis=0)),
    )


def together(found: Sequence[Abreast]) -> Abreast:
    """All of these side by side; what they were held against must have one calibration."""
    return Abreast(
        *(
            np.concatenate([getattr(f, name) for f in found], axis=-1)
            for name in ("z", "sigma", "totals", "rate", "stop", "read")
        )
    )


def evidence_of(model: Model, found: Abreast, better: Better) -> tuple[Floats, Floats]:
    """p-values [len(STOPS), n] for the worse and for the better at each stop, as `assess` has them at the last one.

    Those of stops that a watch has not reached say nothing; `Abreast.stop` tells which it has.
    """
    paths = paths_of(model, found.z, found.totals, found.rate)
    up, down = evidence(model, paths, found.z, found.sigma, better)
    if better is Better.EITHER:
        return np.minimum(1.0, 2 * np.minimum(up, down)), np.ones_like(up)
    return (down, up) if better is Better.HIGHER else (up, down)


def at_last(p: Floats, found: Abreast) -> Floats:
    """Of p-values [len(STOPS), n] those [n] of the last stop that each watch has reached; 1 where it has none."""
    return np.where(found.stop < 0, 1.0, p[found.stop, np.arange(p.shape[1])])


def _read(normal: Normal, after: Samples, look: Look, values: Floats) -> Readings:
    """Readings [m, n] of the slots since the look's anchor."""
    n, k, width = values.shape
    beside = replace(
        after, values=np.ascontiguousarray(values.swapaxes(0, 1)).reshape(k, n * width)
    )
    there = placed(normal, beside, look)
    m = len(there)
    rows = there.values[:, : n * width].reshape(m, n, width).swapaxes(0, 1).reshape(n * m, width)
    flat = Samples(there.t0_s, there.step_s, rows, np.tile(there.states, n), there.missing)
    read = readings(flat, normal.sli.kind)

    def columns(x: np.ndarray) -> np.ndarray:
        return x.reshape(n, m).T

    return Readings(
        values=columns(read.values),
        parts=columns(read.parts),
        totals=columns(read.totals) if normal.sli.kind is SliKind.RATIO else read.totals,
        ok=columns(read.ok),
        answered=columns(read.answered),
        refused=read.refused,
        unsure=columns(read.unsure),
    )


def _residuals(model: Model, seen: Watched, read: Readings) -> Floats:
    """Scaled residuals [m, n], for counts excesses of events."""
    position = np.arange(len(seen)) + seen.shift
    foretold = model.foretold(position, seen.unit_s)
    if model.noise is None:
        x = model.transform.forward(read.values)
        return np.where(read.ok, (x - foretold[:, None]) / model.sigma, 0.0)
    rates = model.noise.bounded(model.transform.inverse(foretold))
    return np.asarray(read.parts - rates[:, None] * read.totals)


def _stops(answered: Flags, m: int) -> Places:
    """The place of the last stop of which half of the samples have come, [n]."""
    held = np.cumsum(answered[:m], axis=0)
    last = np.full(answered.shape[1], -1, dtype=np.int64)
    for i, stop in enumerate(STOPS):
        if stop <= m:
            last = np.where(held[stop - 1] >= stop / 2, i, last)
    return last
