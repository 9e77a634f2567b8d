"""How often something happened, with what chance leaves open; refuses to call a small number a rate."""

from math import sqrt

from shipwake.domain import Portion

Z = 1.959963984540054
"""Two-sided 95 % of the normal distribution."""


def portion(count: int, of: int) -> Portion:
    """`count` of `of` with Wilson's score interval (E. B. Wilson, 1927); of nothing, from 0 to 1."""
    if of == 0:
        return Portion(count=0, of=0, low=0.0, high=1.0)
    p, z2 = count / of, Z * Z
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z * sqrt(p * (1 - p) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    low = 0.0 if count == 0 else max(middle - half, 0.0)
    high = 1.0 if count == of else min(middle + half, 1.0)
    return Portion(count=count, of=of, low=low, high=high)
