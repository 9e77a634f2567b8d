"""Let go of what is kept for a time only: deliveries that were understood, and samples; a little a transaction.

Nothing goes that is not settled: a delivery that waits or could not be read, samples that an open watch learns from.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from shipwake.domain import HISTORY
from shipwake.flow.crash_points import crash_point
from shipwake.flow.river import River
from shipwake.store import Duty, Tx
from shipwake.wire.clock import monotonic, pause

log = structlog.get_logger()
FORGET, BODIES, SAMPLES = "forget", "bodies", "samples"
EVERY = timedelta(days=1)
CHUNKS, DELIVERIES, BYTES = 500, 200, 4_000_000
"""What one transaction deletes at most: 2 MB of chunks, or about 4 MB of deliveries."""
GAP_S = 0.004
"""Between two of them, so that another process that asks every 2 ms gets its turn."""
TURN_S = 1.0
"""How long it goes on before it is planned anew, so that a process that is told to stop need not wait for long."""
Old = Callable[[Tx], list[int]]
Delete = Callable[[Tx, list[int]], int]


def asked(river: River) -> dict[str, str]:
    """What is let go of, and how long it is kept, as a short text."""
    keep = river.config.keep
    lengths = {BODIES: keep.bodies, SAMPLES: keep.samples}
    return {what: f"{length or 'forever'}" for what, length in lengths.items()}


def forget(river: River, duty: Duty) -> None:
    """Let go of what has become too old, and come again tomorrow; at once where that is not all of it."""
    keep, now = river.config.keep, river.clock.now()
    gone, all_gone = 0, True
    if duty.about == BODIES and keep.bodies is not None:
        before = now - keep.bodies
        gone, all_gone = _let_go(
            river,
            duty,
            lambda tx: tx.heard.old(before, DELIVERIES, BYTES),
            lambda tx, ids: tx.heard.forget(ids),
        )
    elif duty.about == SAMPLES and keep.samples is not None:
        until = _unneeded(river, now - keep.samples)
        gone, all_gone = _let_go(
            river,
            duty,
            lambda tx: tx.samples.old(until, CHUNKS),
            lambda tx, ids: tx.samples.forget(ids),
        )
    crash_point("after forgetting, before its duty ends")
    with river.store.write(patient=True) as tx:
        tx.duties.done(duty, again=now + EVERY if all_gone else now)
    if gone:
        log.info("let go", what=duty.about, rows=gone, more=not all_gone)


def _unneeded(river: River, before: datetime) -> datetime:
    """That time, or an earlier one before which no open watch reads anything; what is older is known to be gone."""
    with river.store.write(patient=True) as tx:
        since = tx.looks.since()
        until = before if since is None else min(before, since - HISTORY)
        tx.fills.let_go(until)
    return until


def _let_go(river: River, duty: Duty, old: Old, delete: Delete) -> tuple[int, bool]:
    """Delete, transaction by transaction; how many rows went, and whether none is left."""
    gone, end = 0, monotonic() + TURN_S
    while monotonic() < end:
        with river.store.read() as tx:
            ids = old(tx)
        if not ids:
            return gone, True
        with river.store.write(patient=True) as tx:
            if not tx.duties.extend(duty, river.leases.duties_s):
                return gone, True
            gone += delete(tx, ids)
        crash_point("between portions of forgetting")
        pause(GAP_S)
    return gone, False
