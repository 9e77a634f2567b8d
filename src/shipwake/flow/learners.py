"""Learn in processes of their own that give way to others; they end when nothing is learned."""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from multiprocessing import get_context
from threading import Lock
from typing import Protocol

from shipwake.domain import Samples, Sli
from shipwake.judge import Normal, Past, learn
from shipwake.wire import child
from shipwake.wire.clock import monotonic

IDLE_S = 30.0
"""After that long without work the processes end, and give their memory back."""


class Learner(Protocol):
    """What learns a normal: `shipwake.judge.learn`, here or elsewhere."""

    def __call__(
        self, sli: Sli, history: Samples, anchor: datetime, past: Sequence[Past], *, unit_s: float
    ) -> Normal:
        """The normal of `sli` before `anchor`."""
        ...


class Learners:
    """A Learner in at most `most` processes; one that dies is replaced, and what it learned is learned again."""

    def __init__(self, most: int | None = None, *, idle_s: float = IDLE_S) -> None:
        self._idle_s = idle_s
        self.most = most or min(2, os.cpu_count() or 1)
        """How many learn at once."""
        self._lock = Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._open = 0
        self._last = 0.0

    def __call__(
        self, sli: Sli, history: Samples, anchor: datetime, past: Sequence[Past], *, unit_s: float
    ) -> Normal:
        """Learn there and wait for it. What kills two processes in a row raises BrokenProcessPool."""
        try:
            return self._submit(sli, history, anchor, past, unit_s).result()
        except BrokenProcessPool:
            return self._submit(sli, history, anchor, past, unit_s).result()

    def rest(self) -> None:
        """End the processes where nothing was learned for a while."""
        with self._lock:
            idle = not self._open and monotonic() - self._last >= self._idle_s
            if self._pool is not None and idle:
                self._pool.shutdown(wait=False)
                self._pool = None

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            if self._pool is not None:
                self._pool.shutdown(wait=False, cancel_futures=True)
                self._pool = None

    def _submit(
        self, sli: Sli, history: Samples, anchor: datetime, past: Sequence[Past], unit_s: float
    ) -> Future[Normal]:
        with self._lock:
            if self._pool is None:
                self._pool = _processes(self.most)
            try:
                future = self._pool.submit(learn, sli, history, anchor, past, unit_s=unit_s)
            except BrokenProcessPool:
                self._pool.shutdown(wait=False)
                self._pool = _processes(self.most)
                future = self._pool.submit(learn, sli, history, anchor, past, unit_s=unit_s)
            self._open += 1
        future.add_done_callback(self._ended)
        return future

    def _ended(self, _future: Future[Normal]) -> None:
        with self._lock:
            self._open -= 1
            self._last = monotonic()


def _processes(most: int) -> ProcessPoolExecutor:
    # Not forked: the process that asks has threads.
    return ProcessPoolExecutor(most, mp_context=get_context("spawn"), initializer=child.begin)
