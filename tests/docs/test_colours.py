"""What the page of variables says of colours holds in a real terminal."""

import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

ESCAPE = b"\x1b["
WORD = b"healthy"
VERDICTS = b'{"data": [{"seq": 1, "health": "healthy", "reason": "normal", "sentence": "4 of 4"}]}'


class Answer(BaseHTTPRequestHandler):
    """A server that has one healthy verdict."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(VERDICTS)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where that server is."""
    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def _said_in_a_terminal(address: str, environ: dict[str, str]) -> bytes:
    ours, theirs = pty.openpty()
    verb = [sys.executable, "-m", "shipwake.cli", "verdict", "first", "--server", address]
    try:
        subprocess.run(verb, env=environ, stdout=theirs, check=True)
        return os.read(ours, 65536)
    finally:
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize(("more", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_can_be_switched_off(address: str, more: dict[str, str], is_coloured: bool) -> None:
    """In a terminal the verbs are coloured, and under NO_COLOR they are not."""
    plain = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    said = _said_in_a_terminal(address, plain | more)

    assert WORD in said
    assert (ESCAPE in said) is is_coloured
