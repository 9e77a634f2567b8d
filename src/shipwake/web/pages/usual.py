"""What was usual of an indicator lately: the middle and the band of nine samples in ten, part by part."""

from collections.abc import Iterator, Sequence

import numpy as np

from shipwake.domain import Floats
from shipwake.web.charts.history import Usual
from shipwake.web.charts.scale import time_step

PARTS = 24
FEWEST = 5
"""Samples below which a part has no band."""
LOW, HIGH = 0.05, 0.95

Flagged = Sequence[tuple[float, float]]
"""Spans in epoch seconds that a verdict called moved: they do not count as usual."""


def quiet(values: Floats, times_s: Floats, flagged: Flagged) -> Floats:
    """The values with every flagged span taken out; shape [n], NaN where there is none."""
    kept = values.copy()
    for start, end in flagged:
        kept[(times_s >= start) & (times_s < end)] = np.nan
    return kept


def parts(values: Floats, t0_s: float, step_s: float, flagged: Flagged) -> tuple[Usual, ...]:
    """The usual of each round part of the time shown."""
    if not len(values):
        return ()
    times = t0_s + step_s * np.arange(len(values), dtype=np.float64)
    width = time_step(step_s * len(values), PARTS)
    return tuple(
        _parts(quiet(values, times, flagged), times, float(width), t0_s + step_s * len(values))
    )


def _parts(values: Floats, times: Floats, width: float, end: float) -> Iterator[Usual]:
    groups = np.floor(times / width)
    for group in np.unique(groups):
        known = values[groups == group]
        known = known[np.isfinite(known)]
        if len(known) >= FEWEST:
            low, middle, high = np.quantile(known, [LOW, 0.5, HIGH])
            start = float(group) * width
            yield Usual(
                start_s=max(start, float(times[0])),
                end_s=min(start + width, end),
                middle=float(middle),
                low=float(low),
                high=float(high),
            )


def whole(values: Floats) -> tuple[float, float] | None:
    """The band of nine samples in ten over all of them; None where there are too few."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return None
    low, high = np.quantile(known, [LOW, HIGH])
    return float(low), float(high)
