"""The server as a process of its own: what it prints, and how it stops."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.web.site import until

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
            until(lambda: running.poll() is not None or _answers(port))
            yield running
        finally:
            running.kill()


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/healthz").is_success
    except httpx.TransportError:
        return False


def _stop(running: subprocess.Popen[str]) -> str:
    running.send_signal(signal.SIGTERM)
    printed, _ = running.communicate(timeout=10)
    return printed


def test_a_sign_in_link_is_printed_until_somebody_is_in(tmp_path: Path) -> None:
    """The first start prints a link that works; once it was used, the next start prints none."""
    port = _free_port()
    with _serving(tmp_path, port) as running:
        assert running.stdout is not None
        lines = [running.stdout.readline() for _ in range(2)]
        (link,) = re.findall(r"link=(\S+)", "".join(lines))
        signed = httpx.post(f"http://127.0.0.1:{port}/sign-in", data={"link": link})
        assert signed.status_code == 303
        _stop(running)
    with _serving(tmp_path, port) as running:
        assert "link=" not in _stop(running)


def test_sigterm_ends_it_even_with_streams_open(tmp_path: Path) -> None:
    """SIGTERM ends the streams and the loop, and the process with them, within seconds."""
    port = _free_port()
    with _serving(tmp_path, port) as running:
        assert running.stdout is not None
        (link,) = re.findall(r"link=(\S+)", running.stdout.readline() + running.stdout.readline())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as browser:
            browser.post("/sign-in", data={"link": link})
            with browser.stream("GET", "/api/v1/stream") as response:
                assert next(response.iter_lines()).startswith("retry")
                running.send_signal(signal.SIGTERM)
                assert [line for line in response.iter_lines() if line.startswith("id")] == []
        printed, _ = running.communicate(timeout=10)

        assert "Traceback" not in printed
        assert running.returncode in (0, -signal.SIGTERM)


def test_a_taken_port_is_said_in_one_sentence(tmp_path: Path) -> None:
    """Where the port is taken, the error names it and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with _serving(tmp_path, port) as running:
            printed, _ = running.communicate(timeout=10)

    assert f"127.0.0.1:{port}" in printed
    assert "set port in shipwake.yaml" in printed
    assert running.returncode != 0


@pytest.mark.parametrize("module", ["shipwake", "shipwake.cli"])
def test_the_command_line_does_not_load_the_server(module: str) -> None:
    """Importing the command line loads no web framework, so that help is quick."""
    code = f"import sys, {module}; sys.exit(any(m in sys.modules for m in ('fastapi', 'uvicorn')))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
