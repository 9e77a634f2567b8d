"""Medians and quantiles by sorting or partial sorting, of finite numbers only; several times as fast as numpy's own."""

from collections.abc import Sequence

import numpy as np

from shipwake.domain import Floats


def median(x: Floats) -> float:
    """Of all numbers of `x`, at least one."""
    flat = x.ravel()
    k = len(flat) // 2
    ordered = np.partition(flat, k)
    if len(flat) % 2:
        return float(ordered[k])
    return float((ordered[:k].max() + ordered[k]) / 2)


def medians(x: Floats, axis: int) -> Floats:
    """Along one axis of `x` [.., ..], which must not be empty."""
    ordered = np.sort(x, axis=axis)
    n = ordered.shape[axis]
    low, high = ordered.take((n - 1) // 2, axis), ordered.take(n // 2, axis)
    return np.asarray((low + high) / 2)


def quantiles(x: Floats, shares: Sequence[float]) -> Floats:
    """[shares, ..] along the last axis of `x` [.., n], n ≥ 1, on straight lines between its numbers."""
    ordered = np.sort(x, axis=-1)
    n = ordered.shape[-1]
    place = np.array(shares) * (n - 1)
    low = np.floor(place).astype(np.int64)
    found = [
        ordered[..., i] + (p - i) * (ordered[..., min(i + 1, n - 1)] - ordered[..., i])
        for p, i in zip(place, low, strict=True)
    ]
    return np.stack(found)
