"""Trouble that goes on is said once, and again with its count now and then; its end is said too."""

from dataclasses import dataclass, field
from threading import Lock

import structlog

from shipwake.store import BusyError, NotMigratedError, UnreachableError
from shipwake.wire.clock import monotonic

log = structlog.get_logger()
AGAIN_S = 600.0
"""How often trouble that goes on is said again."""
NOT_WRITTEN = (BusyError, UnreachableError, NotMigratedError)
"""What is wrong with the store, and with no piece of work."""


def of_the_store(error: Exception) -> bool:
    """Whether only the store failed, once or several times; nothing is wrong with the work then."""
    if isinstance(error, ExceptionGroup):
        return all(of_the_store(one) for one in error.exceptions)
    return isinstance(error, NOT_WRITTEN)


@dataclass(slots=True)
class Trouble:
    """One kind of trouble of one process, such as a store that takes nothing."""

    what: str
    times: int = 0
    _said_s: float = float("-inf")
    _lock: Lock = field(default_factory=Lock)

    def goes_on(self, why: str) -> None:
        """It happened, once more."""
        with self._lock:
            self.times += 1
            now = monotonic()
            if now - self._said_s < AGAIN_S:
                return
            self._said_s, times = now, self.times
        log.error(self.what, reason=why, times=times)

    def over(self) -> None:
        """It did not happen this time."""
        with self._lock:
            if not self.times:
                return
            times, self.times, self._said_s = self.times, 0, float("-inf")
        log.info("trouble is over", trouble=self.what, times=times)


@dataclass(slots=True)
class Troubles:
    """Every kind of trouble of one process, by name."""

    _known: dict[str, Trouble] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def of(self, what: str) -> Trouble:
        """This kind."""
        with self._lock:
            return self._known.setdefault(what, Trouble(what))
