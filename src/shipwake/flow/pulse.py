"""When the loop of this process last turned, and whether this process can do its work; says nothing else of it."""

from typing import Protocol

from shipwake.domain import ShipwakeError
from shipwake.store import Store
from shipwake.wire.clock import monotonic

STILL_S = 60.0
"""A loop that has not turned for so long stands still: a turn waits for nothing but the database."""


class Beating(Protocol):
    """What is ready or not: a River."""

    @property
    def store(self) -> Store:
        """Its database."""
        ...

    @property
    def pulse(self) -> "Pulse":
        """Its loop's pulse."""
        ...


class Pulse:
    """Of one process; `turns` is false where its loop was never started, or has ended as it was told."""

    def __init__(self) -> None:
        self.turns = False
        self._last = 0.0

    def beat(self) -> None:
        """The loop has turned."""
        self.turns = True
        self._last = monotonic()

    def end(self) -> None:
        """The loop has ended."""
        self.turns = False

    def still_s(self) -> float:
        """Seconds since the last turn."""
        return monotonic() - self._last if self.turns else 0.0


def unready(river: Beating) -> str:
    """Why this process cannot do its work, in plain words that name nothing; empty where it can."""
    try:
        with river.store.read() as tx:
            tx.looks.next_due()
        fits = river.store.fits()
    except ShipwakeError:
        return "the database does not answer"
    if not fits:
        return "the tables are of another version than this program's"
    still = river.pulse.still_s()
    return f"the loop has not turned for {still:.0f} s" if still > STILL_S else ""
