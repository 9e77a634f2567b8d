"""From two metrics pages to one second's samples; refuses to invent what was not measured."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

DURATION = "http_server_request_duration_seconds"
CODE = re.compile(r'http_response_status_code="(\d+)"')
LE = re.compile(r'le="([^"]+)"')
SERVER_ERROR = 500


@dataclass(frozen=True, slots=True)
class Sample:
    """One second of one indicator: a value, or a count (bad or good) and its total."""

    sli: str
    value: float | None = None
    count: int | None = None
    total: int | None = None


@dataclass(slots=True)
class Reading:
    """What one page says; counters since the process started."""

    process: float = 0.0
    memory: float = 0.0
    cpu_s: float = 0.0
    bad: float = 0.0
    total: float = 0.0
    spent_s: float = 0.0
    sent: float = 0.0
    delivered: float = 0.0
    buckets: dict[float, float] = field(default_factory=dict)


SINGLE = {
    "shop_process_started": "process",
    "shop_process_memory_bytes": "memory",
    "shop_process_cpu_seconds_total": "cpu_s",
    "shop_mails_sent_total": "sent",
    "shop_mails_delivered_total": "delivered",
}


def read(page: str) -> Reading:
    """Read the Prometheus text format, as far as the shop uses it."""
    reading = Reading()
    for line in page.splitlines():
        if line.startswith("#"):
            continue
        name, _, rest = line.partition("{")
        if name in SINGLE:
            setattr(reading, SINGLE[name], float(rest.rpartition(" ")[2]))
        elif name.startswith(DURATION):
            _duration(reading, name.removeprefix(DURATION), rest)
    return reading


def _duration(reading: Reading, part: str, rest: str) -> None:
    labels, _, text = rest.rpartition(" ")
    number = float(text)
    if part == "_bucket" and (edge := LE.search(labels)):
        le = float(edge[1])
        reading.buckets[le] = reading.buckets.get(le, 0.0) + number
    elif part == "_sum":
        reading.spent_s += number
    elif part == "_count" and (code := CODE.search(labels)):
        reading.total += number
        if int(code[1]) >= SERVER_ERROR:
            reading.bad += number


def quantile(share: float, buckets: Iterable[tuple[float, float]]) -> float | None:
    """Interpolate in cumulative counts by upper edge; None without requests.

    As `histogram_quantile` of Prometheus (its documentation, "Query functions").
    """
    rows = sorted(buckets)
    if not rows or rows[-1][1] <= 0:
        return None
    wanted = share * rows[-1][1]
    low, below = 0.0, 0.0
    for edge, count in rows:
        if count >= wanted:
            if edge == float("inf"):
                return low
            return low + (edge - low) * (wanted - below) / (count - below)
        low, below = edge, count
    return low


class Service:
    """The last reading of each process of one service: two processes are never subtracted."""

    def __init__(self, name: str) -> None:
        """Know nothing yet."""
        self._name = name
        self._last: dict[float, Reading] = {}

    def samples(self, now: Reading) -> list[Sample]:
        """Give the samples between this process's last reading and now."""
        before = self._last.get(now.process)
        fresh = before is None
        before = before or Reading()
        self._last[now.process] = now
        total, bad = int(now.total - before.total), int(now.bad - before.bad)
        samples = [
            Sample(f"{self._name} errors", count=bad, total=total),
            Sample(f"{self._name} memory", value=now.memory / 2**20),
        ]
        if total > 0:
            samples.append(Sample(f"{self._name} latency", value=self._latency(before, now, total)))
            if not fresh:  # the first reading's CPU is that of starting up
                spent = (now.cpu_s - before.cpu_s) * 1000
                samples.append(Sample(f"{self._name} cpu", value=spent / total))
        if self._name == "mail":
            good, sent = int(now.delivered - before.delivered), int(now.sent - before.sent)
            samples.append(Sample("mail delivered", count=good, total=sent))
        return samples

    def _latency(self, before: Reading, now: Reading, total: int) -> float:
        if self._name != "front":
            return (now.spent_s - before.spent_s) / total * 1000
        counts = (
            (edge, count - before.buckets.get(edge, 0.0)) for edge, count in now.buckets.items()
        )
        return (quantile(0.95, counts) or 0.0) * 1000
