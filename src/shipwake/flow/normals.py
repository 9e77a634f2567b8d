"""Learned normals kept while their watch lasts, so that a look need not learn again; losing one costs only time."""

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock

from shipwake.judge import Normal

Key = tuple[str, str, datetime, float]
"""Change, SLI, the exposure step that is judged, and the seconds that one judged sample spans."""


class Normals:
    """The most recently used normals, at most `keep` of them (each below 100 kB, with a detector below 250 kB)."""

    def __init__(self, keep: int = 2000) -> None:
        self._keep = keep
        self._held: OrderedDict[Key, Normal] = OrderedDict()
        self._lock = Lock()
        self.asked = 0
        """How often one was asked for."""
        self.learned = 0
        """How often it had to be learned."""

    def get(self, key: Key, learn: Callable[[], Normal]) -> Normal:
        """The normal under `key`, learned now if it is not held."""
        with self._lock:
            self.asked += 1
            if key in self._held:
                self._held.move_to_end(key)
                return self._held[key]
        normal = learn()
        with self._lock:
            self.learned += 1
            self._held[key] = normal
            while len(self._held) > self._keep:
                self._held.popitem(last=False)
        return normal

    def holds(self, key: Key) -> bool:
        """Whether it is known without learning."""
        with self._lock:
            return key in self._held
