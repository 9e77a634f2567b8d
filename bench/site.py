"""A server to measure: real store, real loop, real HTTP on loopback, in a folder that is thrown away."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from shipwake.app import compose
from shipwake.config import parse
from shipwake.flow import River
from shipwake.web import beside


@dataclass(frozen=True)
class Site:
    """A running server, its river, and a client that needs no key."""

    river: River
    client: httpx.Client


def settings(slis: int, *, unit: str, step: str) -> str:
    """A configuration of that many gauges, one service each."""
    lines = [
        f'  - {{name: "sli {i}", service: "service {i}", environment: production, step: {step}, '
        "better: lower, unit: ms}"
        for i in range(slis)
    ]
    looks = f"watch: {{unit: {unit}, later: []}}"
    return "\n".join(["auth: none", looks, "slis:", *lines])


@contextmanager
def site(text: str) -> Iterator[Site]:
    """Serve this configuration on a free port."""
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        environ = {"SHIPWAKE_DATABASE": f"sqlite:///{Path(place)}/bench.db", "SHIPWAKE_PORT": "0"}
        river = compose(parse(text, name="bench.yaml", environ=environ))
        with beside(river) as url, httpx.Client(base_url=url, timeout=60) as client:
            yield Site(river, client)
        river.store.close()
