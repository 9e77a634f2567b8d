"""Told to stop in the middle of anything, a real process ends in seconds, and what it had begun is free at once."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.stop.running import (
    SERVE,
    WORK,
    alive,
    children_of,
    free_port,
    prepared,
    running,
    settings,
    silent,
)
from tests.web.site import until

pytestmark = pytest.mark.skipif(
    not os.environ.get("STOP"), reason="takes two minutes: run `make stop`"
)
SECONDS = 5.0
PROM = 'sources: [{{name: prom, kind: prometheus, url: "http://127.0.0.1:{port}", timeout: 30s}}]'
CHAT = """tell: [{{name: chat, kind: slack, token: "${{SLACK}}", url: "http://127.0.0.1:{port}/", timeout: 30s}}]"""
SLEEPER = Path(__file__).parents[1] / "flow" / "detector_script.py"
DETECTING = f"""
import os, sys
from dataclasses import replace
from shipwake.app import compose
from shipwake.config import load
from shipwake.flow import Detectors
from shipwake.web import serve
from shipwake.wire.ending import leave
if __name__ == "__main__":
    asked = Detectors((sys.executable, {str(SLEEPER)!r}, "sleeps"), library="json")
    serve(replace(compose(load(__import__("pathlib").Path("shipwake.yaml"), os.environ)), detectors=asked))
    leave(0)
"""
SHOP = Path(__file__).parents[2] / "examples" / "shop" / "recording"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("command", [SERVE, WORK])
def test_in_a_source_that_does_not_answer(
    tmp_path: Path, number: signal.Signals, command: tuple[str, ...]
) -> None:
    """While looks and back-fills wait 30 s for a source, a server and a worker stop, and others may look at once."""
    with silent() as mute:
        port = free_port()
        file = settings(tmp_path, port, PROM.format(port=mute), ", source: prom, query: up")
        prepared(file)
        with running(file, port, command, answers=command is SERVE) as here:
            here.until_leased("due_looks")
            here.until_leased("duties")
            took = here.stop(number)

        assert took < SECONDS
        assert here.process.returncode == 0
        assert here.leases("due_looks") == (0, 8)
        assert here.leases("duties")[0] == 0


def test_in_a_message_that_slack_does_not_answer(tmp_path: Path) -> None:
    """A message that is on its way keeps its lease, that it may be found when it has landed; the next one is free."""
    with silent() as mute:
        port = free_port()
        file = settings(tmp_path, port, CHAT.format(port=mute))
        prepared(file, notices=("chat", "chat"))
        with running(file, port) as here:
            here.until_leased("outbox")
            time.sleep(0.3)
            took = here.stop()

        assert took < SECONDS
        assert here.process.returncode == 0
        assert here.leases("outbox") == (1, 2)


def test_in_the_middle_of_learning(tmp_path: Path) -> None:
    """While normals are learned in other processes, a server stops and they end with it."""
    port = free_port()
    file = settings(tmp_path, port)
    prepared(file, days=10)
    with running(file, port) as here:
        here.until_leased("due_looks")
        until(lambda: len(here.children()) > 1, 30)
        children = here.children()
        took = here.stop()
        until(lambda: not alive(children), 5)

    assert took < SECONDS
    assert here.process.returncode == 0
    assert here.leases("due_looks")[0] == 0


def test_in_a_detector_that_does_not_answer(tmp_path: Path) -> None:
    """While a foreign detector is asked, a server stops, and its process ends with it."""
    port = free_port()
    file = settings(tmp_path, port, sli=", detector: pyod.ECOD")
    prepared(file, days=3)
    program = tmp_path / "program.py"
    program.write_text(DETECTING)
    with running(file, port, (str(program),)) as here:
        here.until_leased("due_looks")
        until(lambda: any(_runs(pid, SLEEPER.name) for pid in here.children()), 30)
        children = here.children()
        took = here.stop()
        until(lambda: not alive(children), 5)

    assert took < SECONDS
    assert here.leases("due_looks")[0] == 0


def _runs(pid: int, name: str) -> bool:
    try:
        return name.encode() in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def test_with_an_open_stream_and_an_upload_that_never_ends(tmp_path: Path) -> None:
    """A listener is let go of at once, and an upload that goes on is cut off unanswered."""
    port = free_port()
    file = settings(tmp_path, port)
    prepared(file, change=False)
    with (
        running(file, port) as here,
        httpx.Client(base_url=here.url, timeout=30) as client,
        socket.create_connection(("127.0.0.1", port)) as upload,
        client.stream("GET", "/api/v1/stream") as response,
    ):
        lines = response.iter_lines()
        next(lines)
        head = b"POST /api/v1/samples HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n"
        upload.sendall(head + b"Content-Type: application/json\r\n\r\n[")
        time.sleep(0.2)
        took = here.stop()
        assert not any(line.startswith("id") for line in lines)
        assert b"200" not in upload.recv(1000)

    assert took < SECONDS
    assert here.process.returncode == 0


def test_a_second_signal_ends_it_there_and_then(tmp_path: Path) -> None:
    """Who presses Ctrl-C twice does not wait for what is under way."""
    with silent() as mute:
        port = free_port()
        file = settings(tmp_path, port, PROM.format(port=mute), ", source: prom, query: up")
        prepared(file)
        with running(file, port) as here:
            here.until_leased("due_looks")
            took = here.stop(signal.SIGINT, again_s=0.3)

    assert took < SECONDS
    assert here.process.returncode == 130


def test_children_end_with_a_killed_parent(tmp_path: Path) -> None:
    """Kill -9 leaves neither learners nor a detector in the middle of an answer behind."""
    port = free_port()
    file = settings(tmp_path, port, sli=", detector: pyod.ECOD")
    prepared(file, days=3)
    program = tmp_path / "program.py"
    sleeping = Path(__file__).with_name("fitting.py")
    program.write_text(DETECTING.replace(str(SLEEPER), str(sleeping)))
    with running(file, port, (str(program),)) as here:
        here.until_leased("due_looks")
        until(lambda: any(_runs(pid, sleeping.name) for pid in here.children()), 30)
        children = here.children()
        here.process.kill()
        here.process.wait()
        until(lambda: not alive(children), 30)

    assert children


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_in_a_replay(tmp_path: Path, number: signal.Signals) -> None:
    """A replay in two processes ends when it is told, with its workers, and leaves no half file under its name."""
    out = tmp_path / "out.jsonl"
    args = ["-m", "shipwake.cli", "replay", str(SHOP), "--out", str(out), "--jobs", "2"]
    with subprocess.Popen(
        [sys.executable, *args], env=dict(os.environ), stderr=subprocess.DEVNULL
    ) as replay:
        until(lambda: len(children_of(replay.pid)) >= 2 or replay.poll() is not None, 60)
        time.sleep(1.0)
        children = children_of(replay.pid)
        began = time.monotonic()
        replay.send_signal(number)
        replay.wait(30)
        took = time.monotonic() - began
        until(lambda: not alive(children), 30)

    assert children
    assert took < SECONDS
    assert replay.returncode != 0
    assert not out.exists()
