"""Medians, quantiles and running sums are those of numpy, however many numbers there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from shipwake.domain import Floats
from shipwake.judge.order import median, medians, quantiles
from shipwake.judge.sums import running_sums, up_to

FINITE = st.floats(-1e9, 1e9, allow_subnormal=False)
ROWS = st.tuples(st.integers(1, 7), st.integers(1, 40)).flatmap(
    lambda shape: arrays(np.float64, shape, elements=FINITE)
)


@given(ROWS)
def test_medians_are_numpys(x: Floats) -> None:
    """Of all, and along either axis."""
    assert median(x) == pytest.approx(float(np.median(x)))
    for axis in (0, 1):
        np.testing.assert_allclose(medians(x, axis), np.median(x, axis=axis))


@given(ROWS, st.lists(st.floats(0, 1), min_size=1, max_size=3))
def test_quantiles_are_numpys(x: Floats, shares: list[float]) -> None:
    """On straight lines between neighbours, the least and the largest included."""
    np.testing.assert_allclose(
        quantiles(x, shares), np.quantile(x, shares, axis=-1), rtol=1e-9, atol=1e-5
    )


@given(ROWS)
def test_sums_run_down_each_column(x: Floats) -> None:
    """From nothing to the whole column, each to the last bit as if it were alone."""
    total = running_sums(x)
    assert not total[0].any()
    np.testing.assert_array_equal(total[1:], np.cumsum(x, axis=0))


@given(ROWS, st.data())
def test_extremes_are_those_so_far(x: Floats, data: st.DataObject) -> None:
    """Up to each end what the running maximum and minimum are there."""
    ends = np.array(sorted(data.draw(st.sets(st.integers(1, len(x)), min_size=1))))
    high, low = up_to(x, ends)
    np.testing.assert_array_equal(high, np.maximum.accumulate(x, axis=0)[ends - 1])
    np.testing.assert_array_equal(low, np.minimum.accumulate(x, axis=0)[ends - 1])
