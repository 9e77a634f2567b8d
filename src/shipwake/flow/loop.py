"""The loop that drives the flow: understand, look, tell, do what is owed, then rest until something is due or heard."""

from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from threading import Event as Flag

import structlog

from shipwake.flow.duties import DOES, do, lease_duties, owe
from shipwake.flow.holding import Holding
from shipwake.flow.lanes import WIDTH, Lanes
from shipwake.flow.learn import learn_ahead
from shipwake.flow.look import Group, lease
from shipwake.flow.river import River
from shipwake.flow.room import remote, room, taken
from shipwake.flow.tell import lease_notices, tell
from shipwake.flow.together import look
from shipwake.flow.trouble import NOT_WRITTEN, of_the_store
from shipwake.flow.understand import give_up, understand
from shipwake.store import Kept as Delivery
from shipwake.wire.clock import monotonic, pause
from shipwake.wire.ending import PATIENCE_S

log = structlog.get_logger()
Work = Callable[[], None]
DELIVERIES = 50
"""How many are understood a turn."""
REST_S = 0.5
"""Longest pause: another process may have written work."""
AFTER_FAILURE_S = 2.0
AHEAD = timedelta(minutes=5)
"""How long before a first look its normals are learned, where there is time."""
STORE = "the store takes no work; it is asked again"


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
        # Only for an idle moment: this reads every watch that is soon looked at.
        return replace(found, unlearned=tx.looks.unlearned(now + AHEAD) is not None)


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


def run(river: River, stop: Flag, patience_s: float | None = PATIENCE_S) -> None:
    """Turn until `stop` is set. A piece of work that fails is logged, holds up no other, and is tried again.

    What waits for a source, a channel or a code host does so in a lane of its own. What has not ended `patience_s`
    after `stop` is given back, for another worker to take at once.
    """
    lanes, holding, noted = Lanes(), Holding(), False
    river.pulse.beat()
    try:
        while not stop.is_set():
            try:
                if not noted:
                    owe(river)
                    noted = True
                rest = _turn(river, lanes, holding)
                river.pulse.beat()
            except NOT_WRITTEN as error:
                river.troubles.of(STORE).goes_on(error.message)
                pause(AFTER_FAILURE_S, stop)
                continue
            except Exception:
                log.exception("the store could not be asked for work; it is asked again")
                pause(AFTER_FAILURE_S, stop)
                continue
            if rest:
                river.rest()
                pause(rest, river.wake)
                river.wake.clear()
        river.pulse.end()
    finally:
        _give_back(river, lanes.close(patience_s))
        held = river.normals
        log.info("the loop has ended", normals_asked=held.asked, normals_learned=held.learned)


def _give_back(river: River, begun: set[str]) -> None:
    """Let others take at once what was leased and has not ended, but for words that may be on their way."""
    try:
        with river.store.write() as tx:
            looks = tx.looks.give_back(river.worker)
            duties = tx.duties.give_back(river.worker)
            notices = tx.outbox.give_back(river.worker, but=begun)
    except Exception:
        log.exception("work could not be given back; others take it when its lease ends")
        return
    log.info("stopped", looks=looks, duties=duties, notices=notices, unfinished=len(begun))


def _turn(river: River, lanes: Lanes, holding: Holding) -> float:
    """Start what is due; returns how long to rest then, 0 where another turn is worth it at once."""
    holding.let_go(river)
    holding.keep(river)
    found, begun = agenda(river), monotonic()
    started = 0
    for kept in found.deliveries:
        _understood(river, kept)
        started += 1
    most, full = room(river, lanes) if found.looks else (0, frozenset())
    for source, groups in taken(river, most, full) if most else ():
        made = partial(_made, river, holding, groups)
        work = partial(_in_time, river, begun + river.leases.looks_s, made)
        # Only what waits for a network gains by waiting side by side.
        width, size = WIDTH if remote(river, source) else 1, sum(len(g.rows) for g in groups)
        lanes.submit(f"look {source}", work, width=width, size=size)
        started += 1
    for queued in lease_notices(river) if found.notices else ():
        work = partial(
            _in_time, river, begun + river.leases.notices_s, partial(tell, river, queued)
        )
        # One at a time: a channel is told in the order in which things were found.
        lane = f"tell {queued.notice.channel}"
        lanes.submit(lane, work, width=1, name=queued.notice.key)
        started += 1
    for kind in found.duties:
        free = WIDTH - lanes.under_way(kind)
        for duty in lease_duties(river, kind, free) if free > 0 else ():
            work = partial(_in_time, river, begun + river.leases.duties_s, partial(do, river, duty))
            lanes.submit(kind, work)
            started += 1
    if not started and found.unlearned and not lanes.under_way("learn"):
        lanes.submit("learn", partial(_learn_ahead, river), width=1)
    if started:
        return 0.0
    # Without room the end of what is under way wakes us.
    return REST_S if found.looks and (full or not most) else _rest(river, found.next_look)


def _made(river: River, holding: Holding, groups: Sequence[Group]) -> None:
    with holding.held(groups):
        look(river, groups)


def _in_time(river: River, until_s: float, work: Work) -> None:
    """Do leased work, unless its lease ended while it waited in its lane: then it is another worker's."""
    if monotonic() < until_s:
        _guarded(river, work)
    river.wake.set()


def _guarded(river: River, work: Work) -> None:
    """Log what fails: leased work comes again when its lease ends; a store that takes nothing is said once."""
    try:
        work()
        river.troubles.of(STORE).over()
    except CancelledError:
        log.debug("a piece of work was cut off by the end")
    except Exception as error:
        if of_the_store(error):
            river.troubles.of(STORE).goes_on(str(error))
        else:
            log.exception("a piece of work failed; it is done again when its lease ends")


def _understood(river: River, kept: Delivery) -> None:
    """Read one delivery; where that fails for a reason of ours it is given up, with that reason.

    What is wrong with the database is no reason of the delivery's: raises, and the delivery waits.
    """
    try:
        understand(river, kept)
    except NOT_WRITTEN:
        raise
    except Exception:
        log.exception("a delivery could not be read", delivery=kept.id)
        give_up(river, kept)


def _learn_ahead(river: River) -> None:
    """Use an idle moment to learn what a first look to come will need."""
    try:
        if learn_ahead(river, AHEAD):
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
