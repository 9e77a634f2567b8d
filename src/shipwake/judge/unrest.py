"""How much more an indicator strays after the changes of its service than at moments when nothing changed."""

from dataclasses import replace

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.calibration import Calibration

FEWEST = 3
WORTH = 10.0
"""Changes that the belief is worth that nothing strays more after a change than else."""
LIMIT = 2.0
"""U beyond which a statistic counts no more: one change that did something is not unrest."""


def unrested(
    calibration: Calibration, placebo: Floats, after: Floats, *, forgiven: bool
) -> Calibration:
    """The same with spreads as wide as it needs, and no narrower, for statistics [len(STATISTICS), k] `after` changes.

    `placebo` [len(STATISTICS), n] are those at moments when nothing changed. What recurred is taken off `after`
    already; where that was `forgiven`, it was told by these very changes, which makes them look calmer.
    """
    k = after.shape[1]
    if k < FEWEST:
        return calibration
    usual, found = (_square(calibration, statistics) for statistics in (placebo, after))
    known = usual > 0
    ratio = float(np.mean(found[known] / usual[known])) if known.any() else 1.0
    ratio *= k / (k - 1) if forgiven else 1.0
    wider = max(1.0, (WORTH + k * ratio) / (WORTH + k))
    return replace(calibration, spread=calibration.spread * float(np.sqrt(wider)))


def _square(calibration: Calibration, statistics: Floats) -> Floats:
    """Mean square of U, each U within its limit: [len(STATISTICS)]."""
    u = np.clip(calibration.standard(statistics), -LIMIT, LIMIT)
    return np.asarray(np.mean(u * u, axis=1))
