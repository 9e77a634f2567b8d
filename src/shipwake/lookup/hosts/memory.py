"""Answers that were given before, for as long as they are believed; holds a bounded number, for any thread."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from shipwake.wire.clock import monotonic

K = TypeVar("K")
V = TypeVar("V")


@dataclass(slots=True)
class Memory(Generic[K, V]):
    """The `most` newest answers by what was asked, each forgotten after `age`; None can be an answer too."""

    age: timedelta
    most: int = 10_000
    _kept: "OrderedDict[K, tuple[float, V]]" = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def recall(self, asked: K) -> tuple[V] | None:
        """The answer, in a tuple; None where it was never given or is too old."""
        with self._lock:
            found = self._kept.get(asked)
            if found is None or monotonic() - found[0] > self.age.total_seconds():
                return None
            return (found[1],)

    def keep(self, asked: K, answer: V) -> V:
        """Remember an answer, and forget the oldest where there are too many; gives it back."""
        with self._lock:
            self._kept.pop(asked, None)
            self._kept[asked] = (monotonic(), answer)
            while len(self._kept) > self.most:
                self._kept.popitem(last=False)
        return answer
