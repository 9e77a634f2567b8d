"""The server as a process of its own: what it prints, and how it stops."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from shipwake.domain import ShipwakeError
from shipwake.web.serve import listen
from tests.flow.town import settings, town
from tests.web.site import until

LONG_S = 60.0
"""A process of its own may start slowly on a busy machine."""

PROGRAM = """
import os
from shipwake.app import compose
from shipwake.config import default
from shipwake.web import serve
serve(compose(default(os.environ)))
"""


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        port: int = bound.getsockname()[1]
        return port


@contextmanager
def _serving(place: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The program on that database, until it is told to stop."""
    settings = {
        "SHIPWAKE_DATABASE": f"sqlite:///{place}/serve.db",
        "SHIPWAKE_PORT": str(port),
        "SHIPWAKE_URL": f"http://127.0.0.1:{port}",
    }
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env={**os.environ, **settings},
        cwd=place,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def _link(running: subprocess.Popen[str]) -> str:
    """The secret of the sign-in link that is printed first of all."""
    assert running.stdout is not None
    (secret,) = re.findall(r"link=(\S+)", running.stdout.readline() + running.stdout.readline())
    return str(secret)


def _ready(running: subprocess.Popen[str], port: int) -> None:
    until(lambda: running.poll() is not None or _answers(port), LONG_S)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False


def _stop(running: subprocess.Popen[str]) -> str:
    running.send_signal(signal.SIGTERM)
    printed, _ = running.communicate(timeout=LONG_S)
    return printed


def test_it_prints_a_way_in_until_it_was_used_and_stops_when_told(tmp_path: Path) -> None:
    """The first start prints a link that works; SIGTERM ends open streams and all; the next start prints no link."""
    port = _free_port()
    with (
        _serving(tmp_path, port) as running,
        httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=LONG_S) as browser,
    ):
        link = _link(running)
        _ready(running, port)
        assert browser.post("/sign-in", data={"link": link}).status_code == 303
        with browser.stream("GET", "/api/v1/stream") as response:
            lines = response.iter_lines()
            assert next(lines).startswith("retry")
            running.send_signal(signal.SIGTERM)
            assert [line for line in lines if line.startswith("id")] == []
        printed, _ = running.communicate(timeout=LONG_S)
        assert "Traceback" not in printed
        assert running.returncode == 0
    with _serving(tmp_path, port) as running:
        _ready(running, port)
        assert "link=" not in _stop(running)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Where the port is taken, the error names it and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with (
            town(tmp_path, replace(settings(), port=port)) as here,
            pytest.raises(ShipwakeError) as told,
        ):
            listen(here.river)

    assert f"127.0.0.1:{port}" in told.value.message
    assert "set port in shipwake.yaml" in told.value.message


@pytest.mark.parametrize("module", ["shipwake", "shipwake.cli"])
def test_the_command_line_does_not_load_the_server(module: str) -> None:
    """Importing the command line loads no web framework, so that help is quick."""
    code = f"import sys, {module}; sys.exit(any(m in sys.modules for m in ('fastapi', 'uvicorn')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
