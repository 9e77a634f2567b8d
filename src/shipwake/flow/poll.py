"""Ask code hosts what their webhooks may have lost, and hear it as if it had been delivered."""

from datetime import timedelta

import structlog

from shipwake.flow.crash_points import crash_point
from shipwake.flow.hear import digest
from shipwake.flow.river import River
from shipwake.lookup import LookupFailedError
from shipwake.store import Duty

log = structlog.get_logger()
BACK = timedelta(hours=6)
"""How far back is looked for what was lost: longer than anybody leaves a hook broken unnoticed over lunch."""
AGAIN = timedelta(minutes=1)


def poll(river: River, duty: Duty) -> None:
    """Ask every lookup that can be polled about one repository; what was heard already has no effect."""
    every = river.polled_every
    now = river.clock.now()
    if every is None or duty.about not in river.repositories:
        with river.store.write() as tx:
            tx.duties.done(duty)
        return
    try:
        found = [h for p in river.polled for h in p.deliveries(duty.about, now - BACK)]
    except LookupFailedError as error:
        log.warning("not polled", repository=duty.about, reason=error.message)
        wait = error.retry_after or max(every, AGAIN * min(duty.attempts, 30))
        with river.store.write() as tx:
            tx.duties.retry(duty, now + wait, error.message)
        return
    crash_point("after a poll is answered")
    with river.store.write() as tx:
        for heard in found:
            tx.heard.keep(heard, digest(heard))
        crash_point("after what a poll found is kept, before it is committed")
        tx.duties.done(duty, again=now + every)
    if found:
        river.wake.set()
