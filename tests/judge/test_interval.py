"""The interval holds the truth nineteen times in twenty, of a move as of none."""

import numpy as np
import pytest

from shipwake.domain import Assessment, Better, Floats
from tests.judge.cases import HISTORY, found, gauge, judged, learned, noisy
from tests.judge.many import (
    BENT,
    FAMILIES,
    FUTURES,
    GAUGES,
    PLAIN,
    RATIOS,
    SERIES,
    draw,
    share,
    watches,
    within,
    words,
)

STOPS = (12, 20, 60)
LEAST, MOST = 0.93, 0.97


def _holds(word: Assessment, truth: float) -> bool:
    return word.effect is not None and word.effect.low <= truth <= word.effect.high


def _is_right(found: float, n: int) -> bool:
    """Whether a coverage could be one between 93 and 97 %."""
    return LEAST <= found <= MOST or within(found, LEAST, n) or within(found, MOST, n)


@pytest.mark.parametrize("samples", STOPS)
def test_no_move_lies_in_the_interval(samples: int) -> None:
    """After a change that did nothing the interval of a gauge's move holds 0 in 93 to 97 of 100 watches."""
    found = [_holds(w, 0.0) for name in GAUGES for w in words(name, samples)]

    assert _is_right(share(found), SERIES * len(GAUGES))


@pytest.mark.parametrize("move", [-40.0, 8.0, 400.0])
def test_a_move_lies_in_the_interval(move: float) -> None:
    """What was added to a gauge lies in the interval as often, however large it is."""
    found = [
        _holds(judged(w.normal, w.after + move), move)
        for name in PLAIN
        for w in watches(name)[::FUTURES]
    ]

    assert _is_right(share(found), SERIES * len(PLAIN))


def failing(after: Floats, more: float, rng: np.random.Generator) -> Floats:
    """The same requests, of those that went well a share `more` failing."""
    bad, total = after.astype(np.int64).T
    return np.stack([bad + rng.binomial(total - bad, more), total], axis=1).astype(np.float64)


@pytest.mark.parametrize("more", [0.0, 0.002, 0.01, 0.3])
def test_a_share_lies_in_the_interval(more: float) -> None:
    """Of failures that were added to one in a hundred, few or many, the interval holds the share."""
    rng = np.random.default_rng(1)
    found = [
        _holds(judged(w.normal, failing(w.after, more, rng)), 100 * more * 0.99)
        for name in RATIOS
        for w in watches(name)[::FUTURES]
    ]

    assert share(found) >= LEAST or within(share(found), LEAST, SERIES * len(RATIOS))


@pytest.mark.parametrize("samples", STOPS)
@pytest.mark.parametrize("lost", [0.2, 0.8, 1.0, 3.0])
@pytest.mark.parametrize("name", BENT)
def test_a_fall_that_zero_cuts_off_lies_in_the_interval(
    name: str, lost: float, samples: int
) -> None:
    """Of a fall by a part of the level, by all of it or more, the interval holds what is left of it above zero."""
    found = []
    for w in watches(name)[::FUTURES]:
        after = w.after[:samples]
        left = np.maximum(after - lost * w.after.mean(), 0.0)
        found.append(_holds(judged(w.normal, left), float((left - after).mean())))

    assert share(found) >= LEAST or within(share(found), LEAST, SERIES)


@pytest.mark.parametrize("name", [*PLAIN, *BENT])
def test_what_came_does_not_narrow_the_interval(name: str) -> None:
    """Uncertain is where the mean would have been, so the interval is as wide at zero as far above."""
    for w in watches(name)[:6]:
        effects = [judged(w.normal, times * w.after).effect for times in (0.0, 0.1, 1.0, 10.0)]
        widths = [e.high - e.low for e in effects if e is not None]

        assert widths == pytest.approx([widths[0]] * 4, rel=1e-6)
        assert widths[0] > 0


@pytest.mark.parametrize("times", [0.0, 0.5, 1.0, 4.0])
@pytest.mark.parametrize("name", [*GAUGES, "orders", *RATIOS])
def test_the_interval_holds_its_estimate(name: str, times: float) -> None:
    """Low, estimate and high come in this order, whatever happened."""
    for w in watches(name)[::6]:
        after = w.after * [min(times, 1.0), 1.0] if name in RATIOS else w.after * times
        effect = judged(w.normal, after).effect
        assert effect is not None
        assert effect.low <= effect.estimate <= effect.high


def test_the_unit_of_a_bent_scale_does_not_matter() -> None:
    """On a logarithm, milliseconds or microseconds: estimate, interval and normal are a thousandfold."""
    history, futures = draw(FAMILIES["daily"], 5, 3)
    for past, after in zip(history, futures[:, 0], strict=True):
        one, other = (
            judged(learned(gauge(), times * past[-HISTORY:]), times * after * 0.4)
            for times in (1.0, 1000.0)
        )
        assert one.effect is not None
        assert other.effect is not None
        assert other.effect.low == pytest.approx(1000 * one.effect.low, rel=1e-4)
        assert other.effect.high == pytest.approx(1000 * one.effect.high, rel=1e-4)
        assert other.effect.estimate == pytest.approx(1000 * one.effect.estimate, rel=1e-4)


def test_an_interval_is_mirrored() -> None:
    """A series turned upside down moved as far down as it moved up."""
    series = noisy(3) - 100.0
    up, down = found(gauge(), series, 9.0), found(gauge(Better.HIGHER), -series, -9.0)

    assert up.effect is not None
    assert down.effect is not None
    assert down.effect.low == pytest.approx(-up.effect.high, rel=0.02)
    assert down.effect.high == pytest.approx(-up.effect.low, rel=0.02)
