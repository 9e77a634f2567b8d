"""Samples of few requests drawn together: their counts are added, so that neither line nor band is chance alone.

One second with eight requests fails by 0 or 12.5 % and nothing between; its band says so, and hides a rise to 3 %.
Nothing is smoothed: a point is what failed of all that were asked in its stretch, and a stretch with gaps is a gap.
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from shipwake.domain import Assessment, Evidence, Floats, Sli

ENOUGH = 3.0
"""Variance of the count, in events, from which a point reads well: about three failures."""
FEWEST_POINTS = 20
Z = 1.96
"""A band of 95 %, as for single samples."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """The evidence as it is drawn, and how many samples make one of its points."""

    evidence: Evidence
    per: int = 1


def pooled(a: Assessment, sli: Sli) -> Pooled | None:
    """The evidence of an assessment, its samples drawn together where they hold too few requests; None without any."""
    e = a.evidence
    if e is None:
        return None
    per = _per(a, e, _factor(sli))
    return Pooled(_together(a, e, per, _factor(sli)), per) if per > 1 else Pooled(e)


def _factor(sli: Sli) -> float:
    return 100.0 if sli.unit == "%" else 1.0


def _per(a: Assessment, e: Evidence, factor: float) -> int:
    """Samples a point: enough for a few failures each, and at least twenty points in all."""
    asked = e.total[np.isfinite(e.total) & (e.total > 0)]
    if a.expected is None or not len(asked):
        return 1
    variance = max(p * (1 - p) for p in _expected(a, factor))
    wanted = ENOUGH / max(float(np.mean(asked)) * variance, 1e-9)
    return max(1, min(ceil(wanted), len(e.values) // FEWEST_POINTS))


def _expected(a: Assessment, factor: float) -> tuple[float, float]:
    """Where the mean of all judged samples was expected, as shares."""
    if a.expected is None:
        return 0.0, 1.0
    low, high = (min(max(v / factor, 0.0), 1.0) for v in (a.expected.low, a.expected.high))
    return low, high


def _together(a: Assessment, e: Evidence, per: int, factor: float) -> Evidence:
    """Points that begin at the change in both directions; the band is the judge's for the mean, with so few requests.

    For N requests, low and high of the expected mean are widened by z √(p (1 − p) φ / N) and half an event; φ ≥ 1 is
    how far the counts before the change scatter beyond the binomial's.
    """
    lead = -e.before % per
    known = np.isfinite(e.values) & np.isfinite(e.total)
    asked = np.where(known, e.total, 0.0)
    events = np.where(known & (asked > 0), e.values / factor * asked, 0.0)
    total, failed, seen, slots = (
        _sums(column, lead, per)
        for column in (asked, events, known.astype(float), np.ones(len(known)))
    )
    there = (total > 0) & (2 * seen > slots)
    count = np.where(there, total, np.nan)
    low, high = _expected(a, factor)
    scatter = _scatter(events[: e.before], asked[: e.before])
    spread_low, spread_high = (
        Z * np.sqrt(p * (1 - p) * scatter / count) + 0.5 / count for p in (low, high)
    )
    return Evidence(
        t0_s=e.t0_s - lead * e.step_s,
        step_s=e.step_s * per,
        before=(e.before + lead) // per,
        values=np.where(there, failed / np.where(there, total, 1.0), np.nan) * factor,
        total=total,
        low=np.maximum(low - spread_low, 0.0) * factor,
        high=np.minimum(high + spread_high, 1.0) * factor,
    )


def _sums(column: Floats, lead: int, per: int) -> Floats:
    """The sum of each stretch of `per` samples, the first one shorter by `lead`."""
    tail = -(len(column) + lead) % per
    sums = np.pad(column, (lead, tail)).reshape(-1, per).sum(axis=1)
    return np.asarray(sums, dtype=np.float64)


def _scatter(events: Floats, asked: Floats) -> float:
    """Pearson's χ² by its degrees of freedom, at least 1."""
    some = asked > 0
    count, all_of_them = events[some], asked[some]
    share = float(count.sum() / all_of_them.sum()) if len(count) else 0.0
    if len(count) < FEWEST_POINTS or not 0 < share < 1:
        return 1.0
    chi = (count - share * all_of_them) ** 2 / (share * (1 - share) * all_of_them)
    return max(1.0, float(chi.sum()) / (len(count) - 1))
