"""The only place where time comes from: a Clock that production, replay and tests wind differently."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from shipwake.domain import utc

AGREES = timedelta(seconds=1)
ASK_EVERY_S = 30.0


class Clock(Protocol):
    """What time it is for the flow; leases and network timeouts do not ask it."""

    def now(self) -> datetime:
        """Aware UTC."""
        ...


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        """Aware UTC now."""
        return datetime.now(UTC)


class ManualClock:
    """A clock that stands still until it is set: replay, demonstration and tests."""

    def __init__(self, start: datetime) -> None:
        self._now = utc(start)

    def now(self) -> datetime:
        """The time last set."""
        return self._now

    def set(self, now: datetime) -> None:
        """Move to `now`; never backwards, so that late news cannot turn time round."""
        self._now = max(self._now, utc(now))

    def advance(self, by: timedelta) -> None:
        """Move on by `by`."""
        self.set(self._now + by)


class Agreed:
    """The machine's own clock, put right by one that all machines share wherever the two disagree.

    Clocks that agree within a second, or within what asking took, are left alone: the machine's own runs evenly.
    """

    def __init__(self, own: Clock) -> None:
        self._own = own
        self._off = timedelta(0)
        self._asked_s = -ASK_EVERY_S

    def now(self) -> datetime:
        """Aware UTC, by the shared clock."""
        return self._own.now() + self._off

    @property
    def stale(self) -> bool:
        """Whether the shared clock should be asked again."""
        return monotonic() - self._asked_s >= ASK_EVERY_S

    def heard(self, theirs: datetime, took: timedelta) -> timedelta | None:
        """The shared clock said `theirs`, and asking took so long; by how much we are now put right, if that is new."""
        self._asked_s = monotonic()
        off = theirs - (self._own.now() - took / 2)
        sure = AGREES + took / 2
        if abs(off - self._off) <= sure:
            return None
        self._off = off if abs(off) > sure else timedelta(0)
        return self._off


def monotonic() -> float:
    """Seconds on a clock that never goes back, for timeouts and measurements only."""
    return time.monotonic()


def pause(seconds: float, wake: Event | None = None) -> None:
    """Wait `seconds` of real time, or until `wake` is set."""
    if wake is None:
        time.sleep(seconds)
    else:
        wake.wait(seconds)
