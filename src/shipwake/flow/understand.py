"""Turn kept deliveries into events, each joined to its change; what cannot be read keeps its reason."""

import structlog

from shipwake.flow.crash_points import crash_point
from shipwake.flow.join import join
from shipwake.flow.river import River
from shipwake.intake import UnreadableError
from shipwake.store import Kept

log = structlog.get_logger()


def understand(river: River, kept: Kept) -> None:
    """Read one delivery and join what it says; twice has the effect of once."""
    intake = river.hooks.get((kept.heard.kind, kept.heard.source))
    if intake is None:
        hook = f"{kept.heard.kind}/{kept.heard.source}"
        reason = f"The hook {hook} is no longer configured; add it again to have this read."
        with river.store.write() as tx:
            tx.heard.unreadable(kept.id, reason)
        return
    crash_point("after the raw body is stored")
    try:
        events = intake.events(kept.heard)
    except UnreadableError as error:
        log.warning(
            "delivery not understood", kind=kept.heard.kind, delivery=kept.id, reason=error.message
        )
        with river.store.write() as tx:
            tx.heard.unreadable(kept.id, error.message)
        river.meters.deliveries.labels(kept.heard.kind, "unreadable").inc()
        return
    with river.store.write() as tx:
        changes = [change for event in events if (change := join(river, tx, event))]
        crash_point("after the change is merged")
        tx.heard.understood(
            kept.id, events=len(events), text="; ".join(e.text for e in events)[:500]
        )
    crash_point("after a delivery is understood")
    outcome = "understood" if events else "unused"
    river.meters.deliveries.labels(kept.heard.kind, outcome).inc()
    log.info(
        "delivery understood",
        kind=kept.heard.kind,
        delivery=kept.id,
        events=len(events),
        changes=changes,
    )


def give_up(river: River, kept: Kept) -> None:
    """Keep a delivery on which reading failed for a reason of ours, so that it holds up no other."""
    with river.store.write() as tx:
        tx.heard.unreadable(
            kept.id, "shipwake itself failed on this delivery; it is kept, and the log says why."
        )
