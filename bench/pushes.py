"""Samples pushed per second through the API, JSON and commit included."""

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from bench.site import Site, settings, site

SLIS = 100


def measure() -> Iterator[str]:
    """A back-fill in large bodies by one sender, then a second's samples of many SLIs by four senders."""
    with site(settings(SLIS, unit="60s", step="60s")) as made:
        yield _back_fill(made)
        yield _live(made)


def _back_fill(made: Site) -> str:
    start = time.time() // 60 * 60 - 28 * 86400
    bodies = [
        json.dumps(
            {"sli": f"sli {i}", "samples": [[start + 60 * k, k % 17] for k in range(10_000)]}
        ).encode()
        for i in range(SLIS)
    ]
    begun = time.perf_counter()
    for body in bodies:
        made.client.post("/api/v1/samples", content=body).raise_for_status()
    spent = time.perf_counter() - begun
    return f"back-fill, one sender, 10,000 samples a body: {SLIS * 10_000 / spent:,.0f} samples/s"


def _live(made: Site) -> str:
    start = time.time() // 60 * 60 - 86400
    bodies = [
        json.dumps(
            [{"sli": f"sli {i}", "samples": [[start + 60 * k, 5]]} for i in range(SLIS)]
        ).encode()
        for k in range(200)
    ]

    def send(body: bytes) -> None:
        made.client.post("/api/v1/samples", content=body).raise_for_status()

    begun = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, bodies))
    spent = time.perf_counter() - begun
    return f"live, four senders, one sample of {SLIS} SLIs a body: {SLIS * len(bodies) / spent:,.0f} samples/s"
