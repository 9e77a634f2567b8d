"""Real processes to measure, `shipwake serve` and `shipwake work`, and what they cost while they run."""

import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import psutil

PATIENCE_S = 120
COUNTED = re.compile(r"normals_asked\D+(\d+)\D+normals_learned\D+(\d+)")


@dataclass(slots=True)
class Running:
    """One process of ours; `port` 0 where it serves nothing."""

    process: psutil.Process
    log: Path
    port: int
    begun: float

    def mb(self) -> float:
        """Resident memory of the process itself, in MB."""
        return float(self.process.memory_info().rss) / 1e6

    def learners_mb(self) -> float:
        """The same of the processes that learn for it."""
        return sum(p.memory_info().rss for p in self.process.children(recursive=True)) / 1e6

    def processor_s(self) -> float:
        """Processor time so far, of itself alone."""
        spent = self.process.cpu_times()
        return float(spent.user + spent.system)

    def normals(self) -> tuple[int, int]:
        """How often a normal was asked for, and learned; known when it has ended."""
        found = COUNTED.search(re.sub(r"\x1b\[[0-9;]*m", "", self.log.read_text()))
        return (int(found[1]), int(found[2])) if found else (0, 0)

    def up(self) -> float:
        """Seconds from its start until it answered; for a worker, until it is likely to ask for work."""
        while self.port:
            try:
                if _get(self.port, "/healthz")[0] == http.client.OK:
                    break
            except OSError:
                pass
            if time.monotonic() - self.begun > PATIENCE_S:
                raise RuntimeError(f"it did not come up: {self.log.read_text()[-2000:]}")
            time.sleep(0.02)
        return time.monotonic() - self.begun


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextmanager
def running(verb: str, settings: Path, url: str) -> Iterator[Running]:
    """`shipwake serve` or `work` on that database, until the block ends."""
    port = _free_port() if verb == "serve" else 0
    environ = os.environ | {"SHIPWAKE_DATABASE": url, "SHIPWAKE_PORT": str(port), "NO_COLOR": "1"}
    log = settings.with_name(f"{verb}-{time.monotonic_ns()}.log")
    command = [sys.executable, "-m", "shipwake.cli", verb, "--config", str(settings)]
    begun = time.monotonic()
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environ, stdout=out, stderr=out)
    try:
        yield Running(psutil.Process(process.pid), log, port, begun)
    finally:
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


class Answered(NamedTuple):
    """How many were taken, how many were told to come again later, and in what time."""

    taken: int
    put_off: int
    seconds: float

    @property
    def rate(self) -> float:
        """Taken a second."""
        return self.taken / self.seconds


def asked(
    port: int, bodies: Callable[[int], Iterator[tuple[str, bytes]]], senders: int, seconds: float
) -> Answered:
    """Post what `bodies(sender)` gives, each sender on one connection, for that long; raises at more than 503."""
    stop, counts, put_off, refused = Event(), [0] * senders, [0] * senders, list[str]()

    def send(sender: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        for path, body in bodies(sender):
            if stop.is_set():
                break
            connection.request("POST", path, body, {"content-type": "application/json"})
            answer = connection.getresponse()
            said = answer.read()
            if answer.status < http.client.MULTIPLE_CHOICES:
                counts[sender] += 1
            elif answer.status == http.client.SERVICE_UNAVAILABLE:
                put_off[sender] += 1
            else:
                refused.append(f"{answer.status} {said[:200]!r}")
        connection.close()

    threads = [Thread(target=send, args=(n,)) for n in range(senders)]
    begun = time.monotonic()
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    if refused:
        raise RuntimeError(f"{len(refused)} were refused, the first with {refused[0]}")
    return Answered(sum(counts), sum(put_off), time.monotonic() - begun)


def timed(port: int, path: str, times: int, accept: str = "text/html") -> list[float]:
    """Milliseconds of each GET of a path, one after another on one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    spent = []
    for _ in range(times):
        begun = time.perf_counter()
        connection.request("GET", path, headers={"accept": accept})
        answer = connection.getresponse()
        answer.read()
        spent.append((time.perf_counter() - begun) * 1000)
        if answer.status != http.client.OK:
            raise RuntimeError(f"{path} answered {answer.status}")
    connection.close()
    return spent


def spread(spent: Sequence[float]) -> dict[str, float]:
    """Median and 99th percentile."""
    import numpy as np

    return {"median_ms": float(np.median(spent)), "p99_ms": float(np.quantile(spent, 0.99))}


def body(value: object) -> bytes:
    """JSON."""
    return json.dumps(value).encode()
