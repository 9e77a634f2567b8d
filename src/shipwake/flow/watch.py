"""Open the watch on a change that is live: one row of due looks for each SLI it is judged on."""

from datetime import timedelta

from shipwake.domain import Change, next_look
from shipwake.flow.river import River
from shipwake.store import Tx
from shipwake.verdict import fold

STALE = timedelta(days=8)
"""A change heard of later than this after it went live is known, not watched: its last look is over."""


def open_watch(river: River, tx: Tx, change: Change) -> None:
    """Plan the first look of each SLI, or the next one where an exposure step came to a watch that is open."""
    now = river.clock.now()
    if change.at is None or not change.judge or now - change.at > STALE:
        return
    slis = river.slis_of(change)
    if not slis and tx.verdicts.newest(change.id) is None:
        verdict = fold(change, (), {}, (), seq=1, now=now, next_look=None)
        tx.verdicts.append(verdict, ())
        return
    done = tx.looks.progress(change.id)
    for sli in slis:
        number, after, hurting = done.get(sli.name, (0, None, False))
        step = next_look(
            river.config.watch, sli.step, change.exposure, after=after, hurting=hurting
        )
        if step is not None:
            due, anchor, later = step
            tx.looks.plan(change.id, sli.name, number + 1, due, anchor, later=later)


def reopen_rolled_back(tx: Tx, rollback: Change) -> None:
    """A rollback adds a look at once to the change it ends."""
    if rollback.at is not None and tx.looks.watched(rollback.rolls_back):
        tx.looks.hasten(rollback.rolls_back, rollback.at)
