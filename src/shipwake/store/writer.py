"""The one thread that commits pushed samples: many pushes a commit, so that they never hold the write lock long.

A push is acknowledged when its commit is durable, never before. A full queue refuses at once, with
the time after which to send again, instead of letting senders wait without end.
"""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from threading import Condition, Thread

import numpy.typing as npt

from shipwake.domain import Slot
from shipwake.store.errors import BusyError
from shipwake.store.measurements import Push, Pushed, push_of
from shipwake.store.passing import Passing, nothing
from shipwake.store.tx import Tx
from shipwake.wire.clock import pause

Writing = Callable[[], AbstractContextManager[Tx]]
A_COMMIT = 50_000
"""Samples a group commit holds at most, unless a single push is larger."""
PUSHES = 2_000
"""Pushes a group commit holds at most: each may touch a chunk of its own."""
QUEUED = 2_000_000
"""Samples that may wait."""
GAP_S = 0.004
"""Between two commits, so that another process that asks every 2 ms gets its turn."""
RETRY_AFTER = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """Pushes that are stored together or not at all, and the promise to their sender."""

    pushes: Sequence[Push]
    size: int
    outcome: Future[list[Pushed]]


class SamplesWriter:
    """Takes pushes from any thread; its own thread starts with the first one."""

    def __init__(
        self, writing: Writing, passing: Passing = nothing, *, queued: int = QUEUED
    ) -> None:
        self._writing = writing
        self._passing = passing
        self._room = queued
        self._queue: deque[Waiting] = deque()
        self._size = 0
        self._changed = Condition()
        self._closed = False
        self._thread: Thread | None = None

    def push(
        self,
        sli: str,
        step_s: float,
        columns: int,
        times_s: npt.ArrayLike,
        values: npt.ArrayLike,
        state: Slot = Slot.VALUE,
    ) -> Future[Pushed]:
        """Queue samples of one SLI; the future holds the outcome once they are durable.

        Raises BadInputError for a wrong shape, and BusyError when the queue is full.
        """
        single: Future[Pushed] = Future()
        group = self.push_all([push_of(sli, step_s, columns, times_s, values, state)])
        group.add_done_callback(lambda done: _pass_on(done, single))
        return single

    def push_all(self, pushes: Sequence[Push]) -> Future[list[Pushed]]:
        """Queue samples of many SLIs that are stored together or not at all; outcomes in their order."""
        size = sum(len(p.times_s) for p in pushes) + len(pushes)
        waiting = Waiting(pushes, size, Future())
        with self._changed:
            if self._closed:
                message = "the store is closing; send again when it is back"
                raise BusyError(message, retry_after=RETRY_AFTER)
            if self._queue and self._size + size > self._room:
                message = f"{self._size} samples wait to be written; send again in a second"
                raise BusyError(message, retry_after=RETRY_AFTER)
            self._queue.append(waiting)
            self._size += size
            if self._thread is None:
                self._thread = Thread(target=self._run, name="samples-writer", daemon=True)
                self._thread.start()
            self._changed.notify()
        return waiting.outcome

    @property
    def waiting(self) -> int:
        """How many samples are queued."""
        return self._size

    def close(self, patience_s: float | None = None) -> None:
        """Refuse new pushes, write those queued, and end the thread; after `patience_s` let it be."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(patience_s)

    def _run(self) -> None:
        while group := self._next():
            self._commit(group)
            pause(GAP_S)

    def _next(self) -> list[Waiting]:
        """The pushes of the next commit; none when all is written and the store closes."""
        with self._changed:
            self._changed.wait_for(lambda: self._queue or self._closed)
            group: list[Waiting] = []
            size = pushes = 0
            while self._queue:
                first = self._queue[0]
                fits = size + first.size <= A_COMMIT and pushes + len(first.pushes) <= PUSHES
                if group and not fits:
                    break
                size += first.size
                pushes += len(first.pushes)
                group.append(self._queue.popleft())
            self._size -= size
            return group

    def _commit(self, group: Sequence[Waiting]) -> None:
        """Write a group in one commit; where that fails, each by itself, so that one fails alone.

        Where the store is only busy, none is tried again here: each try would wait as long.
        """
        try:
            outcomes = self._written([p for w in group for p in w.pushes])
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits for it
            if len(group) > 1 and not isinstance(error, BusyError):
                for one in group:
                    self._commit([one])
                return
            for one in group:
                one.outcome.set_exception(error)
            return
        taken = iter(outcomes)
        for one in group:
            one.outcome.set_result([next(taken) for _ in one.pushes])

    def _written(self, pushes: Sequence[Push]) -> list[Pushed]:
        with self._writing() as tx:
            outcomes = tx.samples.push_all(pushes)
            self._passing("before a group of samples is committed")
        self._passing("after a group of samples is committed, before it is answered")
        return outcomes


def _pass_on(group: Future[list[Pushed]], single: Future[Pushed]) -> None:
    error = group.exception()
    if error is not None:
        single.set_exception(error)
    else:
        single.set_result(group.result()[0])
