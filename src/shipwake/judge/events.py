"""A move as events too many, failures or spikes: whether they have become rare again; luck is no recovery."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.levels import FEWEST, MOSTLY, THERE
from shipwake.judge.moments import HORIZON
from shipwake.judge.onset import onset
from shipwake.judge.past import Flags

RARELY = 0.2
"""Above this share of their rate while out, events are not rare again."""
ENOUGH = 6.0
"""Events that the last stretch would have shown were nothing mended; with fewer, their absence says little."""
LUCK = 2.0
"""How much of √events may be luck: four deviations, each ½ for a Poisson count."""
FEW = 1.0
"""The same of spikes, of which next to none come by chance: two deviations."""


class Events:
    """Events beyond the expected [m], harm up, of which `ok` [m] slots are there.

    They are rare, so that a burst must not be left out, and quiet counts for something only where events were due.
    """

    def __init__(self, z: Floats, ok: Flags, luck: float = LUCK) -> None:
        self._luck = luck
        self._z = np.where(ok, z, 0.0)
        self._total = np.concatenate([[0.0], np.cumsum(self._z)])
        self._place = np.concatenate([[0], np.cumsum(ok)])

    def ended(self, began: int, moment: int) -> int | None:
        """The slot that parts many from few best, if since then far fewer came, and enough were due."""
        if moment - began <= FEWEST:
            return None
        since = began + _parted(np.maximum(self._z[began:moment], 0.0))
        width = moment - since
        if width < np.clip(since - began, FEWEST, HORIZON):
            return None
        if self._place[moment] - self._place[since] < THERE * width:
            return None
        rate = self._rate(began, since)
        if rate * width < ENOUGH or self._mean(since, moment) > RARELY * rate:
            return None
        return since if self._mean(since + width // 2, moment) <= RARELY * rate else None

    def over(self, began: int) -> int | None:
        """The same of all slots: what parts them best looks at all that followed."""
        return self.ended(began, len(self._z))

    def again(self, began: int, since: int, moment: int) -> int | None:
        """The slot since which they come as often as before `since`, in both halves of as long as enough are due."""
        rate = self._rate(began, since)
        if rate <= 0:
            return None
        width = max(FEWEST, int(np.ceil(ENOUGH / rate)))
        start, half = moment - width, moment - width // 2
        if start < since:
            return None
        if min(self._mean(start, half), self._mean(half, moment)) <= MOSTLY * rate:
            return None
        return since + onset(self._z[since:moment])[0]

    def _rate(self, began: int, since: int) -> float:
        """What raised the alarm and parted it was partly luck: the rate that so many events speak for at the least."""
        out = max(float(self._total[since] - self._total[began]), 0.0)
        return float(max(np.sqrt(out) - self._luck, 0.0) ** 2) / max(since - began, 1)

    def _mean(self, start: int, end: int) -> float:
        return float(self._total[end] - self._total[start]) / (end - start)


def _parted(events: Floats) -> int:
    """The slot from which on a lower rate explains `events` [m] best: two Poisson rates by likelihood."""
    m = len(events)
    before = np.cumsum(events)
    after = before[-1] - before
    slots = np.arange(1, m + 1, dtype=np.float64)
    rest = np.maximum(m - slots, 1.0)
    gain = _likelihood(before, slots) + _likelihood(after, rest)
    gain[(before / slots <= after / rest) | (slots >= m)] = -np.inf
    return int(np.argmax(gain)) + 1


def _likelihood(events: Floats, slots: Floats) -> Floats:
    """Σ log of Poisson's likelihood at its best rate, less what does not depend on where the slots part."""
    return np.asarray(events * np.log(np.maximum(events, 1e-12) / slots))
