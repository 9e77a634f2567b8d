"""Real processes to be stopped: a server or worker on a database made beforehand, and a port that never answers."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np

from shipwake.app import compose
from shipwake.config import load
from shipwake.domain import Event, Facts, Floats, Health, Notice, Says
from shipwake.flow import Batch, announce, push
from shipwake.wire.clock import SystemClock
from tests.needs import ROOT

STARTS_S = 300.0
"""A process of its own may start slowly on a busy machine."""
SERVE = ("-m", "shipwake.cli", "serve")
WORK = ("-m", "shipwake.cli", "work")
SLIS = 8
SOURCE = str(ROOT / "src")
"""Where the process looks first, whatever is installed."""


@dataclass
class Running:
    """A process and where it answers."""

    process: subprocess.Popen[bytes]
    url: str
    database: Path

    def stop(self, number: signal.Signals = signal.SIGTERM, again_s: float = 0.0) -> float:
        """Seconds from the signal to the end, which `pytest -s` shows; a second signal follows where that is said."""
        began = time.monotonic()
        self.process.send_signal(number)
        if again_s:
            time.sleep(again_s)
            self.process.send_signal(number)
        self.process.wait(30)
        took = time.monotonic() - began
        sys.stdout.write(f"measured: ended {took:.1f} s after {number.name}\n")
        return took

    def leases(self, table: str) -> tuple[int, int]:
        """How many rows of a table are leased now, and how many ever were."""
        with closing(sqlite3.connect(self.database)) as held:
            now = time.time() * 1e6
            return (
                held.execute(
                    f"SELECT count(*) FROM {table} WHERE lease_until > ?",  # noqa: S608
                    (now,),
                ).fetchone()[0],
                held.execute(f"SELECT count(*) FROM {table} WHERE lease > 0").fetchone()[0],  # noqa: S608
            )

    def until_leased(self, table: str) -> None:
        """Wait until it has begun something of that table."""
        end = time.monotonic() + STARTS_S
        while not self.leases(table)[0]:
            assert self.process.poll() is None, "it ended by itself"
            assert time.monotonic() < end, f"nothing of {table} was begun"
            time.sleep(0.02)

    def children(self) -> set[int]:
        """The processes that it started."""
        return children_of(self.process.pid)


def _processes() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                yield int(entry.name), int(fields[1])


def children_of(process: int) -> set[int]:
    """The processes that one started."""
    return {pid for pid, parent in _processes() if parent == process}


def alive(pids: set[int]) -> set[int]:
    """Those of them that run still."""
    return pids & {pid for pid, _ in _processes()}


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as bound:
        yield bound.getsockname()[1]


def settings(folder: Path, port: int, more: str = "", sli: str = "") -> Path:
    """A configuration on a database there, with some SLIs."""
    slis = "\n".join(
        f"  - {{name: s{i}, service: checkout, environment: production, step: 60s, unit: ms{sli}}}"
        for i in range(SLIS)
    )
    file = folder / "shipwake.yaml"
    file.write_text(
        f"database: sqlite:///{folder}/here.db\nport: {port}\nurl: http://127.0.0.1:{port}\nauth: none\n"
        f"services: [{{name: checkout}}]\nenvironments: [{{name: production}}]\n{more}\nslis:\n{slis}\n"
    )
    return file


def prepared(
    file: Path, *, days: float = 0.0, change: bool = True, notices: Sequence[str] = ()
) -> None:
    """A past of so many days, a change ten minutes ago, and words that wait for these channels."""
    river = compose(load(file, {"SLACK": "xoxb-1"}))
    try:
        now = SystemClock().now()
        count = int(days * 1440)
        if count:
            times: Floats = now.timestamp() // 60 * 60 - 60.0 * np.arange(count, 0.0, -1.0)
            rng = np.random.default_rng(1)
            push(
                river,
                [
                    Batch(sli=f"s{i}", times_s=times, values=rng.normal(100, 5, (count, 1)))
                    for i in range(SLIS)
                ],
            )
        if change:
            at = now - 10 * river.config.watch.unit
            facts = Facts(id="c1", service="checkout", environment="production", title="r1")
            event = Event(
                source="test", key="c1", says=Says.LIVE, at=at, received=now, text="", facts=facts
            )
            announce(river, event)
        for number, channel in enumerate(notices):
            with river.store.write() as tx:
                tx.outbox.put(_notice(channel, f"person{number}@example.com"))
    finally:
        river.close()


def _notice(channel: str, recipient: str) -> Notice:
    return Notice(
        change="c1",
        recipient=recipient,
        channel=channel,
        revision=1,
        health=Health.HEALTHY,
        lines=("fine",),
        at=SystemClock().now(),
        url="http://127.0.0.1/changes/c1",
    )


def free_port() -> int:
    """A port that nobody holds just now."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@contextmanager
def running(
    file: Path, port: int, command: Sequence[str] = SERVE, *, answers: bool = True
) -> Iterator[Running]:
    """The process, until the block ends."""
    args = [sys.executable, *command]
    if "-m" in command:
        args += ["--config", str(file)]
    url = f"http://127.0.0.1:{port}"
    log = file.parent / "log.txt"
    with (
        log.open("ab") as out,
        subprocess.Popen(
            args,
            env={**os.environ, "SLACK": "xoxb-1", "PYTHONPATH": SOURCE},
            cwd=file.parent,
            stdout=out,
            stderr=subprocess.STDOUT,
        ) as process,
    ):
        try:
            made = Running(process, url, file.parent / "here.db")
            if answers:
                _answering(made)
            yield made
        finally:
            process.kill()


def _answering(made: Running) -> None:
    end = time.monotonic() + STARTS_S
    while time.monotonic() < end and made.process.poll() is None:
        try:
            if httpx.get(f"{made.url}/healthz/live").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("it does not answer")
