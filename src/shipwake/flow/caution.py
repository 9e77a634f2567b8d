"""How many harmless changes may alarm: the share that is set, or what so many false alarms a month come to."""

from datetime import datetime, timedelta

import numpy as np

from shipwake.flow.river import River
from shipwake.judge import Level, at_caution
from shipwake.store import Tx

LATELY = timedelta(days=28)
LEAST, MOST = 0.0001, 0.05
"""Bounds of a share that follows from a number: beyond one in twenty an alarm says next to nothing."""
USUAL = 0.01
"""The caution beside which a number of false alarms is priced."""


def judged_lately(river: River, tx: Tx, at: datetime) -> int:
    """How many changes that are judged went live in the 28 days up to `at`."""
    if river.recorded is not None:
        return sum(at - LATELY < moment <= at for moment in river.recorded)
    return tx.looks.changes(at - LATELY, at)


def caution_at(river: River, tx: Tx, at: datetime) -> float:
    """The share of harmless changes that may be called ailing or unhealthy, for one that goes live at `at`."""
    rate = river.config.false_alarms
    if rate is None:
        return river.config.caution
    share = rate.within(LATELY) / max(judged_lately(river, tx, at), 1)
    return float(np.clip(share, LEAST, MOST))


def usual(river: River, tx: Tx, at: datetime, held: Level) -> Level | None:
    """What evidence would be held against with the usual caution, where another holds for this number of alarms."""
    if river.config.false_alarms is None:
        return None
    return at_caution(held, caution_at(river, tx, at), USUAL)
