"""A process that dies at the worst moment loses nothing and does nothing twice; `make crash` asks for all of it."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from shipwake.flow import CRASH_POINTS
from tests.crash.planted import BUGS, QUICK, SOURCE, plant
from tests.house.tree import ROOT, under

CALL = re.compile(r"""(?:crash_point|passing)\(\s*"([^"]+)"\s*\)""")
ON_POSTGRES = ("after the outbox is written", "before the look is committed", "before its ref")


def _begun(place: Path, *asked: str) -> "subprocess.Popen[str]":
    """The program with this task, begun: they wait for leases and for each other's start, so they run at once."""
    path = ("src", ".", "examples")
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash", *asked, "--json", place],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ":".join(str(ROOT / p) for p in path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


TASKS: dict[str, Sequence[str]] = {
    "sqlite": ("points", "--in-turn", "--store=sqlite", "--by=exit", "--workers=1"),
    "bugs": ("bugs", "--quick-bugs"),
    "soak": ("soak", "--crew", "sqlite, two processes", "--kills=10"),
}
POSTGRES = ("points", "--in-turn", "--store=postgres", "--by=kill", "--workers=2")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of each task, by its name."""
    place = tmp_path_factory.mktemp("crash")
    begun = {name: _begun(place / name, *asked) for name, asked in TASKS.items()}
    found: dict[str, Any] = {}
    for name, program in begun.items():
        said, _ = program.communicate()
        assert (place / name).exists(), said
        found |= {name: json.loads((place / name).read_text()), f"{name} said": said}
    return found


def test_a_crash_at_each_point_loses_nothing_and_repeats_nothing(done: dict[str, Any]) -> None:
    """Dead at one point after another and started again, all is heard, judged and told once."""
    rows = done["sqlite"]["points"]

    assert [(r["lost"], r["doubled"]) for r in rows] == [([], [])] * 2, done["sqlite said"]
    assert sum(r["reached"] for r in rows) == sum(r["died"] for r in rows) == len(CRASH_POINTS)


@pytest.mark.postgres
def test_another_worker_takes_over_on_postgresql(tmp_path: Path) -> None:
    """Killed at one of a few points, a worker leaves to the other what it had begun."""
    words = [word for point in ON_POSTGRES for word in ("--point", point)]
    said, _ = _begun(tmp_path / "found", *POSTGRES, *words).communicate()
    [row] = json.loads((tmp_path / "found").read_text())["points"]

    assert (row["lost"], row["doubled"]) == ([], []), said
    assert row["reached"] == row["asked"] == len(ON_POSTGRES)


def test_planted_bugs_are_seen(done: dict[str, Any]) -> None:
    """With a verdict before its fence, or a second try without a look for the first, the same tests fail."""
    assert {c["bug"]: bool(c["doubled"]) for c in done["bugs"]["bugs"]} == dict.fromkeys(
        QUICK, True
    )


def test_random_kills_lose_nothing_and_repeat_nothing(done: dict[str, Any]) -> None:
    """A server and a worker, killed ten times under load, keep and do once all that was acknowledged."""
    [crew] = done["soak"]["soak"]

    assert (crew["lost"], crew["doubled"]) == ([], []), done["soak said"]
    assert crew["kills"] == 10
    assert min(crew[what] for what in ("changes", "deliveries", "samples", "messages")) > 0


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.name)
def test_each_bug_can_be_planted(bug: Any, tmp_path: Path) -> None:  # noqa: ANN401 - a Bug
    """Each still fits in exactly one place of the program."""
    plant(bug, tmp_path)

    assert bug.point in CRASH_POINTS
    assert (tmp_path / "shipwake" / bug.file).read_text() != (SOURCE / bug.file).read_text()


def test_the_points_that_are_named_are_those_that_are_passed() -> None:
    """Every point of the list stands in the code in one place, and no other does."""
    passed = [
        name for path in under("src", suffix=".py") for name in CALL.findall(path.read_text())
    ]

    assert sorted(passed) == sorted(CRASH_POINTS)
