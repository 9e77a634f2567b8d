"""The levels of a shop's past beside those of the shop that runs now; refuses to call one of them right.

A past that was recorded side by side is worth something only as far as the two agree.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import httpx
import yaml

from live.product import CONFIGURATION

if TYPE_CHECKING:
    from datetime import datetime

SPREAD = (10, 50, 90)


@dataclass(frozen=True, slots=True)
class Level:
    """One indicator: the 10th, 50th and 90th percentile of its seconds, in the past and now."""

    sli: str
    unit: str
    past: tuple[float, ...]
    now: tuple[float, ...]


def levels(url: str, start: datetime, between: datetime, end: datetime) -> list[Level]:
    """Ask Prometheus for every gauge that shipwake watches, before and after `between`."""
    slis = yaml.safe_load(CONFIGURATION.read_text())["slis"]
    with httpx.Client(base_url=url, timeout=30) as client:
        return [
            Level(
                sli["name"],
                sli["unit"],
                spread(client, sli["query"], start, between),
                spread(client, sli["query"], between, end),
            )
            for sli in slis
            if sli["kind"] == "gauge"
        ]


def spread(client: httpx.Client, query: str, start: datetime, end: datetime) -> tuple[float, ...]:
    """Give the percentiles of a query's seconds."""
    asked: dict[str, Any] = {
        "query": query,
        "start": start.timestamp(),
        "end": end.timestamp(),
        "step": 1,
    }
    answer = client.post("/api/v1/query_range", data=asked).raise_for_status().json()
    rows = answer["data"]["result"]
    values = [float(text) for row in rows for _, text in row["values"] if text != "NaN"]
    if len(values) < 2:
        return ()
    cuts = statistics.quantiles(values, n=100)
    return tuple(cuts[percent - 1] for percent in SPREAD)
