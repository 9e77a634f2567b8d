"""A process that dies at the worst moment loses nothing and does nothing twice; `make crash` asks for all of it."""

import json
import os
import re
import subprocess
import sys
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


POINTS = ("points", "--in-turn", "--store=sqlite", "--by=exit", "--workers=1")
QUICK_BUGS = ("bugs", "--quick-bugs")
TEN_KILLS = ("soak", "--crew", "sqlite, two processes", "--kills=10")
long = pytest.mark.skipif(
    not os.environ.get("CRASH"), reason="takes a minute or two: set CRASH=long, or run `make crash`"
)
POSTGRES = ("points", "--in-turn", "--store=postgres", "--by=kill", "--workers=2")


def _came(place: Path, *asked: str) -> tuple[dict[str, Any], str]:
    """What came of one task, and what it said."""
    said, _ = _begun(place, *asked).communicate()
    assert place.exists(), said
    return json.loads(place.read_text()), said


def test_a_crash_at_each_point_loses_nothing_and_repeats_nothing(tmp_path: Path) -> None:
    """Dead at one point after another and started again, all is heard, judged and told once."""
    found, said = _came(tmp_path / "found", *POINTS)
    rows = found["points"]

    assert [(r["lost"], r["doubled"]) for r in rows] == [([], [])] * 2, said
    assert sum(r["reached"] for r in rows) == len(CRASH_POINTS)


@pytest.mark.postgres
def test_another_worker_takes_over_on_postgresql(tmp_path: Path) -> None:
    """Killed at one of a few points, a worker leaves to the other what it had begun."""
    words = [word for point in ON_POSTGRES for word in ("--point", point)]
    found, said = _came(tmp_path / "found", *POSTGRES, *words)
    [row] = found["points"]

    assert (row["lost"], row["doubled"]) == ([], []), said
    assert row["reached"] == row["asked"] == len(ON_POSTGRES)


@long
def test_planted_bugs_are_seen(tmp_path: Path) -> None:
    """With a verdict before its fence, or a second try without a look for the first, the same tests fail."""
    found, said = _came(tmp_path / "found", *QUICK_BUGS)

    assert {c["bug"]: bool(c["doubled"]) for c in found["bugs"]} == dict.fromkeys(QUICK, True), said


@long
def test_random_kills_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    """A server and a worker, killed ten times under load, keep and do once all that was acknowledged."""
    found, said = _came(tmp_path / "found", *TEN_KILLS)
    [crew] = found["soak"]

    assert (crew["lost"], crew["doubled"]) == ([], []), said
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
