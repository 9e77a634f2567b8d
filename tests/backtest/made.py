"""A past made by the tests: two days of one service at noon of which a deploy slows it, and a quiet neighbour."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from tests.replay.made import change, csv, gauge, jsonl, ratio

START = datetime(2026, 3, 2, tzinfo=UTC)
MINUTES = 2 * 24 * 60
SLOWS = START + timedelta(hours=36)
BACK = SLOWS + timedelta(hours=1)
SETTINGS = """\
services: [{name: checkout}, {name: mail}]
environments: [{name: production}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 60s, better: lower, unit: ms}
  - {name: checkout errors, service: checkout, environment: production, kind: ratio, step: 60s,
     better: lower, unit: "%", bad: b, total: t}
  - {name: mail delivered, service: mail, environment: production, step: 60s, better: higher, unit: "%"}
watch: {later: []}
"""
CHANGES = (
    change("early", "checkout", START + timedelta(hours=30), judge=False),
    change("slows", "checkout", SLOWS, ended_at=BACK.isoformat()),
    change("quiet", "mail", START + timedelta(hours=40)),
)


def write(place: Path, changes: Iterable[Mapping[str, object]] = CHANGES) -> Path:
    """A replay folder of it: for an hour from SLOWS on checkout takes half as long again."""
    place.mkdir(exist_ok=True)
    rng = np.random.default_rng(11)
    slot = np.arange(MINUTES)
    slow = (slot >= 36 * 60) & (slot < 37 * 60)
    total = rng.poisson(600, MINUTES).astype(float)
    bad = rng.binomial(total.astype(int), 0.01).astype(float)
    rows = [
        *gauge("checkout latency", START, 60, rng.normal(100, 5, MINUTES) + 50 * slow),
        *ratio("checkout errors", START, 60, bad, total),
        *gauge("mail delivered", START, 60, rng.normal(99, 0.2, MINUTES)),
    ]
    (place / "shipwake.yaml").write_text(SETTINGS)
    (place / "changes.jsonl").write_text(jsonl(changes))
    (place / "samples.csv").write_text(csv(rows))
    return place
