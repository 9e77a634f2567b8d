"""Shares with what chance leaves open: Wilson's interval, and a bootstrap over series where cases share them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Z95 = 1.959964
RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `cases`, with a 95 % interval; `share` is NaN without a case."""

    hits: int
    cases: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Hits by cases."""
        return self.hits / self.cases if self.cases else float("nan")

    def __str__(self) -> str:
        if not self.cases:
            return "–"
        low, high = 100 * self.low, 100 * self.high
        return f"{100 * self.share:.1f} ({low:.1f} to {high:.1f})"


def wilson(flags: npt.ArrayLike) -> Share:
    """The share of true `flags`, with the interval of Wilson (1927): it is honest at zero of many."""
    given = np.asarray(flags, dtype=np.bool_)
    n, hits = len(given), int(given.sum())
    if n == 0:
        return Share(0, 0, float("nan"), float("nan"))
    p, z2 = hits / n, Z95**2
    middle = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * np.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    low = 0.0 if hits == 0 else float(middle - half)
    return Share(hits, n, low, 1.0 if hits == n else float(middle + half))


def clustered(flags: npt.ArrayLike, clusters: Sequence[str], seed: int = 0) -> Share:
    """The share of true `flags`, with the interval of whole clusters drawn again and again.

    Cases of one series share its oddities; counted as strangers they would promise too much. Where no
    flag is true a bootstrap knows nothing, and the interval is Wilson's with a case a cluster.
    """
    given = np.asarray(flags, dtype=np.bool_)
    names, where = np.unique(np.asarray(clusters, dtype=str), return_inverse=True)
    n, hits = len(given), int(given.sum())
    if n == 0:
        return Share(0, 0, float("nan"), float("nan"))
    if hits in (0, n):
        bound = wilson(np.full(len(names), hits == n))
        return Share(hits, n, bound.low, bound.high)
    of_each = np.bincount(where, weights=given)
    sizes = np.bincount(where)
    drawn = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    shares = of_each[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return Share(hits, n, float(low), float(high))
