"""Wall time of `shipwake --help`, as a person waits for it; hoped for: below 0.3 s."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

RUNS = 9


def measure() -> Iterator[str]:
    """Median, smallest and largest of nine runs after a first one, then the five dearest imports."""
    command = [sys.executable, "-m", "shipwake.cli", "--help"]
    spent = [_seconds(command) for _ in range(RUNS + 1)][1:]
    yield f"median {statistics.median(spent):.3f} s, min {min(spent):.3f} s, max {max(spent):.3f} s over {RUNS} runs"
    told = subprocess.run(
        [sys.executable, "-X", "importtime", *command[1:]],
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [
        line.split("|")
        for line in told.stderr.splitlines()
        if line.count("|") == 2 and "self" not in line
    ]
    dearest = sorted(((int(r[0].split(":")[1]), r[2].strip()) for r in rows), reverse=True)[:5]
    yield "dearest imports (own ms): " + ", ".join(
        f"{name} {us / 1000:.0f}" for us, name in dearest
    )


def _seconds(command: list[str]) -> float:
    begun = time.perf_counter()
    subprocess.run(command, capture_output=True, check=True)
    return time.perf_counter() - begun
