"""What a peer sees: the samples before a change, then those after it; it decides nothing."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Answer = tuple[float, bool]
"""A score, higher for worse, and whether the method would raise an alarm by its own default."""
Look = Callable[[Floats], Answer]
"""Judge all samples since the change."""
DAY_S = 86_400
SILENT: Answer = (0.0, False)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Seen:
    """The samples before a change [n], upward worse, NaN in holes; `past` are slots of earlier changes."""

    before: Floats
    step_s: float
    past: npt.NDArray[np.int64]

    def days(self, number: int) -> Floats:
        """The samples of the last so many days."""
        return self.before[-int(number * DAY_S / self.step_s) :]


Learn = Callable[[Seen], Look]


def there(values: Floats) -> Floats:
    """The samples that came."""
    return values[np.isfinite(values)]
