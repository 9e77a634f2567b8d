"""Looks under way keep their lease however long a source takes, so that a slow one ends in words, not in silence.

Those that only the store failed are let go as soon as it takes work again: nobody waits for their lease to end.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from shipwake.flow.look import Group
from shipwake.flow.river import River
from shipwake.flow.trouble import of_the_store
from shipwake.store import Leased
from shipwake.wire.clock import monotonic

OFTEN = 4
"""Times that a lease is extended while it runs."""


@dataclass(slots=True)
class Holding:
    """What this process looks at right now."""

    _held: dict[int, Sequence[Leased]] = field(default_factory=dict)
    _dropped: list[Leased] = field(default_factory=list)
    _kept_s: float = field(default_factory=monotonic)
    _lock: Lock = field(default_factory=Lock)

    @contextmanager
    def held(self, groups: Sequence[Group]) -> Iterator[None]:
        """While the block runs, these looks are under way."""
        rows = [row for group in groups for row in group.rows]
        with self._lock:
            self._held[id(rows)] = rows
        try:
            yield
        except Exception as error:
            if of_the_store(error):
                with self._lock:
                    self._dropped += rows
            raise
        finally:
            with self._lock:
                del self._held[id(rows)]

    def let_go(self, river: River) -> int:
        """Give back what the store failed; how many it was. Raises what the store does, and keeps them for then."""
        with self._lock:
            rows = list(self._dropped)
        if not rows:
            return 0
        now = river.clock.now()
        with river.store.write() as tx:
            freed = sum(tx.looks.retry(row, now, "") for row in rows)
        with self._lock:
            del self._dropped[: len(rows)]
        return freed

    def keep(self, river: River) -> int:
        """Extend them, a few times a lease; returns how many were. One that is lost stays lost."""
        with self._lock:
            if monotonic() - self._kept_s < river.leases.looks_s / OFTEN:
                return 0
            self._kept_s = monotonic()
            rows = [row for held in self._held.values() for row in held]
        if not rows:
            return 0
        with river.store.write() as tx:
            return sum(tx.looks.extend(row, river.leases.looks_s) for row in rows)
