"""Samples pushed a second as JSON over HTTP, each push durable before it is answered, in small and in large bodies."""

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from bench.scale.company import RATIOS, SLIS, STEP_S, settings
from bench.scale.databases import Databases
from bench.scale.looks import filled
from bench.scale.running import asked, body, running
from bench.scale.settings import Settings

SENDERS = 4
SHARE = 5
GAUGES = SLIS - RATIOS


def measure(wanted: Settings, databases: Databases, place: Path) -> Iterator[dict[str, Any]]:
    """Each database, by how many SLIs a body holds a sample of; and a back-fill of 10,000 samples a body."""
    file = place / "pushed.yaml"
    file.write_text(settings(wanted.services))
    fill = partial(filled, services=wanted.services)
    for kind in databases.kinds():
        with databases.copy(kind, "samples", fill) as url, running("serve", file, url) as process:
            process.up()
            for slis, samples in ((1, 1), (10, 1), (100, 1), (1, 10_000)):
                bodies = partial(_bodies, wanted.services, slis, samples)
                sent = asked(process.port, bodies, SENDERS, wanted.seconds / SHARE)
                yield {
                    "database": kind,
                    "slis": slis,
                    "samples": samples,
                    "bodies": sent.rate,
                    "rate": sent.rate * slis * samples,
                }


def _bodies(services: int, slis: int, samples: int, sender: int) -> Iterator[tuple[str, bytes]]:
    """Of gauges alone; each body goes on where the last one of its sender ended, a fortnight ago at first."""
    at = time.time() // STEP_S * STEP_S - 14 * 86_400
    number = 0
    while True:
        first = (sender * 8191 + number * slis) % (services * GAUGES)
        rows = [[at + STEP_S * k, 100 + (number + k) % 17] for k in range(samples)]
        batches = [
            {
                "sli": f"s{n // GAUGES % services} sli {RATIOS + n % GAUGES}",
                "samples": rows,
            }
            for n in range(first, first + min(slis, services * GAUGES))
        ]
        yield "/api/v1/samples", body(batches)
        number += 1
        at += STEP_S if samples == 1 else 0
