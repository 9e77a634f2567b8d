"""The one source of chance: ids, tokens and the spread of retries; nothing that is judged may ask it."""

import random
import secrets
from threading import Lock

from shipwake.wire.clock import Clock, SystemClock

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32, whose letters sort as their values do."""
RANDOM_BITS = 80
LETTERS = 26


class _Ids:
    """Ids of 48 bits of milliseconds and 80 of chance (ULID), each greater than the one before it."""

    def __init__(self) -> None:
        self._last = 0
        self._lock = Lock()

    def next(self, milliseconds: int) -> str:
        drawn = milliseconds << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
        with self._lock:
            if self._last >> RANDOM_BITS == milliseconds:
                drawn = self._last + 1 + secrets.randbits(RANDOM_BITS // 2)
            self._last = drawn
        return "".join(ALPHABET[drawn >> shift & 31] for shift in range(5 * (LETTERS - 1), -1, -5))


_IDS = _Ids()


def new_id(clock: Clock | None = None) -> str:
    """A unique id of 26 letters and digits that sorts by the clock's time (the machine's where none is given)."""
    now = (clock or SystemClock()).now()
    return _IDS.next(int(now.timestamp() * 1000))


def token() -> str:
    """A secret of 256 bits to hand out once; its beginning lets scanners of leaked secrets know it."""
    return "shipwake_" + secrets.token_urlsafe(32)


def spread(seconds: float) -> float:
    """A wait of half to all of `seconds`, so that those who failed together do not come back together."""
    return seconds * random.uniform(0.5, 1.0)  # noqa: S311 - nothing secret hangs on it
