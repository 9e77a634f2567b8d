"""The loop that drives the flow: understand, look, tell, then rest until something is due or heard."""

from datetime import datetime
from threading import Event as Flag

import structlog

from shipwake.flow.look import look
from shipwake.flow.river import River
from shipwake.flow.tell import tell
from shipwake.flow.understand import understand
from shipwake.wire.clock import pause

log = structlog.get_logger()
REST_S = 0.5
"""Longest pause: another process may have written work."""
AFTER_FAILURE_S = 2.0


def step(river: River) -> bool:
    """One turn; True if anything was done, so that another turn is worth it at once."""
    done = understand(river)
    done += look(river)
    done += tell(river)
    return done > 0


def run(river: River, stop: Flag) -> None:
    """Turn until `stop` is set. What one turn could not do is logged and tried again in the next."""
    while not stop.is_set():
        try:
            busy = step(river)
        except Exception:
            log.exception("a turn of the loop failed; it is tried again")
            pause(AFTER_FAILURE_S, stop)
            continue
        if not busy:
            pause(_rest(river), river.wake)
            river.wake.clear()


def _rest(river: River) -> float:
    due = _next_due(river)
    if due is None:
        return REST_S
    return min(REST_S, max((due - river.clock.now()).total_seconds(), 0.005))


def _next_due(river: River) -> datetime | None:
    with river.store.read() as tx:
        return tx.looks.next_due()


def settled(river: River) -> bool:
    """Whether nothing is left to do at the flow's present time: nothing unread, due or unsent."""
    now = river.clock.now()
    with river.store.read() as tx:
        due = tx.looks.next_due()
        return not tx.heard.pending(1) and (due is None or due > now) and not tx.outbox.waiting(now)
