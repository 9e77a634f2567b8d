"""The files of a recording, safe against a crash; refuses to change what was measured.

Samples go to a journal (CSV) first and are packed as Parquet at the end, or by
`python -m shop.outputs DIR`.
"""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import pyarrow as pa
import pyarrow.parquet as pq
import yaml

from shop.deliveries import email, precise

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shop.deliveries import Delivery
    from shop.scrape import Sample

COLUMNS = ("sli", "at", "value", "bad", "good", "total")
GOOD = frozenset({"mail delivered"})
OWNERS = {"front": "Alice", "checkout": "Bob", "mail": "Carol"}
LOOKS = [3, 5, 8, 12, 20, 30, 45, 60]


def indicators() -> list[dict[str, Any]]:
    """Give the SLIs as shipwake.yaml holds them."""
    slis = [
        {
            "name": f"{service} {name}",
            "service": service,
            "environment": "production",
            "kind": kind,
            "source": "push",
            "step": "1s",
            "better": "lower",
            "unit": unit,
        }
        for service in OWNERS
        for name, kind, unit in (
            ("errors", "ratio", "%"),
            ("latency", "gauge", "ms"),
            ("memory", "gauge", "MiB"),
            ("cpu", "gauge", "ms"),
        )
    ]
    delivered = {
        "name": "mail delivered",
        "service": "mail",
        "environment": "production",
        "kind": "ratio",
        "source": "push",
        "step": "1s",
        "better": "higher",
        "unit": "%",
    }
    for sli in slis:
        if sli["kind"] == "ratio":
            sli.update(bad="pushed", total="pushed")
    return [*slis, {**delivered, "good": "pushed", "total": "pushed"}]


def configuration() -> str:
    """Write shipwake.yaml."""
    content = {
        "services": [
            {"name": name, "repository": f"acme/{name}", "owners": [email(owner)]}
            for name, owner in OWNERS.items()
        ],
        "environments": [{"name": "production"}],
        "slis": indicators(),
        "watch": {"looks": LOOKS, "unit": "1s", "later": []},
    }
    head = (
        "# One-second samples of the example shop: latency of front is the 95th\n# percentile, else the mean; "
        "cpu is milliseconds of processor time a request.\n"
    )
    return head + yaml.safe_dump(content, sort_keys=False, width=140)


class Journal:
    """Samples, appended second by second."""

    def __init__(self, path: Path) -> None:
        """Open the journal and write its head."""
        self._file: TextIO = path.open("a", newline="")
        self._csv = csv.writer(self._file)
        if path.stat().st_size == 0:
            self._csv.writerow(COLUMNS)
        self.rows = 0

    def add(self, second: int, samples: Iterable[Sample]) -> None:
        """Append one second; flushed to disk each ten."""
        at = seconds_text(second)
        for sample in samples:
            value = "" if sample.value is None else f"{sample.value:.3f}"
            good = sample.sli in GOOD
            bad = "" if good or sample.count is None else sample.count
            self._csv.writerow(
                [sample.sli, at, value, bad, sample.count if good else "", total(sample)]
            )
            self.rows += 1
        if second % 10 == 0:
            self._file.flush()

    def close(self) -> None:
        """Write what is left."""
        self._file.close()


def total(sample: Sample) -> int | str:
    """Give the total as the journal holds it: empty for a gauge."""
    return "" if sample.total is None else sample.total


def seconds_text(second: int) -> str:
    """Write a whole second, in UTC."""
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")


def append(path: Path, deliveries: Iterable[Delivery]) -> None:
    """Append deliveries, one a line."""
    with path.open("a") as file:
        file.writelines(delivery.line() + "\n" for delivery in deliveries)


def rewrite(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write rows in the order of their `at`, replacing the file in one step."""
    fresh = path.with_suffix(".new")
    lines = [json.dumps(row) + "\n" for row in sorted(rows, key=lambda row: row["at"])]
    fresh.write_text("".join(lines))
    fresh.replace(path)


def pack(folder: Path) -> int:
    """Write samples.parquet from the journal and sort the deliveries; gives the rows."""
    with (folder / "work" / "journal.csv").open(newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (row["sli"], row["at"]))
    counts = {
        name: pa.array([int(row[name]) if row[name] else None for row in rows], pa.int32())
        for name in ("bad", "good", "total")
    }
    times = [datetime.fromisoformat(row["at"]) for row in rows]
    table = pa.table(
        {
            "sli": pa.array([row["sli"] for row in rows]).dictionary_encode(),
            "at": pa.array(times, pa.timestamp("s", tz="UTC")),
            "value": pa.array(
                [float(row["value"]) if row["value"] else None for row in rows], pa.float64()
            ),
            **counts,
        }
    )
    pq.write_table(table, folder / "samples.parquet", compression="zstd", compression_level=19)
    hooks = folder / "hooks.jsonl"
    if hooks.exists():
        lines = sorted(hooks.read_text().splitlines(), key=lambda line: json.loads(line)["at"])
        hooks.write_text("".join(line + "\n" for line in lines))
    return len(rows)


if __name__ == "__main__":
    print(pack(Path(sys.argv[1])), precise(datetime.now(UTC)))
