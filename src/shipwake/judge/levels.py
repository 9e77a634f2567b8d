"""A move as levels of its residuals: whether the latest are as far as the move was, or back inside the normal."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import estimate
from shipwake.judge.moments import HORIZON, STOPS
from shipwake.judge.onset import onset
from shipwake.judge.past import Flags
from shipwake.judge.statistics import BURST

FEWEST = 12
THERE = 0.8
"""Share of a stretch's samples that must be there."""
STILL = 1 / 3
"""A level above this share of the worst, or of a straying three times as wide as usual, is not back."""
MOSTLY = 0.6
"""Nor is one above this share of the worst, however far levels stray: what has not moved has not gone back."""


class Levels:
    """Residuals `z` [m], harm up, of which `ok` [m] are there; `far` per horizon of STOPS is how far levels stray."""

    def __init__(self, z: Floats, ok: Flags, far: Floats) -> None:
        self._z, self._far = z, far
        self._kept = z[ok]
        self._place = np.concatenate([[0], np.cumsum(ok)])
        self._total = np.concatenate([[0.0], np.cumsum(self._kept)])
        self._bursts = self._total[BURST:] - self._total[:-BURST]

    def outside(self, began: int, moment: int) -> bool:
        """Whether most of those since `began` are farther than a level strays: a move of the level itself."""
        kept = self._kept[self._place[began] : self._place[moment]]
        return len(kept) > 0 and float(np.median(kept)) > self._limit(began, moment)

    def ended(self, began: int, moment: int) -> int | None:
        """The slot since which they are inside, if just before `moment` they were so for as long as out, up to 60."""
        back = int(np.clip(np.ceil((moment - began) / 2), FEWEST, HORIZON))
        start = moment - back
        if start <= began or not self._inside(began, start, start, moment):
            return None
        return began + _parted(self._z[began:moment])

    def over(self, began: int) -> int | None:
        """The same of all that followed the slot that parts out from inside best."""
        m = len(self._z)
        parted = began + _parted(self._z[began:])
        if m - parted < np.clip(parted - began, FEWEST, HORIZON):
            return None
        return parted if self._inside(began, parted, parted, m) else None

    def again(self, began: int, since: int, moment: int) -> int | None:
        """The slot since which they are out again as far as they were before `since`; twelve samples are enough."""
        start = moment - FEWEST
        if start < since or self._count(start, moment) < THERE * FEWEST:
            return None
        worst = self._level(began, since)
        if self._level(start, moment) <= max(self._limit(start, moment), MOSTLY * worst):
            return None
        return since + onset(self._z[since:moment])[0]

    def _inside(self, began: int, ended: int, start: int, end: int) -> bool:
        """Whether [start, end) and its later half are, after [began, ended) was out."""
        if self._count(start, end) < THERE * (end - start) or not self._count(began, ended):
            return False
        far, worst = self._limit(start, end), self._level(began, ended)
        limit = min(far, STILL * max(worst, 3 * far), MOSTLY * max(worst, 0.0))
        if self._level(start, end) > limit:
            return False
        kept = self._kept[self._place[start] : self._place[end]]
        return float(estimate(kept[len(kept) // 2 :, None])[0]) <= limit

    def _limit(self, start: int, end: int) -> float:
        """How far the level of [start, end) strays; wider beyond 60 samples, where the forecast is held."""
        k = int(np.searchsorted(STOPS, self._count(start, end), side="right")) - 1
        return float(self._far[max(k, 0)]) * float(np.sqrt(max(1.0, end / HORIZON)))

    def _count(self, start: int, end: int) -> int:
        return int(self._place[end] - self._place[start])

    def _level(self, start: int, end: int) -> float:
        """The estimate of [start, end), from running sums."""
        first, last = int(self._place[start]), int(self._place[end])
        n = last - first
        if n < FEWEST:
            return float(np.median(self._kept[first:last])) if n else 0.0
        bursts = self._bursts[first : last - BURST + 1]
        whole = self._total[last] - self._total[first]
        return float((whole - bursts.max() - bursts.min()) / (n - 2 * BURST))


def _parted(z: Floats) -> int:
    """The slot that parts a level outside from a lower one inside: two levels by least squares, residuals drawn in."""
    center = float(np.median(z))
    limit = 3 * 1.4826 * float(np.median(np.abs(z - center))) + 1e-12
    y = np.clip(z, center - limit, center + limit)
    out = np.arange(1, len(z) - FEWEST + 1)
    before = np.cumsum(y)
    high = before[out - 1] / out
    low = (before[-1] - before[out - 1]) / (len(z) - out)
    gain = np.maximum(high - low, 0.0) ** 2 * out * (len(z) - out)
    return int(np.argmax(gain)) + 1
