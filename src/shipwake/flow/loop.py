"""The loop that drives the flow: understand, look, tell, do what is owed, then rest until something is due or heard."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from threading import Event as Flag

import structlog

from shipwake.flow.duties import DOES, do, lease_duties, owe
from shipwake.flow.lanes import WIDTH, Lanes
from shipwake.flow.learn import learn_ahead
from shipwake.flow.look import lease, look
from shipwake.flow.river import River
from shipwake.flow.tell import lease_notices, tell
from shipwake.flow.understand import give_up, understand, waiting
from shipwake.wire.clock import pause

log = structlog.get_logger()
Work = Callable[[], None]
REST_S = 0.5
"""Longest pause: another process may have written work."""
AFTER_FAILURE_S = 2.0


def step(river: River) -> bool:
    """One turn, here and in order; True if anything was done, so that another is worth it. An error ends it."""
    done = 0
    for kept in waiting(river):
        understand(river, kept)
        done += 1
    for group in lease(river):
        look(river, group)
        done += 1
    for queued in lease_notices(river):
        tell(river, queued)
        done += 1
    for duty in (d for kind in DOES for d in lease_duties(river, kind, WIDTH)):
        do(river, duty)
        done += 1
    return done > 0


def run(river: River, stop: Flag) -> None:
    """Turn until `stop` is set. A piece of work that fails is logged, holds up no other, and is tried again.

    What waits for a source, a channel or a code host does so in a lane of its own.
    """
    lanes = Lanes()
    try:
        owe(river)
        while not stop.is_set():
            try:
                busy = _turn(river, lanes)
            except Exception:
                log.exception("the store could not be asked for work; it is asked again")
                pause(AFTER_FAILURE_S, stop)
                continue
            if not busy:
                river.rest()
                pause(_rest(river), river.wake)
                river.wake.clear()
    finally:
        lanes.close()


def _turn(river: River, lanes: Lanes) -> bool:
    """Start what is due; True if anything was."""
    started = 0
    for kept in waiting(river):
        _guarded(partial(understand, river, kept), partial(give_up, river, kept))
        started += 1
    for group in lease(river):
        lanes.submit(f"look {group.source}", partial(_done, river, partial(look, river, group)))
        started += 1
    for queued in lease_notices(river):
        channel = queued.notice.channel
        lanes.submit(f"tell {channel}", partial(_done, river, partial(tell, river, queued)))
        started += 1
    for kind in DOES:
        free = WIDTH - lanes.under_way(kind)
        for duty in lease_duties(river, kind, free) if free > 0 else ():
            lanes.submit(kind, partial(_done, river, partial(do, river, duty)))
            started += 1
    if not started and not lanes.under_way("learn"):
        lanes.submit("learn", partial(_learn_ahead, river), width=1)
    return started > 0


def _done(river: River, work: Work) -> None:
    _guarded(work)
    river.wake.set()


def _guarded(work: Work, otherwise: Work | None = None) -> None:
    """Log what fails; leased work comes again when its lease ends, the rest is given up with its reason."""
    try:
        work()
    except Exception:
        log.exception("a piece of work failed", tried_again=otherwise is None)
        if otherwise is not None:
            otherwise()


def _learn_ahead(river: River) -> None:
    """Use an idle moment to learn what a first look to come will need."""
    try:
        if learn_ahead(river):
            river.wake.set()
    except Exception:
        log.exception("learning ahead failed; the first look learns what it needs")


def _rest(river: River) -> float:
    due = _next_due(river)
    if due is None:
        return REST_S
    return min(REST_S, max((due - river.clock.now()).total_seconds(), 0.005))


def _next_due(river: River) -> datetime | None:
    with river.store.read() as tx:
        return tx.looks.next_due(free=True)


def settled(river: River) -> bool:
    """Whether nothing is left to do at the flow's present time: nothing unread, due or unsent."""
    now = river.clock.now()
    with river.store.read() as tx:
        due = tx.looks.next_due()
        return not tx.heard.pending(1) and (due is None or due > now) and not tx.outbox.waiting(now)
