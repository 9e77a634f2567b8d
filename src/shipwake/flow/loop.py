"""The loop that drives the flow: understand, look, tell, then rest until something is due or heard."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from threading import Event as Flag

import structlog

from shipwake.flow.learn import learn_ahead
from shipwake.flow.look import lease, look
from shipwake.flow.river import River
from shipwake.flow.tell import lease_notices, tell
from shipwake.flow.understand import give_up, understand, waiting
from shipwake.wire.clock import pause

log = structlog.get_logger()
Work = Callable[[], None]
Attempt = Callable[[Work, Work | None], bool]
"""Does one piece of work and says whether it was done; the second is what to do where it cannot be."""
REST_S = 0.5
"""Longest pause: another process may have written work."""
AFTER_FAILURE_S = 2.0


def _plainly(work: Work, otherwise: Work | None = None) -> bool:  # noqa: ARG001  an error ends the turn
    work()
    return True


def step(river: River, attempt: Attempt = _plainly) -> bool:
    """One turn; True if anything was done, so that another turn is worth it at once.

    `attempt` makes each piece of work; the default lets an error end the turn.
    """
    done = 0
    for kept in waiting(river):
        done += attempt(partial(understand, river, kept), partial(give_up, river, kept))
    for group in lease(river):
        done += attempt(partial(look, river, group), None)
    for queued in lease_notices(river):
        done += attempt(partial(tell, river, queued), None)
    return done > 0


def run(river: River, stop: Flag) -> None:
    """Turn until `stop` is set. A piece of work that fails is logged, holds up no other, and is tried again."""
    while not stop.is_set():
        try:
            busy = step(river, _guarded)
        except Exception:
            log.exception("the store could not be asked for work; it is asked again")
            pause(AFTER_FAILURE_S, stop)
            continue
        if not busy and not _learned(river):
            pause(_rest(river), river.wake)
            river.wake.clear()


def _guarded(work: Work, otherwise: Work | None = None) -> bool:
    """Log what fails; leased work comes again when its lease ends, the rest is given up with its reason."""
    try:
        work()
    except Exception:
        log.exception("a piece of work failed", tried_again=otherwise is None)
        if otherwise is not None:
            otherwise()
        return False
    return True


def _learned(river: River) -> bool:
    """Whether the idle moment went into learning what a first look to come will need."""
    try:
        return learn_ahead(river)
    except Exception:
        log.exception("learning ahead failed; the first look learns what it needs")
        return False


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
