"""The only place where time comes from: a Clock that production, replay and tests wind differently."""

import time
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from shipwake.domain import utc


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


def monotonic() -> float:
    """Seconds on a clock that never goes back, for timeouts and measurements only."""
    return time.monotonic()


def pause(seconds: float, wake: Event | None = None) -> None:
    """Wait `seconds` of real time, or until `wake` is set."""
    if wake is None:
        time.sleep(seconds)
    else:
        wake.wait(seconds)
