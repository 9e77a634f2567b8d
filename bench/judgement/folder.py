"""Cases as a team would hand over its own past: a replay folder, one service and one SLI a case; it judges nothing."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bench.judgement.cases import Case
from shipwake.domain import Floats, from_epoch, rfc3339

ENVIRONMENT = "production"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Column:
    """The samples of one SLI: times [n] and values [n], and for a ratio all that was counted [n]."""

    sli: str
    times_s: Floats
    values: Floats
    totals: Floats | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One SLI of a folder; `lower` None leaves the direction out."""

    name: str
    service: str
    ratio: bool
    lower: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Deploy:
    """One change of a folder; one that is not judged is known as past."""

    id: str
    service: str
    at_s: float
    judged: bool


def write_cases(folder: Path, cases: Sequence[Case]) -> None:
    """A folder in which each case is a service of its own, with its earlier deploys and the one that is judged."""
    write(
        folder,
        [
            Indicator(
                name=c.facts.id,
                service=c.facts.id,
                ratio=c.totals is not None,
                lower=c.facts.lower,
            )
            for c in cases
        ],
        [deploy for case in cases for deploy in _deploys(case)],
        (
            Column(sli=c.facts.id, times_s=c.times_s, values=c.values, totals=c.totals)
            for c in cases
        ),
    )


def _deploys(case: Case) -> list[Deploy]:
    name, times = case.facts.id, case.times_s
    past = [
        Deploy(id=f"{name}/past-{i}", service=name, at_s=float(times[slot]), judged=False)
        for i, slot in enumerate(case.past)
    ]
    return [*past, Deploy(id=name, service=name, at_s=float(times[case.change]), judged=True)]


def write(
    folder: Path,
    indicators: Iterable[Indicator],
    deploys: Iterable[Deploy],
    columns: Iterable[Column],
) -> int:
    """Write `shipwake.yaml`, `changes.jsonl` and `samples.parquet`; returns how many samples were written."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = {"slis": [_sli(i) for i in indicators]}
    # What is JSON is YAML, and JSON is written a hundred times faster.
    (folder / "shipwake.yaml").write_text(json.dumps(settings))
    ordered = sorted(deploys, key=lambda d: (d.at_s, d.id))
    (folder / "changes.jsonl").write_text("".join(json.dumps(_change(d)) + "\n" for d in ordered))
    return _write_samples(folder / "samples.parquet", columns)


def _sli(indicator: Indicator) -> dict[str, str]:
    return {
        "name": indicator.name,
        "service": indicator.service,
        "environment": ENVIRONMENT,
        "kind": "ratio" if indicator.ratio else "gauge",
        "better": "lower" if indicator.lower else "higher",
    }


def _change(deploy: Deploy) -> dict[str, Any]:
    change: dict[str, Any] = {
        "id": deploy.id,
        "kind": "deploy",
        "service": deploy.service,
        "environment": ENVIRONMENT,
        "at": rfc3339(from_epoch(deploy.at_s)),
    }
    return change if deploy.judged else change | {"judge": False}


def _write_samples(path: Path, columns: Iterable[Column]) -> int:
    import pyarrow as pa
    from pyarrow import parquet

    fields: list[tuple[str, pa.DataType]] = [
        ("sli", pa.string()),
        ("at", pa.timestamp("ms", tz="UTC")),
        ("value", pa.float64()),
        ("bad", pa.float64()),
        ("total", pa.float64()),
    ]
    schema = pa.schema(fields)
    written = 0
    with parquet.ParquetWriter(path, schema, compression="none") as out:
        for column in columns:
            there = np.isfinite(column.values)  # a dark source sends nothing
            n = int(there.sum())
            none = pa.nulls(n, pa.float64())
            values = pa.array(column.values[there])
            ratio = column.totals is not None
            totals = none if column.totals is None else pa.array(column.totals[there])
            at = pa.array(np.round(column.times_s[there] * 1000).astype(np.int64))
            arrays: list[pa.Array[Any]] = [
                pa.repeat(pa.scalar(column.sli), n),
                at.cast(pa.timestamp("ms", tz="UTC")),
                none if ratio else values,
                values if ratio else none,
                totals,
            ]
            out.write_table(pa.Table.from_arrays(arrays, schema=schema))
            written += n
    return written
