"""Back-fill of 28 days of a hundred indicators from a real Prometheus, by a running server; hoped for: two minutes."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil

from live.prometheus import load_history, serving

SLIS = 100
DAYS = 28
STEP_S = 60
PORT = 17448
PATIENCE_S = 900


def measure() -> Iterator[str]:
    """Seconds from the server's start until every SLI's past is in its store, memory on the way, size on disk."""
    if not shutil.which("prometheus"):
        yield "no prometheus here (Debian: apt-get install prometheus)"
        return
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as folder:
        place = Path(folder)
        begun = time.monotonic()
        _write(place / "past.txt")
        load_history(place / "past.txt", place / "data")
        (place / "past.txt").unlink()
        yield f"{SLIS} series of {DAYS} days laid into Prometheus in {time.monotonic() - begun:.0f} s"
        with serving(place / "data") as url:
            yield from _filled(place, url)


def _write(path: Path) -> None:
    """Every minute of every series, as OpenMetrics: a daily wave and a little noise that needs no chance."""
    end = int(time.time()) // STEP_S * STEP_S
    times = range(end - DAYS * 86_400, end, STEP_S)
    with path.open("w") as out:
        out.write("# TYPE load gauge\n")
        for series in range(SLIS):
            out.writelines(
                f'load{{service="{series}"}} {100 + (t // STEP_S * 7919 + series) % 1009 / 50:.3f} {t}\n'
                for t in times
            )
        out.write("# EOF\n")


def _filled(place: Path, url: str) -> Iterator[str]:
    slis = "\n".join(
        f"  - {{name: load {i}, service: s{i}, environment: production, source: prom, step: 60s, "
        f"better: lower, query: 'sum(load{{service=\"{i}\"}})'}}"
        for i in range(SLIS)
    )
    sources = f"sources: [{{name: prom, kind: prometheus, url: '{url}'}}]"
    (place / "shipwake.yaml").write_text(f"auth: none\n{sources}\nslis:\n{slis}\n")
    environ = os.environ | {
        "SHIPWAKE_PORT": str(PORT),
        "SHIPWAKE_DATABASE": f"sqlite:///{place}/f.db",
    }
    command = [sys.executable, "-m", "shipwake.cli", "serve"]
    with (
        (place / "log").open("w") as log,
        subprocess.Popen(command, cwd=place, env=environ, stdout=log, stderr=log) as running,
    ):
        try:
            process, begun, peak, slowest = psutil.Process(running.pid), time.monotonic(), 0.0, 0.0
            with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", timeout=30) as client:
                while (done := (place / "log").read_text().count("back-filled ")) < SLIS:
                    time.sleep(0.25)
                    peak = max(peak, process.memory_info().rss / 1e6)
                    slowest = max(slowest, _asked(client))
                    if time.monotonic() - begun > PATIENCE_S:
                        break
            took = time.monotonic() - begun
            cpu = process.cpu_times()
            yield f"{done} of {SLIS} SLIs back-filled in {took:.0f} s, {SLIS * DAYS * 1440 / took:,.0f} samples/s"
            yield f"peak RSS {peak:.0f} MB, {cpu.user + cpu.system:.0f} s of processor time"
            yield f"slowest /healthz meanwhile: {slowest * 1000:.0f} ms"
            yield f"the store: {sum(p.stat().st_size for p in place.glob('f.db*')) / 1e6:.0f} MB"
        finally:
            running.terminate()


def _asked(client: httpx.Client) -> float:
    begun = time.monotonic()
    try:
        client.get("/healthz")
    except httpx.TransportError:
        return 0.0
    return time.monotonic() - begun
