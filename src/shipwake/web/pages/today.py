"""The last hours of a place: its indicators as strips, its changes above them, and what has fallen silent."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shipwake.domain import Assessment, Reason, Samples, Sli, Slot, from_epoch
from shipwake.store import Row
from shipwake.verdict import Silent
from shipwake.web.charts import age, figure
from shipwake.web.charts.band import Band, Beacon, Span, Strip
from shipwake.web.pages.change import kind_of, word_of
from shipwake.web.pages.shell import change_url

SPANS = tuple(timedelta(hours=h) for h in (1, 2, 3, 6, 12, 24))
PHONE, PHONE_STRIPS = timedelta(hours=3), 5
MOST_STRIPS = 12
SHORTEST_SILENCE = timedelta(minutes=5)
STEPS_OF_SILENCE = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What is known of one indicator: its recent moves (newest first), its last samples, when the last came."""

    sli: Sli
    moves: Sequence[Assessment]
    samples: Samples | None
    last: datetime | None
    step: timedelta

    @property
    def heard(self) -> bool:
        """Whether any sample of it is here."""
        return self.samples is not None and bool(self.samples.present.any())

    def silent_for(self, now: datetime) -> timedelta | None:
        """How long it has sent nothing, where that is longer than it should be."""
        if self.last is None or self.sli.source != "push":
            return None
        quiet = now - self.last
        return quiet if quiet > max(STEPS_OF_SILENCE * self.step, SHORTEST_SILENCE) else None


def span_of(rows: Iterable[Row], now: datetime) -> timedelta:
    """The shortest of the usual spans that holds every change of the last day."""
    ages = [now - r.at for r in rows if now - r.at <= SPANS[-1]]
    oldest = max(ages, default=SPANS[2])
    return next((s for s in SPANS if oldest * 1.02 <= s), SPANS[-1])


def band(
    rows: Sequence[Row],
    pulses: Sequence[Pulse],
    start: datetime,
    now: datetime,
    *,
    at_most: int = MOST_STRIPS,
) -> Band:
    """The band from `start` to now with `at_most` strips; moved indicators come first, then as many others as fit."""
    # An empty strip would read as a normal one.
    strips = [(p, _strip(p, start, now)) for p in pulses if p.moves or p.heard]
    ranked = sorted(
        strips, key=lambda pair: (not pair[1].spans, pair[1].state is None, pair[0].sli.name)
    )
    kept = {p.sli.name for p, _ in ranked[:at_most]}
    return Band(
        start=start,
        end=now,
        strips=tuple(s for p, s in strips if p.sli.name in kept),
        beacons=tuple(_beacon(r) for r in reversed(rows) if start <= r.at <= now),
    )


def _beacon(row: Row) -> Beacon:
    return Beacon(
        at=row.at,
        kind=kind_of(row.change),
        name=row.change.name,
        url=change_url(row.change.id),
        health=word_of(row.change, row.health),
    )


def _strip(pulse: Pulse, start: datetime, now: datetime) -> Strip:
    moved = tuple(_moves(pulse, start, now))
    gaps = tuple(_gaps(pulse, start))
    standing = [s.health for s in moved if s.health is not None and s.end >= now - 3 * pulse.step]
    return Strip(
        sli=pulse.sli.name,
        spans=(*gaps, *moved),
        now=_value_now(pulse, now),
        state=standing[-1] if standing else None,
    )


def _moves(pulse: Pulse, start: datetime, now: datetime) -> Iterator[Span]:
    for a in reversed(pulse.moves):
        began = a.onset.at if a.onset else a.anchor
        back = a.recovered_at if a.reason is Reason.RECOVERED else None
        # A verdict holds until the next look; the strip may not claim more than was seen.
        end = min(back or a.at, now)
        if end > start:
            yield Span(start=max(began, start), end=max(end, began), health=a.health)


def _gaps(pulse: Pulse, start: datetime) -> Iterator[Span]:
    samples = pulse.samples
    if samples is None or not len(samples):
        return
    missing = np.isin(samples.states, (Slot.GAP, Slot.ERROR))
    edges = np.flatnonzero(np.diff(np.concatenate(([False], missing, [False])).astype(np.int8)))
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        begin, end = (from_epoch(samples.t0_s + samples.step_s * i) for i in (a, b))
        if end > start:
            yield Span(start=max(begin, start), end=end, health=None)


def _value_now(pulse: Pulse, now: datetime) -> str:
    quiet = pulse.silent_for(now)
    if quiet is not None:
        return f"silent {age(quiet)}"
    value = newest_value(pulse.samples, pulse.sli)
    return "" if value is None else figure(value, pulse.sli.unit)


def newest_value(samples: Samples | None, sli: Sli) -> float | None:
    """The last value that arrived, in the unit that is shown."""
    if samples is None or not len(samples) or not samples.present.any():
        return None
    values = shown_values(samples, sli)
    known = values[np.isfinite(values)]
    return float(known[-1]) if len(known) else None


def shown_values(samples: Samples, sli: Sli) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """One number a slot as pages show it: a ratio in per cent where that is its unit."""
    values = samples.ratio()
    factor = 100.0 if sli.columns > 1 and sli.unit == "%" else 1.0
    return np.asarray(values * factor, dtype=np.float64)


def silent(pulses: Sequence[Pulse], now: datetime) -> list[Silent]:
    """The indicators that have fallen silent, each with the time of its last sample."""
    return [
        Silent(p.sli.name, p.last)
        for p in pulses
        if p.last is not None and p.silent_for(now) is not None
    ]
