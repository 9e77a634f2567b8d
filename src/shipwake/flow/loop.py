"""The loop that drives the flow: understand, look, tell, do what is owed, then rest until something is due or heard."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from threading import Event as Flag

import structlog

from shipwake.flow.duties import DOES, do, lease_duties, owe
from shipwake.flow.kept import Kept
from shipwake.flow.lanes import WIDTH, Lanes
from shipwake.flow.learn import learn_ahead
from shipwake.flow.look import Group, lease
from shipwake.flow.river import River
from shipwake.flow.tell import lease_notices, tell
from shipwake.flow.together import bunches, look
from shipwake.flow.understand import give_up, understand
from shipwake.store import BusyError, UnreachableError
from shipwake.store import Kept as Delivery
from shipwake.wire.clock import monotonic, pause

log = structlog.get_logger()
Work = Callable[[], None]
DELIVERIES = 50
"""How many are understood a turn."""
REST_S = 0.5
"""Longest pause: another process may have written work."""
AFTER_FAILURE_S = 2.0


@dataclass(frozen=True, slots=True)
class Agenda:
    """What may be done now, and when the next look may be."""

    deliveries: Sequence[Delivery]
    looks: bool
    notices: bool
    duties: Sequence[str]
    next_look: datetime | None
    unlearned: bool = False


def agenda(river: River) -> Agenda:
    """Everything that waits, in one reading: a turn with nothing to do writes nothing."""
    now = river.clock.now()
    with river.store.read() as tx:
        due = tx.looks.next_due(free=True)
        found = Agenda(
            deliveries=tx.heard.pending(DELIVERIES),
            looks=due is not None and due <= now,
            notices=tx.outbox.free(now),
            duties=[kind for kind in tx.duties.due(now) if kind in DOES],
            next_look=due,
        )
        if found.deliveries or found.looks or found.notices:
            return found
        # This reads every open watch: only for an idle moment.
        return replace(found, unlearned=bool(tx.looks.unlearned(1)))


def step(river: River) -> bool:
    """One turn, here and in order; True if anything was done, so that another is worth it. An error ends it."""
    done = 0
    for kept in agenda(river).deliveries:
        understand(river, kept)
        done += 1
    groups = lease(river)
    look(river, groups)
    done += len(groups)
    for queued in lease_notices(river):
        tell(river, queued)
        done += 1
    for duty in (d for kind in agenda(river).duties for d in lease_duties(river, kind, WIDTH)):
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
                rest = _turn(river, lanes)
            except Exception:
                log.exception("the store could not be asked for work; it is asked again")
                pause(AFTER_FAILURE_S, stop)
                continue
            if rest:
                river.rest()
                pause(rest, river.wake)
                river.wake.clear()
    finally:
        lanes.close()


def _turn(river: River, lanes: Lanes) -> float:
    """Start what is due; returns how long to rest then, 0 where another turn is worth it at once."""
    found, begun = agenda(river), monotonic()
    started = 0
    for kept in found.deliveries:
        _guarded(partial(understand, river, kept), partial(give_up, river, kept))
        started += 1
    for source, groups in _bunches(river) if found.looks else ():
        work = partial(_in_time, river, begun + river.leases.looks_s, partial(look, river, groups))
        # Only what waits for a network gains by waiting side by side.
        lanes.submit(f"look {source}", work, width=WIDTH if _remote(river, source) else 1)
        started += 1
    for queued in lease_notices(river) if found.notices else ():
        work = partial(
            _in_time, river, begun + river.leases.notices_s, partial(tell, river, queued)
        )
        # One at a time: a channel is told in the order in which things were found.
        lanes.submit(f"tell {queued.notice.channel}", work, width=1)
        started += 1
    for kind in found.duties:
        free = WIDTH - lanes.under_way(kind)
        for duty in lease_duties(river, kind, free) if free > 0 else ():
            work = partial(_in_time, river, begun + river.leases.duties_s, partial(do, river, duty))
            lanes.submit(kind, work)
            started += 1
    if not started and found.unlearned and not lanes.under_way("learn"):
        lanes.submit("learn", partial(_learn_ahead, river), width=1)
    return 0.0 if started else _rest(river, found.next_look)


def _bunches(river: River) -> Iterator[tuple[str, Sequence[Group]]]:
    """The looks that are due, by source: those that wait for a network one change a piece, the others many."""
    for bunch in bunches(lease(river)):
        source = bunch[0].source
        if _remote(river, source):
            yield from ((source, [group]) for group in bunch)
        else:
            yield source, bunch


def _remote(river: River, source: str) -> bool:
    return isinstance(river.sources.get(source), Kept)


def _in_time(river: River, until_s: float, work: Work) -> None:
    """Do leased work, unless its lease ended while it waited in its lane: then it is another worker's."""
    if monotonic() < until_s:
        _guarded(work)
    river.wake.set()


def _guarded(work: Work, otherwise: Work | None = None) -> None:
    """Log what fails; leased work comes again when its lease ends, the rest is given up with its reason.

    Nothing is given up because the store was busy or away: that says nothing of the work.
    """
    try:
        work()
    except (BusyError, UnreachableError) as error:
        log.warning("a piece of work is tried again", reason=error.message)
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


def _rest(river: River, due: datetime | None) -> float:
    if due is None:
        return REST_S
    return min(REST_S, max((due - river.clock.now()).total_seconds(), 0.005))


def settled(river: River) -> bool:
    """Whether nothing is left to do at the flow's present time: nothing unread, due or unsent."""
    now = river.clock.now()
    with river.store.read() as tx:
        due = tx.looks.next_due()
        return not tx.heard.pending(1) and (due is None or due > now) and not tx.outbox.waiting(now)
