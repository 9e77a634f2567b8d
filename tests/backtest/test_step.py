"""Steps keep gaps, move samples the right way, and move them further the larger they are."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shipwake.backtest.step import Ruler, Scale
from shipwake.domain import Better, Samples, Sli, SliKind

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATENCY = Sli(name="latency", better=Better.LOWER, unit="ms")
DELIVERED = Sli(name="delivered", better=Better.HIGHER, unit="%")
ERRORS = Sli(name="errors", kind=SliKind.RATIO, better=Better.LOWER, unit="%")
GOOD = Sli(name="good", kind=SliKind.RATIO, better=Better.HIGHER, unit="%", good=True)
ORDERS = Sli(name="orders", kind=SliKind.COUNT, better=Better.HIGHER)
BALANCE = Sli(name="balance", better=Better.LOWER)


def _samples(sli: Sli, count: int = 60) -> Samples:
    """Fitting samples with a gap in the middle."""
    rng = np.random.default_rng(3)
    total = rng.poisson(200, count).astype(float)
    columns = {
        "latency": rng.normal(100, 5, count),
        "delivered": rng.normal(99, 0.2, count),
        "errors": np.column_stack([rng.binomial(total.astype(int), 0.02), total]),
        "good": np.column_stack([rng.binomial(total.astype(int), 0.98), total]),
        "orders": rng.poisson(30, count).astype(float),
        "balance": rng.normal(0, 2, count),
    }
    values = columns[sli.name].astype(float)
    values[count // 2] = np.nan
    return Samples.of(START, MINUTE, values)


@pytest.mark.parametrize(
    ("sli", "scale", "sign"),
    [
        (LATENCY, Scale.LEVEL, 1),
        (DELIVERED, Scale.LEVEL, -1),
        (ERRORS, Scale.TOTAL, 1),
        (GOOD, Scale.TOTAL, -1),
        (ORDERS, Scale.LEVEL, -1),
        (BALANCE, Scale.SPREAD, 1),
    ],
)
def test_each_indicator_has_its_scale_and_its_worse(sli: Sli, scale: Scale, sign: int) -> None:
    """What is above zero moves by its level, a ratio by its total, the rest by its spread, each for the worse."""
    before = _samples(sli)
    ruler = Ruler.of(sli, before)
    after = ruler.stepped(before, 30.0, float(ruler.sizes[-8]))
    here = before.present
    moved = sign * (after.values[here, 0] - before.values[here, 0])

    assert (ruler.scale, ruler.sign) == (scale, sign)
    assert moved.min() >= 0
    assert moved.sum() > 0
    assert after.states.tolist() == before.states.tolist()


@given(place=st.integers(0, 60), more=st.integers(1, 20))
def test_a_larger_step_moves_every_sample_further(place: int, more: int) -> None:
    """Of two steps the larger one leaves no sample nearer to where it was, whatever is drawn by chance."""
    for sli in (LATENCY, DELIVERED, ERRORS, GOOD, ORDERS, BALANCE):
        before = _samples(sli)
        ruler = Ruler.of(sli, before)
        small, large = (
            ruler.stepped(before, 30.0, float(ruler.sizes[min(i, len(ruler.sizes) - 1)]))
            for i in (place, place + more)
        )
        here = before.present
        further = ruler.sign * (large.values[here, 0] - small.values[here, 0])
        assert further.min() >= -1e-9, sli.name


def test_what_is_counted_stays_a_count() -> None:
    """More failures are whole ones, never more than there were requests, and as many as was asked for on average."""
    before = _samples(ERRORS, 4001)
    ruler = Ruler.of(ERRORS, before)
    for size in (0.001, 0.05, 0.9, 1.0):
        after = ruler.stepped(before, 0.02, size)
        here = before.present
        extra = after.values[here, 0] - before.values[here, 0]
        total, room = before.values[here, 1], before.values[here, 1] - before.values[here, 0]
        assert np.array_equal(extra, np.round(extra))
        assert (extra <= room).all()
        wanted = float(np.minimum(size * total, room).sum())
        assert abs(float(extra.sum()) - wanted) < 4 * np.sqrt(wanted) + 0.02 * wanted


def test_a_step_is_the_same_whenever_it_is_put_there() -> None:
    """Chance hangs on the time of a sample alone, so the same stretch gets the same failures."""
    before = _samples(ERRORS)
    ruler = Ruler.of(ERRORS, before)
    part = before.between(START + 10 * MINUTE, START + 20 * MINUTE)
    whole = ruler.stepped(before, 0.02, 0.03).values[10:20]

    assert np.array_equal(ruler.stepped(part, 0.02, 0.03).values, whole)


def test_sizes_are_shown_in_the_unit() -> None:
    """A tenth of 200 ms is 20 ms, two of a hundred requests are two points, three deviations are an amount."""
    latency, errors = (Ruler.of(s, _samples(s)) for s in (LATENCY, ERRORS))
    balance = Ruler.of(BALANCE, _samples(BALANCE))

    assert latency.shown(0.1, 200.0) == (20.0, 0.1)
    assert errors.shown(0.02, 0.01) == (2.0, 2.0)
    assert balance.shown(3.0, 0.0) == (3 * balance.spread, None)


def test_nothing_but_gaps_can_be_stepped() -> None:
    """Samples without a value have a ruler too, and stay as they are."""
    gaps = Samples.of(START, MINUTE, np.full(60, np.nan))
    ruler = Ruler.of(LATENCY, gaps)

    assert np.isnan(ruler.stepped(gaps, 0.0, 1.0).values).all()
