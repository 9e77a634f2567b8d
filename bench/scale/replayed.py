"""A long replay alone, on two processes, and on a Dask cluster of two local workers; the bytes must be the same."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from bench.scale.settings import Settings

DAYS = 28
WORKERS = 2
LIVE = datetime(2026, 3, 2, 12, tzinfo=UTC)


def folder(place: Path, slis: int) -> Path:
    """A replay folder: a service for each SLI, one change each, and the rows of each SLI in a row group of its own."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    made = place / f"replay-{slis}"
    if (made / "changes.jsonl").exists():
        return made
    made.mkdir(parents=True, exist_ok=True)
    names = [f"load {i:04}" for i in range(slis)]
    lines = [
        f"  - {{name: {n}, service: s{i}, environment: production, step: 60s, better: lower}}"
        for i, n in enumerate(names)
    ]
    (made / "shipwake.yaml").write_text("\n".join(["slis:", *lines, ""]))
    minutes = DAYS * 1440 + 65
    start = np.datetime64((LIVE - timedelta(days=DAYS)).replace(tzinfo=None), "us")
    instant: pa.DataType = pa.timestamp("us", "UTC")
    at = pa.array(start + np.arange(minutes) * np.timedelta64(60, "s"), instant)
    rng = np.random.default_rng(11)
    schema = pa.schema({"sli": pa.string(), "at": instant, "value": pa.float64()})
    with pq.ParquetWriter(made / "samples.parquet", schema) as out:
        for name in names:
            values = rng.normal(100, 5, minutes)
            out.write_table(pa.table([[name] * minutes, at, values], schema=schema))
    changes = [
        json.dumps(
            {
                "id": f"c{i}",
                "service": f"s{i}",
                "environment": "production",
                "at": LIVE.isoformat(),
            }
        )
        for i in range(slis)
    ]
    (made / "changes.jsonl").write_text("\n".join(changes) + "\n")
    return made


def measure(wanted: Settings, _databases: object, place: Path) -> Iterator[dict[str, Any]]:
    """Seconds and SLIs a second of each way; raises where one writes other bytes."""
    made = folder(place, wanted.replayed)
    ways: dict[str, list[str]] = {"one process": [], "two processes": ["--jobs", "2"]}
    yield from (_timed(made, way, more, wanted.replayed) for way, more in ways.items())
    if find_spec("distributed") is not None:
        from distributed import LocalCluster

        with LocalCluster(
            n_workers=WORKERS, threads_per_worker=1, dashboard_address="127.0.0.1:0"
        ) as cluster:
            on = ["--cluster", cluster.scheduler_address]
            yield _timed(made, "Dask, two local workers", on, wanted.replayed)
    if len({f.read_bytes() for f in made.glob("*.out.jsonl")}) != 1:
        raise RuntimeError("the ways of replaying do not write the same")


def _timed(made: Path, way: str, more: list[str], slis: int) -> dict[str, Any]:
    out = made / f"{way.replace(' ', '-')}.out.jsonl"
    command = [sys.executable, "-m", "shipwake.cli", "replay", str(made), "--out", str(out)]
    begun = time.monotonic()
    subprocess.run([*command, "--no-later", *more], env=os.environ, check=True, capture_output=True)
    spent = time.monotonic() - begun
    return {"way": way, "slis": slis, "spent_s": spent, "rate": slis / spent}
