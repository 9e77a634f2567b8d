"""A remote source for stories: a series that is a function of time; it remembers what it was asked, and can be out."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock

import numpy as np

from shipwake.domain import Samples, Sli, Slot
from shipwake.sources import SourceError

Window = tuple[str, datetime, datetime]
STEP_S = 60.0


@dataclass
class Meter:
    """Every minute's value is its number since 1970, modulo 1000; `state` says what each slot is."""

    parallel: int = 3
    delay: timedelta = timedelta(0)
    state: Callable[[int], Slot] = lambda _minute: Slot.VALUE
    out: SourceError | None = None
    broken: tuple[datetime, SourceError] | None = None
    """A moment whose windows cannot be read."""
    unknown: bool = False
    gate: Event | None = None
    asked: list[Window] = field(default_factory=list)
    at_once: int = 0
    most: int = 0
    lock: Lock = field(default_factory=Lock)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The slots from `start` to `end`; waits for the gate where there is one."""
        with self.lock:
            self.asked.append((sli.name, start, end))
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        try:
            if self.gate is not None:
                self.gate.wait(10)
            if self.out is not None:
                raise self.out
            if self.broken is not None and start <= self.broken[0] < end:
                raise self.broken[1]
            return self._made(sli, start, end)
        finally:
            with self.lock:
                self.at_once -= 1

    def _made(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        if self.unknown:
            return Samples.nothing(start, timedelta(seconds=STEP_S), sli.columns)
        first, last = (int(np.ceil(t.timestamp() / STEP_S)) for t in (start, end))
        minutes = np.arange(first, max(first, last))
        states = np.array([self.state(int(m)) for m in minutes], np.uint8)
        values = np.repeat((minutes % 1000).astype(float)[:, None], sli.columns, axis=1)
        values[states != Slot.VALUE] = np.nan
        return Samples(first * STEP_S, STEP_S, values, states)
