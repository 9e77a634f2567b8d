"""The mean of what came beside the mean of what was foretold, in the unit, and on the scale on which it strays."""

import numpy as np

from shipwake.domain import Floats
from shipwake.judge.effect import Straying, estimate, estimates, straying
from shipwake.judge.moments import STOPS
from shipwake.judge.sums import running_sums
from shipwake.judge.transform import Transform


def came(values: Floats, foretold: Floats) -> float:
    """The mean of `values` [m] without bursts: that of `foretold` [m] and how far they differ; all in the unit."""
    return float(foretold.mean() + estimate((values - foretold)[:, None])[0])


def strayed(transform: Transform, mean: float, z: float, sigma: float) -> float:
    """The mean that is `z` scales from `mean` on the transformed scale."""
    return float(transform.inverse(transform.forward(np.array(mean)) + z * sigma))


def straying_of_means(
    transform: Transform, values: Floats, foretold: Floats, scale: Floats, effective: float
) -> Straying:
    """How far the means of placebo paths lie from those foretold, in their `scale` [n], on the transformed scale.

    `values` and `foretold` [60, n] are in the unit, alike where nothing is known; `effective` paths are independent.
    """
    ends = np.array(STOPS)
    middle = running_sums(foretold)[ends] / ends[:, None]
    mean = middle + estimates(values - foretold)
    return straying((transform.forward(mean) - transform.forward(middle)) / scale, effective)
