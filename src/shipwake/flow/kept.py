"""A source whose past is kept in the store: what was read once is not asked for again; its newest part always is."""

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import numpy as np

from shipwake.domain import Samples, Sli, Slot, from_epoch
from shipwake.flow.circuits import Guarded
from shipwake.flow.meters import Meters
from shipwake.sources import Source, SourceError, lag, width
from shipwake.store import Fill, Store

GRACE_S = 1e-3


@dataclass(frozen=True, slots=True)
class Kept:
    """One remote source. `identity` tells its configuration from another: what one answered is not the other's."""

    source: Source
    store: Store
    identity: str
    meters: Meters = field(default_factory=Meters, repr=False)

    @property
    def parallel(self) -> int:
        """How many questions it may be asked at once."""
        return width(self.source)

    @property
    def delay(self) -> timedelta:
        """How long its newest samples are incomplete."""
        return lag(self.source)

    def refusal(self) -> SourceError | None:
        """Why it is left alone just now; None where it may be asked."""
        return self.source.breaker.refusal() if isinstance(self.source, Guarded) else None

    def asks(self, sli: Sli) -> str:
        """What is asked of whom for this SLI, as a short text."""
        step_s = sli.step.total_seconds() if sli.step else 0.0
        words = repr((self.identity, sli.source, sorted(sli.query.items()), step_s, sli.columns))
        return hashlib.sha256(words.encode()).hexdigest()[:16]

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The slots from `start` to `end`: from the store as far as they were read, the rest from the source."""
        with self.store.read() as tx:
            fill = tx.fills.get(sli.name)
        if fill is None or fill.asks != self.asks(sli) or not fill.start <= start < fill.until:
            self._count(sli, "asked")
            return self.source.samples(sli, start, end)
        kept = self._kept(fill, sli, start, min(end, fill.until))
        self._count(sli, "kept" if end <= fill.until else "part")
        if end <= fill.until:
            return kept
        return _joined(kept, self.source.samples(sli, fill.until, end), end)

    def _count(self, sli: Sli, outcome: str) -> None:
        self.meters.kept.labels(sli.source, outcome).inc()

    def _kept(self, fill: Fill, sli: Sli, start: datetime, end: datetime) -> Samples:
        """What was read: where nothing arrived there is a gap, for the source was asked."""
        gaps = laid(start, end, fill.step_s, sli.columns)
        found = self.store.pushed.read(fill.series, start, end)
        if found.missing:
            return replace(gaps, missing=fill.values == 0)
        states = np.where(found.states == Slot.NOT_ARRIVED, Slot.GAP, found.states)
        return replace(found, states=states.astype(np.uint8))


def laid(start: datetime, end: datetime, step_s: float, columns: int) -> Samples:
    """Nothing but gaps."""
    first = int(np.ceil((start.timestamp() - GRACE_S) / step_s))
    last = int(np.ceil((end.timestamp() - GRACE_S) / step_s))
    count = max(0, last - first)
    gaps = np.full(count, Slot.GAP, np.uint8)
    return Samples(first * step_s, step_s, np.full((count, columns), np.nan), gaps)


def _joined(past: Samples, newest: Samples, end: datetime) -> Samples:
    """Both, one after the other. A source that knows no such series now leaves gaps after what was there."""
    if newest.missing:
        if past.missing:
            return past
        newest = laid(past.end, end, past.step_s, past.values.shape[1])
    if past.missing:
        # The source knew nothing of it then, and does now.
        past = replace(past, missing=False)
    between = laid(past.end, from_epoch(newest.t0_s), past.step_s, past.values.shape[1])
    parts = (past, between, newest)
    return Samples(
        past.t0_s,
        past.step_s,
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.states for p in parts]),
    )
