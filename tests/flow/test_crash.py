"""A process that dies at the worst moment loses nothing and does nothing twice."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from shipwake.flow import CRASH_POINTS
from tests.house.tree import ROOT


@pytest.fixture(scope="module")
def lives(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of dying at each point and starting again."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.flow.crash", str(tmp_path_factory.mktemp("lives"))],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("point", CRASH_POINTS)
def test_a_crash_loses_nothing_and_repeats_nothing(lives: dict[str, Any], point: str) -> None:
    """Dead at this point and started again, there is one verdict a look and one message a change."""
    left = lives[point]

    assert left["status"] == [86, 0], "the first life ends at the point, the second well"
    assert left["heard"] == [["understood", 1]] * 2
    assert left["looks"] == [["delay", 1], ["delay", 2], ["latency", 1], ["latency", 2]]
    assert left["seqs"] == [["c1", 1], ["c1", 2], ["c2", 1], ["c2", 2]]
    posts = [line for line in left["told"] if line.startswith("post ")]
    assert sorted(posts) == ["post c1|box| 1", "post c2|box| 1"]
    for change in ("c1", "c2"):
        assert [line for line in left["told"] if f" {change}|" in line][-1].endswith(" 2")
