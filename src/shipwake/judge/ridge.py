"""Ridge regression, cross-fitted on contiguous folds: no row is predicted by a fit that has seen it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shipwake.domain import Floats

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """`held_out` [n, targets] are the cross-fitted predictions, `coefficients` [features, targets] of all rows."""

    held_out: Floats
    coefficients: Floats


def cross_fit(features: Floats, targets: Floats, weight: Floats, penalty: float) -> Fit:
    """Least squares of `targets` [n, t] on `features` [n, p] (rows in time order) with row weights [n].

    `penalty` is added to each feature's sum of squares.
    """
    n, p = features.shape
    edges = np.arange(FOLDS + 1) * n // FOLDS
    folds = [slice(a, b) for a, b in pairwise(edges)]
    weighted = features * weight[:, None]
    grams = [weighted[f].T @ features[f] for f in folds]
    moments = [weighted[f].T @ targets[f] for f in folds]
    gram = np.sum(grams, axis=0) + penalty * np.eye(p)
    moment = np.sum(moments, axis=0)
    held_out = np.empty_like(targets)
    for f, g, m in zip(folds, grams, moments, strict=True):
        held_out[f] = features[f] @ np.linalg.solve(gram - g, moment - m)
    return Fit(held_out, np.linalg.solve(gram, moment))
