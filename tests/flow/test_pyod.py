"""PyOD's own models, where it is installed: each is calibrated as the built-in judge is, and never loaded here."""

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.config import DETECTORS
from shipwake.flow import Detectors
from shipwake.judge import Normal
from shipwake.replay import replay
from tests.judge.cases import HISTORY, gauge, judged, learned, noisy
from tests.replay.made import SETTINGS, write

pytestmark = pytest.mark.pyod


@pytest.fixture(scope="module")
def asked() -> Iterator[Detectors]:
    """The real process."""
    made = Detectors()
    yield made
    made.close()


def _taught(asked: Detectors, name: str, seed: int) -> Normal:
    return asked.taught(learned(replace(gauge(), detector=name), noisy(seed)))


@pytest.mark.parametrize("name", DETECTORS)
def test_every_model_that_is_offered_finds_a_great_step(asked: Detectors, name: str) -> None:
    """Each model can be taught, calls a great step harm or says that it would notice none, and a calm hour no harm."""
    series = noisy(2)
    normal = _taught(asked, name, 2)
    calm, moved = judged(normal, series[HISTORY:]), judged(normal, series[HISTORY:] + 60.0)

    assert not calm.health.hurts
    assert moved.p_worse < calm.p_worse
    assert moved.health.hurts or moved.noticeable is None


@pytest.mark.parametrize("name", ["pyod.ECOD", "pyod.IForest", "pyod.LODA"])
def test_the_same_rows_give_the_same_scores(name: str) -> None:
    """Another process finds the same p-value: no model draws by chance that nobody seeded."""
    series = noisy(3)
    found = []
    for _ in range(2):
        asked = Detectors()
        found.append(judged(_taught(asked, name, 3), series[HISTORY:]).p_worse)
        asked.close()

    assert found[0] == found[1]


@pytest.mark.parametrize("name", ["pyod.PCA", "pyod.KNN"])
def test_chance_is_what_it_says(asked: Detectors, name: str) -> None:
    """Of 60 harmless changes about a tenth has p ≤ 10 %, about half p ≤ 50 %, and next to none p ≤ 0.5 %."""
    found = []
    for seed in range(60):
        series = noisy(seed)
        found.append(judged(_taught(asked, name, seed), series[HISTORY:]).p_worse)
    p = np.array(found)  # the bounds are the 99.9 % ones of a binomial of 60

    assert np.mean(p <= 0.1) <= 0.25
    assert 0.28 <= np.mean(p <= 0.5) <= 0.72
    assert np.sum(p <= 0.005) <= 3


def test_nothing_of_it_is_loaded_here(asked: Detectors) -> None:
    """Neither PyOD nor what it brings is in the process that asks."""
    _taught(asked, "pyod.ECOD", 1)

    assert {"pyod", "scipy", "sklearn", "numba"} & set(sys.modules) == set()


def test_a_replay_is_judged_by_it(tmp_path: Path) -> None:
    """The same setting works in a replay: the change that harmed is found, by the detector."""
    folder = write(tmp_path)
    named = SETTINGS.replace("unit: ms}", "unit: ms, detector: pyod.ECOD}")
    (folder / "shipwake.yaml").write_text(named)
    words = {x["sli"]: x["health"] for x in replay(folder, compose, later=False)}

    assert words["checkout latency"] in ("ailing", "unhealthy")
    assert words["checkout errors"] == "healthy"
