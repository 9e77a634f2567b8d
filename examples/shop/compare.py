"""Prints each indicator's mean before and after every change; refuses to judge.

`python -m shop.compare DIR [SECONDS]`: 60 s on either side unless told otherwise.
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pyarrow.parquet as pq

WINDOW_S = 60


def load(folder: Path) -> dict[str, dict[int, tuple[float, float]]]:
    """Read the samples: by SLI and second, a value with weight 1, or a count with its total."""
    series: dict[str, dict[int, tuple[float, float]]] = defaultdict(dict)
    for row in pq.read_table(folder / "samples.parquet").to_pylist():
        second = int(row["at"].timestamp())
        if row["value"] is not None:
            series[row["sli"]][second] = (row["value"], 1.0)
        else:
            count = row["good"] if row["bad"] is None else row["bad"]
            series[row["sli"]][second] = (float(count), float(row["total"]))
    return series


def mean(samples: dict[int, tuple[float, float]], begin: int, end: int, skip: int = 0) -> float:
    """Mean of the seconds in (begin + skip, end]; a ratio in per cent."""
    rows = [samples[second] for second in range(begin + 1 + skip, end + 1) if second in samples]
    weight = sum(total for _, total in rows)
    if not rows or not weight:
        return float("nan")
    if all(total == 1.0 for _, total in rows):
        return fmean(value for value, _ in rows)
    return 100 * sum(count for count, _ in rows) / weight


def main() -> None:
    """Print the table: a star marks the indicators that a story says it touches."""
    folder = Path(sys.argv[1])
    window = int(sys.argv[2]) if len(sys.argv) > 2 else WINDOW_S
    series = load(folder)
    for line in (folder / "truth.jsonl").read_text().splitlines():
        row: dict[str, Any] = json.loads(line)
        at = int(datetime.fromisoformat(row["effect_at"]).timestamp())
        print(f"\n{row['at'][11:19]} {row['id']} {row['truth']}: {row['story']}")
        cells = []
        for sli, samples in sorted(series.items()):
            if sli.split()[0] != row["service"] and sli not in row["slis"]:
                continue
            star = "*" if sli in row["slis"] else " "
            before, after = mean(samples, at - window, at), mean(samples, at, at + window, skip=1)
            cells.append(f"  {star}{sli:17} {before:8.2f} -> {after:8.2f}")
        print("\n".join(cells))


if __name__ == "__main__":
    main()
