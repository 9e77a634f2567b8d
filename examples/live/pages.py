"""The pages of a shop's services, second by second, as lines of OpenMetrics; refuses to invent a second."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from live.running import Shop

WATCHED = ("checkout", "front")
PHASE_S = 0.5  # into the second, as far as can be from where two seconds meet
LATE_S = 0.4
DURATION = "http_server_request_duration_seconds"
KEPT = (
    f"{DURATION}_count",
    f"{DURATION}_sum",
    "shop_process_memory_bytes",
    "shop_process_cpu_seconds_total",
)
BUCKETS = f"{DURATION}_bucket"
LINE = re.compile(r"(\w+)\{(.*)\} (\S+)")
EMPTY = re.compile(r'\w+="",?')  # Prometheus takes a label without a value for no label


def lines(page: str, job: str, instance: str, at: float) -> Iterator[str]:
    """Give what is kept of a page as Prometheus would keep it, `at` seconds after some beginning."""
    kept = (*KEPT, BUCKETS) if job == "front" else KEPT
    for line in page.splitlines():
        if line.startswith(kept) and (found := LINE.fullmatch(line)):
            name, labels, value = found.groups()
            rest = EMPTY.sub("", labels).rstrip(",")
            yield f'{name}{{job="{job}",instance="{instance}",{rest}}} {value} {at:.3f}\n'


class Reader:
    """Reads the pages of one shop at every second from `start` (whole epoch seconds) on."""

    def __init__(self, shop: Shop, start: int, out: Path) -> None:
        """Open the file; times in it are seconds after `start`."""
        self._shop, self._start = shop, start
        self._file = gzip.open(out, "wt", compresslevel=5)  # noqa: SIM115 - closed by run
        self.missed = 0

    async def run(self, seconds: int) -> None:
        """Read for so long; a second that comes too late stays a gap."""
        with self._file:
            async with httpx.AsyncClient(timeout=1 - PHASE_S) as client:
                for second in range(seconds):
                    due = self._start + second + PHASE_S
                    await asyncio.sleep(max(0.0, due - time.time()))
                    if time.time() - due < LATE_S:
                        await asyncio.gather(*(self._read(client, job) for job in WATCHED))
                    else:
                        self.missed += 1

    async def _read(self, client: httpx.AsyncClient, job: str) -> None:
        at = time.time() - self._start
        for _ in range(2):  # a kept connection may close under us while a version is replaced
            try:
                page = await client.get(f"{self._shop.ports.url(job)}/metrics")
            except httpx.TransportError:
                continue
            self._file.writelines(lines(page.text, job, self._shop.address(job), at))
            return
        self.missed += 1
