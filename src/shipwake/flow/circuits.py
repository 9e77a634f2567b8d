"""A circuit for each remote source: one that fails again and again is left alone for a growing while, then tried once.

What is known of a source lies in the store, so that all workers leave it alone together, one of them tries, and a page
of another process can say so. It is written where it turns, and now and then beside; never at each question.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from statistics import median
from threading import Lock

import structlog

from shipwake.domain import Samples, ShipwakeError, Sli, rfc3339
from shipwake.sources import Source, SourceError, lag, width
from shipwake.store import Circuit, Flow, Store
from shipwake.wire.chance import spread
from shipwake.wire.clock import Clock, monotonic

log = structlog.get_logger()
TOLERATED = 3
"""Failures in a row from which a source is left alone."""
FIRST, LONGEST = timedelta(seconds=5), timedelta(minutes=10)
"""How long at first, and at most; twice as long each time that it fails when tried."""
OBEYED = timedelta(hours=1)
"""The longest Retry-After that is obeyed: a proxy that says more would leave us blind for a day."""
TRYING = timedelta(minutes=2)
"""How long whoever tries may take until another may."""
KNOWN_S = 1.0
"""How old what the store says may be."""
NOTED_S = 30.0
"""How often a source that goes on as before is written down."""
RECENT = 64
"""Answers over which the median is taken."""


@dataclass(slots=True)
class Breaker:
    """One source's circuit in this process."""

    name: str
    store: Store
    clock: Clock
    wait: Callable[[float], float] = spread
    known_s: float = KNOWN_S
    _known: Circuit | None = None
    _failures: int = 0
    _read_s: float = float("-inf")
    _noted_s: float = float("-inf")
    _took: deque[float] = field(default_factory=lambda: deque(maxlen=RECENT))
    _lock: Lock = field(default_factory=Lock)

    def refusal(self) -> SourceError | None:
        """Why it is not asked now, and until when; None where it may be asked, if only by one that tries."""
        known, now = self._current(), self.clock.now()
        if known is None or known.flow is Flow.CLOSED or not known.until or known.until <= now:
            return None
        return _left_alone(known, now)

    def enter(self) -> bool:
        """Whether this question tries a source that was left alone; raises SourceError where it is still."""
        refusal = self.refusal()
        if refusal is not None:
            raise refusal
        known, now = self._current(), self.clock.now()
        if known is None or known.flow is Flow.CLOSED:
            return False
        with self.store.write() as tx:
            mine = tx.circuits.try_it(self.name, now, now + TRYING)
        self._forget()
        if not mine:
            raise _left_alone(replace(known, until=now + FIRST), now)
        log.info("source tried again", source=self.name, failures=known.failures)
        return True

    def answered(self, took_s: float, *, tried: bool) -> None:
        """It answered, in so many seconds."""
        known, now = self._stands(), self.clock.now()
        with self._lock:
            self._took.append(took_s)
            self._failures = 0
            middle = median(self._took)
        if tried:
            log.info("source answers again", source=self.name, left_alone=known.trips)
        elif known.flow is not Flow.CLOSED:
            # It was asked before it was left alone, which says nothing of now.
            return
        kept = _flows(known, now) if tried else known
        self._note(replace(kept, answered=now, median_s=middle), seldom=not tried)

    def failed(self, error: SourceError, *, tried: bool) -> None:
        """It could not be asked, or answered what cannot be read."""
        now = self.clock.now()
        known = replace(self._stands(), why=error.message, failed=now)
        if error.permanent:
            # It answered, and only this question is wrong: no reason to leave it alone.
            self._note(_flows(known, now) if tried else known, seldom=not tried)
            return
        with self._lock:
            self._failures += 1
            failures = self._failures
        tolerated = failures < TOLERATED and not error.retry_after
        if not tried and (tolerated or known.flow is not Flow.CLOSED):
            self._note(known, seldom=True)
            return
        self._leave_alone(known, failures, error, now)

    def _leave_alone(
        self, known: Circuit, failures: int, error: SourceError, now: datetime
    ) -> None:
        first = known.flow is Flow.CLOSED
        until = now + self._alone(known.trips + 1, error.retry_after)
        with self._lock:
            self._failures = 0
        if first:
            log.warning(
                "source left alone", source=self.name, until=rfc3339(until), reason=error.message
            )
        self._note(
            replace(
                known,
                flow=Flow.OPEN,
                since=now if first else known.since,
                until=until,
                failures=known.failures + failures,
                trips=known.trips + 1,
            )
        )

    def _alone(self, trips: int, asked: timedelta | None) -> timedelta:
        own = min(FIRST * 2 ** min(trips - 1, 10), LONGEST)
        waited = timedelta(seconds=self.wait(own.total_seconds()))
        return max(waited, min(asked or timedelta(0), OBEYED))

    def _current(self) -> Circuit | None:
        """What all workers know of it, at most a second old."""
        with self._lock:
            if monotonic() - self._read_s < self.known_s:
                return self._known
        with self.store.read() as tx:
            found = tx.circuits.all().get(self.name)
        with self._lock:
            self._known, self._read_s = found, monotonic()
        return found

    def _note(self, circuit: Circuit, *, seldom: bool = False) -> None:
        """Write it down; where the store takes nothing now, this process alone knows it for a while."""
        with self._lock:
            if seldom and monotonic() - self._noted_s < NOTED_S:
                return
            self._known, self._read_s = circuit, monotonic()
            self._noted_s = monotonic()
        try:
            with self.store.write() as tx:
                tx.circuits.put(circuit)
        except ShipwakeError as error:
            log.warning("how a source stands is not stored", source=self.name, reason=error.message)

    def _forget(self) -> None:
        with self._lock:
            self._read_s = float("-inf")

    def _stands(self) -> Circuit:
        """How it stands, from its first question on."""
        known = self._current()
        return known or Circuit(source=self.name, flow=Flow.CLOSED, since=self.clock.now())


def _flows(known: Circuit, now: datetime) -> Circuit:
    return replace(known, flow=Flow.CLOSED, since=now, until=None, failures=0, trips=0)


def _left_alone(known: Circuit, now: datetime) -> SourceError:
    until = known.until or now
    message = f"left alone until {until:%H:%M:%S} after {known.failures} failures: {known.why}"
    return SourceError(message, permanent=False, retry_after=max(until - now, timedelta(0)))


@dataclass(frozen=True, slots=True)
class Guarded:
    """A source behind its circuit."""

    source: Source
    breaker: Breaker

    @property
    def parallel(self) -> int:
        """How many questions it may be asked at once."""
        return width(self.source)

    @property
    def delay(self) -> timedelta:
        """How long its newest samples are incomplete."""
        return lag(self.source)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The source's own answer; raises SourceError at once while it is left alone."""
        tried = self.breaker.enter()
        begun = monotonic()
        try:
            found = self.source.samples(sli, start, end)
        except SourceError as error:
            self.breaker.failed(error, tried=tried)
            raise
        self.breaker.answered(monotonic() - begun, tried=tried)
        return found
