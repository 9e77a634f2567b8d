"""Threads by what their work waits for, so that a slow source or channel delays nothing but what needs it."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

WIDTH = 2
"""How many pieces of work of one lane are done at once."""


class Lanes:
    """One pool of threads a lane, each made at its first use."""

    def __init__(self) -> None:
        self._pools: dict[str, ThreadPoolExecutor] = {}
        self._under_way: Counter[str] = Counter()
        self._names: dict[Future[object], str] = {}
        self._lock = Lock()

    def submit(
        self,
        lane: str,
        work: Callable[[], object],
        *,
        width: int = WIDTH,
        size: int = 1,
        name: str = "",
    ) -> None:
        """Do `work`, which counts as `size` pieces, when its lane has a thread free; it handles its own errors.

        `name` tells it from others.
        """
        with self._lock:
            if lane not in self._pools:
                self._pools[lane] = ThreadPoolExecutor(width, thread_name_prefix=lane)
            self._under_way[lane] += size
            future = self._pools[lane].submit(work)
            self._names[future] = name
        future.add_done_callback(lambda done: self._ended(lane, size, done))

    def under_way(self, lane: str) -> int:
        """How many pieces of work of this lane wait or are being done."""
        with self._lock:
            return self._under_way[lane]

    def _ended(self, lane: str, size: int, done: Future[object]) -> None:
        with self._lock:
            self._under_way[lane] -= size
            self._names.pop(done, None)

    def close(self, patience_s: float | None = None) -> set[str]:
        """Drop what has not begun, and wait for what has, at most so long; the names of what has not ended then."""
        with self._lock:
            pools = list(self._pools.values())
        for pool in pools:
            pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            begun = dict(self._names)
        late = wait(begun, patience_s).not_done
        if not late:
            for pool in pools:
                pool.shutdown(wait=True)
        return {begun[future] for future in late}
