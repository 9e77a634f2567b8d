"""A history on the judge's own terms: on the grid that ends at the anchor, transformed, its harm masked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from shipwake.domain import Floats, Reason, Samples, Sli, SliKind, Slot, utc
from shipwake.judge import transform
from shipwake.judge.data_health import FEWEST, unfit_history
from shipwake.judge.past import Ledger, Past, ledger
from shipwake.judge.readings import Readings
from shipwake.judge.refusal import Refusal
from shipwake.judge.regrid import regrid
from shipwake.judge.transform import Transform
from shipwake.judge.windows import carried

MOST = timedelta(days=28)


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """`x` [n] is the transformed series carried over gaps; slot n would be the first after the anchor.

    `calm` [n] weighs what may teach the normal (0 in gaps and harm, traffic for a ratio), `recent` [n]
    what tells the level at the anchor: with a harm still going on, only what came since.
    """

    x: Floats
    calm: Floats
    recent: Floats
    read: Readings
    past: Ledger
    transform: Transform
    t0_s: float
    unit_s: float

    def __len__(self) -> int:
        return len(self.x)


def on_grid(sli: Sli, history: Samples, anchor: datetime, unit_s: float) -> Samples:
    """The last 28 days before the anchor at one sample a unit, padded with gaps up to the anchor."""
    adding = sli.kind is not SliKind.GAUGE
    kept = _begun(history.between(utc(anchor) - MOST, anchor))
    kept = regrid(kept, unit_s, anchor, add=adding)
    wanted = int(np.ceil((utc(anchor).timestamp() - kept.t0_s) / unit_s - 1e-6))
    short = wanted - len(kept)
    if len(kept) == 0 or short <= 0:
        return kept
    values = np.concatenate([kept.values, np.full((short, kept.values.shape[1]), np.nan)])
    states = np.concatenate([kept.states, np.full(short, np.uint8(Slot.NOT_ARRIVED))])
    return Samples(kept.t0_s, kept.step_s, values, states, kept.missing)


def _begun(samples: Samples) -> Samples:
    """The samples from the first value on: a source may answer for weeks before it measured anything."""
    if not samples.present.any():
        return samples
    first = int(samples.present.argmax())
    return replace(
        samples,
        t0_s=samples.t0_s + first * samples.step_s,
        values=samples.values[first:],
        states=samples.states[first:],
    )


def prepare(
    sli: Sli, samples: Samples, read: Readings, anchor: datetime, past: Sequence[Past]
) -> Series | Refusal:
    """The series of `samples` that end at the anchor, or why there is none."""
    refusal = unfit_history(sli, samples, read)
    if refusal is not None:
        return refusal
    n = len(samples)
    events = ledger(past, samples.t0_s, samples.step_s, n, utc(anchor).timestamp())
    teaching = read.ok & ~events.harm
    if teaching.sum() < FEWEST:
        return Refusal(
            Reason.SHORT_HISTORY,
            f"{int(teaching.sum())} usable samples before the change; {FEWEST} are needed",
        )
    scale = transform.choose(read.values[teaching], sli.kind)
    x = carried(scale.forward(read.values), read.ok)
    weight = read.totals if sli.kind is SliKind.RATIO else read.ok.astype(np.float64)
    calm = np.where(events.harm, 0.0, weight)
    return Series(
        x, calm, _recent(calm, weight, events), read, events, scale, samples.t0_s, samples.step_s
    )


def _recent(calm: Floats, weight: Floats, events: Ledger) -> Floats:
    """What tells the level at the anchor; a harm that goes on is the normal of now, once three samples show it."""
    since = np.arange(len(weight)) >= events.ongoing
    return np.where(since, weight, 0.0) if np.sum(weight[since] > 0) >= 3 else calm
