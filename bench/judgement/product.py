"""Ask the product by its own door, `shipwake replay` in a process of its own; nothing of the judge is called here."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.judgement.cases import Facts
from shipwake.domain import Health, parse_rfc3339

Line = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one look said, `samples` after the change; the p-values hold for the whole watch so far."""

    samples: int
    health: Health
    reason: str
    p_worse: float
    p_better: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """All that the product said of one case; `interval` is the last look's, None where it gave none."""

    facts: Facts
    looks: tuple[Looked, ...]
    interval: tuple[float, float] | None

    def within(self, samples: int, *words: Health) -> bool:
        """Whether one of `words` was said within so many samples."""
        return any(x.samples <= samples and x.health in words for x in self.looks)

    def hurt(self, samples: int) -> bool:
        """Whether it was called ailing or unhealthy within so many samples."""
        return self.within(samples, Health.AILING, Health.UNHEALTHY)

    @property
    def last(self) -> Looked:
        """The last look."""
        return self.looks[-1]


def replay(folder: Path, *, jobs: int, later: bool = False) -> tuple[list[Line], float]:
    """The lines of `shipwake replay FOLDER`, and the seconds it took from its start to its end."""
    out = folder / "verdicts.jsonl"
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "shipwake.cli",
        "replay",
        folder,
        "--out",
        out,
    ]
    command += ["--jobs", str(jobs), *([] if later else ["--no-later"])]
    begun = time.perf_counter()
    ran = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"NO_COLOR": "1"},
    )
    took = time.perf_counter() - begun
    if ran.returncode:
        message = f"`shipwake replay` ended with {ran.returncode}: {ran.stderr.strip()[-2000:]}"
        raise RuntimeError(message)
    with out.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines], took


def said_of(facts: Sequence[Facts], lines: Sequence[Line]) -> list[Said]:
    """What was said of each case; raises where a case has no line, for that would be a fault of the product."""
    by_change = {line["change"]: line for line in lines}
    if missing := [f.id for f in facts if f.id not in by_change]:
        message = f"`shipwake replay` said nothing of {len(missing)} cases, {missing[0]} first"
        raise RuntimeError(message)
    return [_said(f, by_change[f.id]) for f in facts]


def _said(facts: Facts, line: Line) -> Said:
    effect = line["effect"]
    return Said(
        facts=facts,
        looks=tuple(looked(x, facts.changed_at, facts.step_s) for x in line["looks"]),
        interval=(effect["low"], effect["high"]) if effect else None,
    )


def looked(look: Line, changed_at: float, step_s: float) -> Looked:
    """One look of a line, its time in samples since the change."""
    elapsed_s = parse_rfc3339(look["at"]).timestamp() - changed_at
    return Looked(
        samples=round(elapsed_s / step_s),
        health=Health(look["health"]),
        reason=look["reason"],
        p_worse=look["p_worse"],
        p_better=look["p_better"],
    )
