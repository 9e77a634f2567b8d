"""A recorded day: samples, changes as the webhooks they came by, and the truth; read once, handed out by time."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from shipwake.config import Adapter, Config, load
from shipwake.domain import Floats, Sli, parse_rfc3339
from shipwake.sources import Source, connect

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One webhook as it came: where to, with which headers and bytes, and when."""

    at: datetime
    path: str
    headers: dict[str, str]
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """What a change really was: harmful, harmless, improved or rollback, and from when its effect shows."""

    id: str
    at: datetime
    service: str
    environment: str
    revision: str
    truth: str
    story: str
    effect_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """A recording folder, its deliveries and truths in order of time; `live_from` is where the history ends."""

    config: Config
    samples: Source
    start: datetime
    end: datetime
    live_from: datetime
    earlier: tuple[Json, ...]
    deliveries: tuple[Delivery, ...]
    truths: tuple[Truth, ...]

    def between(self, start: datetime, end: datetime) -> Iterator[tuple[Sli, Floats, Floats]]:
        """For each SLI its samples labelled in [start, end): times (epoch s) of shape [n], values [n, columns]."""
        for sli in self.config.slis:
            part = self.samples.samples(sli, start, end)
            present = part.present
            if present.any():
                yield sli, part.times_s[present], part.values[present]


def read_recording(path: Path, *, history: timedelta) -> Recording:
    """Read a recording folder; raises BadInputError naming the file and what is missing."""
    config = load(path / "shipwake.yaml", {})
    samples = connect(Adapter(kind="folder", name="push", settings={"path": str(path)}))
    deliveries = tuple(
        sorted((_delivery(row) for row in _rows(path / "hooks.jsonl")), key=lambda d: d.at)
    )
    truths = tuple(sorted((_truth(row) for row in _rows(path / "truth.jsonl")), key=lambda t: t.at))
    changes = _rows(path / "changes.jsonl")
    start, end = _span(config, samples)
    live_from = start + history
    return Recording(
        config=config,
        samples=samples,
        start=start,
        end=end,
        live_from=live_from,
        earlier=tuple(c | {"judge": False} for c in changes if parse_rfc3339(c["at"]) < live_from),
        deliveries=tuple(d for d in deliveries if d.at >= live_from),
        truths=tuple(t for t in truths if t.at >= live_from),
    )


def _rows(path: Path) -> list[Json]:
    return [
        json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()
    ]


def _span(config: Config, samples: Source) -> tuple[datetime, datetime]:
    long_ago, far = parse_rfc3339("2000-01-01T00:00:00Z"), parse_rfc3339("2100-01-01T00:00:00Z")
    parts = [samples.samples(sli, long_ago, far) for sli in config.slis]
    labels = np.array([(p.t0_s, p.t0_s + p.step_s * len(p)) for p in parts if len(p)])
    first, last = float(labels[:, 0].min()), float(labels[:, 1].max())
    epoch = parse_rfc3339("1970-01-01T00:00:00Z")
    return epoch + timedelta(seconds=first), epoch + timedelta(seconds=last)


def _delivery(row: Json) -> Delivery:
    return Delivery(
        at=parse_rfc3339(row["at"]), path=row["path"], headers=row["headers"], body=row["body"]
    )


def _truth(row: Json) -> Truth:
    at = parse_rfc3339(row["at"])
    return Truth(
        id=row["id"],
        at=at,
        service=row.get("service", ""),
        environment=row.get("environment", ""),
        revision=row.get("revision", ""),
        truth=row["truth"],
        story=row.get("story", ""),
        effect_at=parse_rfc3339(row["effect_at"]) if row.get("effect_at") else at,
    )
