"""The samples after a change on the normal's own terms: slots since the anchor, and scaled residuals."""

from dataclasses import dataclass

import numpy as np

from shipwake.domain import Floats, Look, Samples, Sli, SliKind, Slot, utc
from shipwake.judge.counts import Counted
from shipwake.judge.moments import HORIZON
from shipwake.judge.normal import Model, Normal
from shipwake.judge.readings import Readings, readings
from shipwake.judge.regrid import regrid
from shipwake.judge.statistics import Mean, Paths
from shipwake.judge.sums import running_sums

MOST_SLOTS = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Watched:
    """`read` [m] since the look's anchor, m the slots up to now; `shift` slots lie between both anchors."""

    read: Readings
    arrived: int
    unit_s: float
    anchor_s: float
    shift: int

    def __len__(self) -> int:
        return len(self.read)


@dataclass(frozen=True, slots=True, eq=False)
class Residuals:
    """`z` [m]: scaled residuals, or excesses of events for counts; 0 where nothing is known.

    `foretold` [m] is the forecast on the transformed scale, `rate` the mean expected rate of counts over the
    first 60 slots, come or not: what a statistic is divided by must not change from look to look.
    `since` [m] are what `z` would be had the level before the anchor been foretold to stand.
    """

    z: Floats
    foretold: Floats
    rate: float
    since: Floats


def watched(normal: Normal, after: Samples, look: Look) -> Watched:
    """`after` from the look's anchor up to when it was due, a slot a unit, gaps where nothing came."""
    there = placed(normal, after, look)
    shift = round((there.t0_s - normal.anchor_s) / normal.unit_s)
    arrived = int(np.sum(there.states != Slot.NOT_ARRIVED))
    return Watched(
        readings(there, normal.sli.kind), arrived, normal.unit_s, there.t0_s, max(shift, 0)
    )


def placed(normal: Normal, after: Samples, look: Look) -> Samples:
    """The same samples, still to be read, of any number of columns."""
    sli = normal.sli
    anchor_s = utc(look.anchor).timestamp()
    kept = regrid(after.between(look.anchor, look.due), normal.unit_s, look.anchor, add=_adds(sli))
    m = int(np.clip(np.floor(look.elapsed.total_seconds() / normal.unit_s + 1e-6), 0, MOST_SLOTS))
    values = np.full((m, max(kept.values.shape[1], sli.columns)), np.nan)
    states = np.full(m, np.uint8(Slot.NOT_ARRIVED))
    slots = np.floor((kept.times_s - anchor_s) / normal.unit_s + 1e-6).astype(np.int64)
    inside = (slots >= 0) & (slots < m)
    values[slots[inside], : kept.values.shape[1]] = kept.values[inside]
    states[slots[inside]] = kept.states[inside]
    return Samples(anchor_s, normal.unit_s, values, states, after.missing)


def _adds(sli: Sli) -> bool:
    return sli.kind is not SliKind.GAUGE


def residuals(model: Model, seen: Watched) -> Residuals:
    """How the samples differ from what was foretold, and from where the indicator stood."""
    position = np.arange(len(seen)) + seen.shift
    foretold = model.foretold(position, seen.unit_s)
    z, returning = _scaled(model, seen.read, foretold), model.returning(position)
    if model.noise is None:
        since = np.where(seen.read.ok, z + returning / model.sigma, 0.0)
    else:
        since = _scaled(model, seen.read, foretold - returning)
    return Residuals(z, foretold, expected_rate(model, seen), since)


def _scaled(model: Model, read: Readings, foretold: Floats) -> Floats:
    """Residuals from `foretold`: in units of the noise, or excesses of events for counts."""
    if model.noise is None:
        x = model.transform.forward(read.values)
        return np.where(read.ok, (x - foretold) / model.sigma, 0.0)
    return read.parts - model.noise.bounded(model.transform.inverse(foretold)) * read.totals


def expected_rate(model: Model, seen: Watched) -> float:
    """The mean rate of counts foretold for the first 60 slots; 0 for what is not counted."""
    if model.noise is None:
        return 0.0
    early = model.foretold(np.arange(HORIZON) + seen.shift, seen.unit_s)
    return float(model.noise.bounded(model.transform.inverse(early)).mean())


def early_path(model: Model, seen: Watched, found: Residuals) -> Paths:
    """The first 60 samples as one path, slots to come at 0."""
    z, totals = np.zeros((HORIZON, 1)), np.zeros((HORIZON, 1))
    m = min(len(seen), HORIZON)
    z[:m, 0] = found.z[:m]
    if model.noise is not None:
        totals[:m, 0] = seen.read.totals[:m]
    return paths_of(model, z, totals, np.array([found.rate]))


def paths_of(model: Model, z: Floats, totals: Floats, rate: Floats) -> Paths:
    """Residuals [60, n] of watches as paths; of counts `totals` [60, n] at an expected `rate` [n]."""
    if model.noise is None:
        limit, drawn = model.limit[:, None], model.drawn_limit[:, None]
        return Paths(np.clip(z, -limit, limit), np.clip(z, -drawn, drawn), Mean())
    far = model.drawn_limit[:, None] * model.noise.deviation(rate, totals)
    return Paths(z, np.clip(z, -far, far), Counted(model.noise, rate, running_sums(totals)))
