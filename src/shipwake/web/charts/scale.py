"""From values and instants to places on paper, and the few round numbers that mark an axis."""

import math
from dataclasses import dataclass

SMALLEST = 1e-300
"""A span below this is not cut: its parts would not be numbers of full precision."""
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)
TIME_STEPS_S = (
    1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800,
    3600, 7200, 10800, 21600, 43200,
    86400, 172800, 604800,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Linear:
    """A straight scale: `start` is placed at `low`, `end` at `high`."""

    start: float
    end: float
    low: float
    high: float

    def __call__(self, value: float) -> float:
        """Where `value` is placed."""
        span = self.end - self.start
        return self.low + (value - self.start) / span * (self.high - self.low) if span else self.low

    def within(self, value: float) -> float:
        """Where `value` is placed, held inside the scale."""
        return min(max(self(value), min(self.low, self.high)), max(self.low, self.high))


def step_of(span: float, at_most: int) -> float:
    """The smallest round step that cuts `span` into at most `at_most` parts."""
    if not SMALLEST < span < math.inf:
        return 1.0
    rough = span / at_most
    power = 10.0 ** math.floor(math.log10(rough))
    return next(r * power for r in (*ROUND, 20.0) if r * power >= rough * (1 - 1e-9))


def ticks(low: float, high: float, at_most: int = 4) -> list[float]:
    """Round numbers from `low` to `high`, both ends rounded outwards."""
    step = step_of(high - low, at_most)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 12) for i in range(first, max(last, first + 1) + 1)]


def time_step(span_s: float, at_most: int) -> int:
    """The round number of seconds that cuts `span_s` into at most `at_most` parts."""
    return next((s for s in TIME_STEPS_S if span_s / s <= at_most), TIME_STEPS_S[-1])


def time_ticks(start_s: float, end_s: float, at_most: int) -> list[float]:
    """Round instants (epoch seconds, UTC) within a span."""
    step = time_step(end_s - start_s, at_most)
    first = math.ceil(start_s / step)
    return [float(i * step) for i in range(first, math.floor(end_s / step) + 1)]
