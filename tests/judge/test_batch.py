"""The same samples give the same answer to the last bit: alone or among others, in any order, in any process."""

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from shipwake.domain import Floats, Samples, Sli
from shipwake.judge import learn
from tests.judge.cases import ANCHOR, HISTORY, LEVEL, STEP, answer, bits, judged, level_of, mixed

CASES = mixed()


def _alone(sli: Sli, series: Floats) -> bytes:
    return answer(sli, series.copy())


def test_order_and_company_do_not_matter() -> None:
    """Each indicator is told the same whether it is learned first, last or alone."""
    forward = [answer(sli, series) for sli, series in CASES]
    backward = [answer(sli, series) for sli, series in reversed(CASES)][::-1]

    assert forward == backward == [_alone(*case) for case in CASES]
    assert len(set(forward)) == len(CASES)


def test_learning_first_and_looking_later_is_the_same() -> None:
    """All indicators learned, then all looked at, says what one after the other says."""
    normals = [
        learn(sli, Samples.of(ANCHOR - HISTORY * STEP, STEP, x[:HISTORY]), ANCHOR, (), unit_s=60)
        for sli, x in CASES
    ]
    looks = [judged(n, x[HISTORY:]) for n, (_, x) in zip(normals, CASES, strict=True)]

    assert [bits(n) + bits(a) for n, a in zip(normals, looks, strict=True)] == [
        answer(sli, x) for sli, x in CASES
    ]
    assert level_of(normals, 0.01) == pytest.approx(level_of(normals[::-1], 0.01))


def test_another_process_says_the_same() -> None:
    """A process that was started anew gives the same bits, as a worker beside the server must."""
    here = [answer(sli, series) for sli, series in CASES]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as there:
        found = list(there.map(answer, *zip(*CASES, strict=True)))

    assert found == here


@pytest.mark.parametrize("number", range(len(CASES)))
def test_where_samples_lie_in_memory_does_not_matter(number: int) -> None:
    """Samples cut from the midst of a wider array are judged as their copies are, and left as they were."""
    sli, series = CASES[number]
    wide = np.empty((len(series) + 3, *series.shape[1:], 3))
    wide[3:, ..., 1] = series
    cut = wide[3:, ..., 1]
    kept = cut.copy()

    assert answer(sli, cut) == _alone(sli, series)
    assert np.array_equal(cut, kept)


@pytest.mark.parametrize("number", range(len(CASES)))
def test_samples_are_only_read(number: int) -> None:
    """History and samples that may not be written to are learned from and judged."""
    sli, series = CASES[number]
    history = Samples.of(ANCHOR - HISTORY * STEP, STEP, series[:HISTORY])
    history.values.flags.writeable = False
    history.states.flags.writeable = False
    normal = learn(sli, history, ANCHOR, (), unit_s=60)
    before = bits(normal)
    first, again = (judged(normal, series[HISTORY:], LEVEL) for _ in range(2))

    assert bits(first) == bits(again)
    assert bits(normal) == before
