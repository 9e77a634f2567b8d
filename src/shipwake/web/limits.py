"""How often each may ask: a bounded number of buckets in memory; refuses with when to come back."""

import math
from collections import OrderedDict
from collections.abc import Callable

from shipwake.config import Limits
from shipwake.web.problem import ProblemError
from shipwake.wire.clock import monotonic

BURST_S = 10.0
"""Seconds' worth that may come at once."""
MINUTE_S = 60.0
MOST = 20_000
"""Askers that are remembered; whoever was silent the longest is forgotten, and then has a full bucket again."""
REMEMBERED_S = 600.0


class Buckets:
    """A bucket an asker: `rate` tokens a second flow in, up to `size`; each request takes one. `rate` 0: no limit."""

    def __init__(self, rate: float, size: float, most: int = MOST) -> None:
        self._rate = rate
        self._size = size
        self._most = most
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._held)

    def wait(self, asker: str, now: float) -> float:
        """Seconds until there is a token; 0 where there is one."""
        if not self._rate:
            return 0.0
        level = self._level(asker, now)
        return 0.0 if level >= 1.0 else (1.0 - level) / self._rate

    def take(self, asker: str, now: float) -> float:
        """Take a token, and 0; or take none, and the seconds until there is one."""
        wait = self.wait(asker, now)
        if not wait:
            self.spend(asker, now)
        return wait

    def spend(self, asker: str, now: float) -> None:
        """Take a token if there is one."""
        if not self._rate:
            return
        self._held[asker] = (max(self._level(asker, now) - 1.0, 0.0), now)
        self._held.move_to_end(asker)
        while len(self._held) > self._most:
            self._held.popitem(last=False)

    def _level(self, asker: str, now: float) -> float:
        level, at = self._held.get(asker, (self._size, now))
        return min(self._size, level + (now - at) * self._rate)


class Guard:
    """Every limit of one server process. All its calls come from the event loop, so that it needs no lock."""

    def __init__(self, limits: Limits, seconds: Callable[[], float] = monotonic) -> None:
        self._now = seconds
        self._keys = Buckets(limits.key, limits.key * BURST_S)
        self._addresses = Buckets(limits.address, limits.address * BURST_S)
        self._hooks = Buckets(limits.hooks, limits.hooks * BURST_S)
        self._failures = Buckets(limits.failures / MINUTE_S, limits.failures)
        self._right: OrderedDict[str, float] = OrderedDict()

    def key(self, hashed: str) -> None:
        """Raise 429 where this token or session asks too often."""
        _refuse(self._keys.take(hashed, self._now()), "this key", "key")

    def address(self, address: str) -> None:
        """Raise 429 where too much comes from there without a valid key."""
        _refuse(self._addresses.take(address, self._now()), "this address", "address")

    def hook(self, address: str) -> None:
        """Raise 429 where too many deliveries come from there."""
        _refuse(self._hooks.take(address, self._now()), "this address", "hooks")

    def trying(self, address: str, what: str) -> None:
        """Raise 429 where `what` failed too often from there, before it is looked at: nothing can be guessed."""
        wait = self._failures.wait(f"{what} {address}", self._now())
        _refuse(wait, "this address, which failed too often,", "failures")

    def failed(self, address: str, what: str) -> None:
        """Count a failure."""
        self._failures.spend(f"{what} {address}", self._now())

    def right(self, hashed: str) -> None:
        """Remember a key that was right, so that a neighbour's failures do not shut it out."""
        self._right[hashed] = self._now() + REMEMBERED_S
        self._right.move_to_end(hashed)
        while len(self._right) > MOST:
            self._right.popitem(last=False)

    def was_right(self, hashed: str) -> bool:
        """Whether this key was right a short while ago."""
        return self._right.get(hashed, 0.0) > self._now()


def _refuse(wait_s: float, who: str, setting: str) -> None:
    if wait_s <= 0:
        return
    seconds = math.ceil(wait_s)
    raise ProblemError(
        429,
        "Too many requests",
        f"{who} asks too often; come back in {seconds} s, or raise {setting} under limits: in shipwake.yaml",
        headers={"Retry-After": str(seconds)},
    )
