"""The interval holds the truth nineteen times in twenty, of a move as of none."""

import numpy as np
import pytest

from shipwake.domain import Assessment, Floats
from tests.judge.cases import judged
from tests.judge.many import FUTURES, GAUGES, PLAIN, RATIOS, SERIES, share, watches, within, words

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
