"""Resident memory of `shipwake serve`, idle and at work, and of the demonstration; hoped for: below 150 MB."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from bench.site import settings

PORT = 17447
SLIS = 20


def measure() -> Iterator[str]:
    """RSS of the serving process in MB; the demonstration's peak holds the program that drives it as well."""
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        yield from _serving(Path(place))
    yield from _demonstration()


def _serving(place: Path) -> Iterator[str]:
    (place / "shipwake.yaml").write_text(settings(SLIS, unit="60s", step="60s"))
    environ = os.environ | {
        "SHIPWAKE_PORT": str(PORT),
        "SHIPWAKE_DATABASE": f"sqlite:///{place}/m.db",
    }
    command = [sys.executable, "-m", "shipwake.cli", "serve"]
    with (
        (place / "log").open("w") as log,
        subprocess.Popen(command, cwd=place, env=environ, stdout=log, stderr=log) as running,
    ):
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
                _until_up(client)
                process = psutil.Process(running.pid)
                yield f"idle: {_mb(process):.0f} MB"
                _load(client)
                done = f"28 days of {SLIS} SLIs pushed, {SLIS} changes judged, pages shown"
                yield f"after {done}: {_mb(process):.0f} MB"
        finally:
            running.terminate()


def _load(client: httpx.Client) -> None:
    now = time.time() // 60 * 60
    for i in range(SLIS):
        rows = [[now - 60 * k, 100 + (k * 7919 + i) % 13] for k in range(40_320, -1, -1)]
        client.post(
            "/api/v1/samples", content=json.dumps({"sli": f"sli {i}", "samples": rows})
        ).raise_for_status()
        change = {
            "title": f"change {i}",
            "service": f"service {i}",
            "environment": "production",
            "at": now - 3600,
        }
        change["at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now - 3600))
        client.post("/api/v1/changes", json=change).raise_for_status()
    time.sleep(10)
    for path in ("/", "/slis", "/heard"):
        client.get(path).raise_for_status()


def _demonstration() -> Iterator[str]:
    command = [sys.executable, "-m", "shipwake.cli", "demo", "--once"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode:
        yield f"the demonstration did not run: {ran.stderr.strip()[-200:]}"
        return
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / (
        1024 if sys.platform == "linux" else 1024**2
    )
    yield f"the demonstration (server, loop and the program that drives it in one process), peak: {peak:.0f} MB"


def _until_up(client: httpx.Client) -> None:
    for _ in range(200):
        try:
            if client.get("/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    sys.exit("the server did not come up")


def _mb(process: psutil.Process) -> float:
    return float(process.memory_info().rss) / 1e6
