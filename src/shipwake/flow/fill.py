"""Read the past of an SLI that another system keeps into the store, once, and go on where that ended."""

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import numpy as np
import structlog

from shipwake.domain import HISTORY, Samples, Sli, Slot, from_epoch
from shipwake.flow.crash_points import crash_point
from shipwake.flow.kept import Kept, laid
from shipwake.flow.river import River
from shipwake.sources import SourceError
from shipwake.store import Duty, Fill, Tx

log = structlog.get_logger()
FILL = "fill"
WINDOW = 10_000
"""Slots read at once."""
SETTLED = 5
"""Slots that are left to the next time: what is that new may still change."""
EVERY = timedelta(hours=1)
AGAIN = timedelta(minutes=1)


def fill(river: River, duty: Duty) -> None:
    """Read what is missing of one SLI's past, window by window; a source that fails is asked again later."""
    sli = river.sli(duty.about)
    kept = river.sources.get(sli.source) if sli else None
    if sli is None or not isinstance(kept, Kept) or kept.asks(sli) != duty.asks:
        with river.store.write() as tx:
            tx.duties.done(duty)
        return
    now = river.clock.now()
    try:
        far = _filled(river, duty, sli, kept, now)
    except SourceError as error:
        say = log.debug if kept.refusal() else log.warning
        say("not back-filled", sli=sli.name, source=sli.source, reason=error.message)
        wait = EVERY if error.permanent else error.retry_after or AGAIN * min(duty.attempts, 10)
        with river.store.write() as tx:
            tx.duties.retry(duty, river.clock.now() + wait, error.message)
        return
    crash_point("after a back-fill, before its duty ends")
    with river.store.write() as tx:
        tx.duties.done(duty, again=river.clock.now() + EVERY)
    if far is not None:
        log.info(
            "back-filled",
            sli=sli.name,
            source=sli.source,
            values=far.values,
            step_s=far.step_s,
            oldest=far.oldest.isoformat() if far.oldest else None,
        )


def _filled(river: River, duty: Duty, sli: Sli, kept: Kept, now: datetime) -> Fill | None:
    """How far it has come; None where this worker lost its lease."""
    step = river.step(sli)
    wanted = _floor(now - kept.delay - SETTLED * step, step)
    far = _begun(river, duty, sli, now)
    while far.until < wanted:
        upto = min(far.until + WINDOW * step, wanted)
        found = _window(river, sli, kept, (far.until, upto), wanted)
        with river.store.write(patient=True) as tx:
            if not tx.duties.extend(duty, river.leases.duties_s):
                return None
            far = _put(tx, far, found, upto, sli)
        crash_point("between portions of a back-fill")
        river.filling.came(sli.name, (far.until - far.start) / (wanted - far.start))
    river.filling.came(sli.name, 1.0)
    return far


def _window(
    river: River, sli: Sli, kept: Kept, window: tuple[datetime, datetime], wanted: datetime
) -> Samples:
    """One window. What is wrong with it alone, and will be for ever, is an error there, and reading goes on."""

    def ask(start: datetime, end: datetime) -> Samples:
        return river.reading.all(sli.source, [partial(kept.source.samples, sli, start, end)])[0]

    try:
        return ask(*window)
    except SourceError as error:
        if not error.permanent or window[1] == wanted:
            raise
        ask(wanted - SETTLED * river.step(sli), wanted)
        log.warning("a stretch of the past cannot be read", sli=sli.name, reason=error.message)
    gaps = laid(*window, river.step(sli).total_seconds(), sli.columns)
    return replace(gaps, states=np.full(len(gaps), Slot.ERROR, np.uint8))


def _begun(river: River, duty: Duty, sli: Sli, now: datetime) -> Fill:
    """Where it stands; what was read for another question is dropped."""
    step = river.step(sli)
    with river.store.write(patient=True) as tx:
        held = tx.fills.get(sli.name)
        if held is not None and held.asks == duty.asks:
            return held
        if held is not None:
            tx.samples.drop(held.series)
        start = _floor(now - HISTORY, step)
        begun = Fill(
            sli=sli.name, asks=duty.asks, start=start, until=start, step_s=step.total_seconds()
        )
        tx.fills.put(begun)
        return begun


def _put(tx: Tx, far: Fill, found: Samples, upto: datetime, sli: Sli) -> Fill:
    """Keep one window, and that it was read."""
    times = found.times_s
    for state in (Slot.VALUE, Slot.ERROR):
        these = found.states == state
        if these.any():
            tx.samples.push(
                far.series, far.step_s, sli.columns, times[these], found.values[these], state
            )
    there = np.flatnonzero(found.present)
    oldest = far.oldest or (from_epoch(times[there[0]]) if len(there) else None)
    further = replace(far, until=upto, oldest=oldest, values=far.values + len(there))
    tx.fills.put(further)
    return further


def _floor(at: datetime, step: timedelta) -> datetime:
    step_s = step.total_seconds()
    return from_epoch(at.timestamp() // step_s * step_s)
