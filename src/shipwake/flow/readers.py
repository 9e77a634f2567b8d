"""Ask a source for many things side by side, never more at once than it bears; a replay asks in turn."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Protocol, TypeVar

T = TypeVar("T")


class Reading(Protocol):
    """How questions to a source are asked."""

    def all(self, source: str, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """What every job gives, in their order; raises what the first that failed raised, when all have ended."""
        ...


class InTurn:
    """One after the other: what is read lies in a file or in our own store."""

    def all(self, source: str, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """Each job, here and now."""
        return [job() for job in jobs]


class Readers:
    """Threads by source. `widths` says how many questions each may be asked at once; a source without is our own.

    Of our own so many are asked side by side as there are processes that learn: `own`.
    """

    def __init__(self, widths: Mapping[str, int], *, own: int = 1) -> None:
        self._widths = widths
        self._own = own
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._lock = Lock()

    def all(self, source: str, jobs: Sequence[Callable[[], T]]) -> list[T]:
        """The same, side by side. A job may not wait for other jobs of its source."""
        if source not in self._widths and (self._own == 1 or len(jobs) == 1):
            return InTurn().all(source, jobs)
        futures = [self._pool(source).submit(job) for job in jobs]
        failed = [error for future in futures if (error := future.exception())]
        if failed:
            raise failed[0]
        return [future.result() for future in futures]

    def _width(self, source: str) -> int:
        return max(1, self._widths.get(source, self._own))

    def _pool(self, source: str) -> ThreadPoolExecutor:
        with self._lock:
            if source not in self._pools:
                self._pools[source] = ThreadPoolExecutor(
                    self._width(source), thread_name_prefix=f"ask-{source}"
                )
            return self._pools[source]

    def close(self) -> None:
        """Start nothing more; what is under way ends by itself."""
        with self._lock:
            for pool in self._pools.values():
                pool.shutdown(wait=False, cancel_futures=True)
