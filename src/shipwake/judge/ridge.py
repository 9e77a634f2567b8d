"""Ridge regression, cross-fitted on contiguous folds: no row is predicted by a fit that has seen it."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from shipwake.domain import Floats

FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """`held_out` [targets, n] are the cross-fitted predictions, `coefficients` [targets, features] of all."""

    held_out: Floats
    coefficients: Floats


def cross_fit(features: Floats, targets: Floats, weight: Floats, penalty: float) -> Fit:
    """Least squares of `targets` [t, n] on `features` [p, n] (columns in time order), weighted [n].

    `penalty` is added to each feature's sum of squares.
    """
    p, n = features.shape
    folds = [slice(a, b) for a, b in pairwise(np.arange(FOLDS + 1) * n // FOLDS)]
    weighted = (features * weight).T
    grams = [features[:, f] @ weighted[f] for f in folds]
    moments = [targets[:, f] @ weighted[f] for f in folds]
    gram = np.sum(grams, axis=0) + penalty * np.eye(p)
    moment = np.sum(moments, axis=0)
    held_out = np.empty_like(targets)
    for f, g, m in zip(folds, grams, moments, strict=True):
        held_out[:, f] = np.linalg.solve(gram - g, (moment - m).T).T @ features[:, f]
    return Fit(held_out, np.linalg.solve(gram, moment.T).T)
