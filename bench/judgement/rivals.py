"""Ask the peers: another interpreter answers; whoever is not installed is named, never stood in for."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.judgement.answers import Answers, kept
from bench.judgement.cases import Case, Facts
from bench.judgement.peers.shelf import Laying

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / ".peers" / "bin" / "python"


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A peer as it ran: its version (None where its package is missing), and how it was set."""

    name: str
    slow: bool
    version: str | None
    stands: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Peers:
    """How to reach the peers: the interpreter with their packages, and a judge in one file to ask as well."""

    python: Path
    reference: Path | None
    jobs: int
    say: Callable[[str], None]

    def answers(self, shelf: Path, facts: Sequence[Facts]) -> tuple[list[Method], list[Answers]]:
        """What each installed peer says of the cases on the shelf, which are those of `facts` in order."""
        out = shelf / "answers"
        self._run(shelf, out, "--jobs", str(self.jobs))
        methods = self._methods(out)
        return methods, [_answers(out, m, facts) for m in methods if m.version is not None]

    def timed(self, shelf: Path, number: int) -> dict[str, tuple[float, float]]:
        """Seconds to learn one case and to look at it once, by peer: medians of `number` cases, one by one."""
        out = shelf / "timed"
        self._run(shelf, out, "--timed", str(number))
        rows = json.loads((out / "methods.json").read_text())
        return {r["name"]: (r["learn_s"], r["look_s"]) for r in rows if r["version"] is not None}

    def _run(self, shelf: Path, out: Path, *options: str) -> None:
        command: list[str | Path] = [
            self.python,
            "-m",
            "bench.judgement.peers",
            shelf,
            out,
            *options,
        ]
        if self.reference is not None:
            command += ["--reference", self.reference.resolve()]
        with subprocess.Popen(
            command,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
        ) as ran:
            for line in ran.stdout or ():
                self.say(line.rstrip())
        if ran.returncode:
            message = f"the peers' interpreter, {self.python}, ended with {ran.returncode}"
            raise RuntimeError(message)

    def _methods(self, out: Path) -> list[Method]:
        rows: list[dict[str, Any]] = json.loads((out / "methods.json").read_text())
        return [
            Method(name=r["name"], slow=r["slow"], version=r["version"], stands=r["stands"])
            for r in rows
        ]


def interpreter() -> Path:
    """The one that `make bench-judgement` fills with peers; without it this one, which has numpy alone."""
    return INSTALLED if INSTALLED.is_file() else Path(sys.executable)


def lay(laying: Laying, case: Case, *, sampled: bool) -> None:
    """Lay one case on the shelf, upward worse."""
    laying.lay(
        case.shown,
        case.change,
        case.facts.step_s,
        [int(slot) for slot in case.past],
        sampled=sampled,
    )


def _answers(out: Path, method: Method, facts: Sequence[Facts]) -> Answers:
    with np.load(out / f"{method.name}.npz") as said:
        asked = [facts[i] for i in said["asked"]]
        return kept(method.name, asked, said["score"], said["alarm"])
