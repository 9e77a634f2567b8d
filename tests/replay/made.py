"""Folders made by the tests: checkout, which is hurt, and mail, which goes dark, after half a day of quiet."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from shipwake.domain import Floats, rfc3339

START = datetime(2026, 3, 2, tzinfo=UTC)
LIVE = START + timedelta(hours=13)
SETTINGS = """\
services: [{name: checkout}, {name: mail}]
environments: [{name: production}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 60s, better: lower, unit: ms}
  - {name: checkout errors, service: checkout, environment: production, kind: ratio, step: 60s,
     better: lower, unit: "%", bad: b, total: t}
  - {name: mail delivered, service: mail, environment: production, step: 60s, better: higher, unit: "%"}
"""


def change(id: str, service: str, at: datetime, **more: object) -> dict[str, object]:
    """A change in our own form."""
    place = {"service": service, "environment": "production"}
    return {"id": id, **place, "at": rfc3339(at), "revision": f"r-{id}", **more}


CHANGES = (
    change("hurts", "checkout", LIVE),
    change("goes-dark", "mail", LIVE),
    change("known", "checkout", LIVE - timedelta(hours=2), judge=False),
)


def gauge(name: str, start: datetime, step_s: float, values: Iterable[float]) -> list[str]:
    """The CSV rows of a gauge."""
    return [
        f"{name},{rfc3339(start + timedelta(seconds=i * step_s))},{v},,"
        for i, v in enumerate(values)
    ]


def ratio(name: str, start: datetime, step_s: float, bad: Floats, total: Floats) -> list[str]:
    """The CSV rows of a ratio."""
    return [
        f"{name},{rfc3339(start + timedelta(seconds=i * step_s))},,{b:.0f},{t:.0f}"
        for i, (b, t) in enumerate(zip(bad, total, strict=True))
    ]


def csv(rows: Iterable[str]) -> str:
    """A whole file of samples."""
    return "\n".join(["sli,at,value,bad,total", *rows, ""])


def jsonl(rows: Iterable[Mapping[str, object]]) -> str:
    """One object a line."""
    return "".join(json.dumps(row) + "\n" for row in rows)


def write(place: Path, changes: Iterable[Mapping[str, object]] = CHANGES) -> Path:
    """A replay folder: from LIVE on checkout takes half as long again, its errors stay, and mail says nothing."""
    place.mkdir(exist_ok=True)
    rng = np.random.default_rng(7)
    before, after = 13 * 60, 65
    total = rng.poisson(600, before + after).astype(float)
    bad = rng.binomial(total.astype(int), 0.01).astype(float)
    latency = rng.normal(100, 5, before + after) + 50 * (np.arange(before + after) >= before)
    rows = [
        *gauge("checkout latency", START, 60, latency),
        *ratio("checkout errors", START, 60, bad, total),
        *gauge("mail delivered", START, 60, rng.normal(99, 0.2, before)),
    ]
    (place / "shipwake.yaml").write_text(SETTINGS)
    (place / "changes.jsonl").write_text(jsonl(changes))
    (place / "samples.csv").write_text(csv(rows))
    return place
