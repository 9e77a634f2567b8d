"""The daily rhythm of visitors, squeezed into minutes; refuses to know about HTTP."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Requests a second: `low` at night, `high` at noon, one day in `period_s` seconds."""

    period_s: float
    phase: float
    low: float = 7.5
    high: float = 28.0

    def rate(self, elapsed_s: float) -> float:
        """Give the requests a second at this time."""
        day = 0.5 - 0.5 * math.cos(2 * math.pi * (elapsed_s / self.period_s + self.phase))
        share: float = day**1.2
        return self.low + (self.high - self.low) * share
