"""A real HTTP server on loopback that answers what a test tells it to, and remembers what it was asked."""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from live.loopback import listening

HANGS_S = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Server:
    """`answers` are given one after the other, the last one again and again.

    An answer has a `status` (200), `headers`, and a body as `json` or `text`; `hang: true` never comes, `drop: true`
    closes the connection instead.
    """

    url: str
    answers: Sequence[dict[str, Any]] = ({},)
    asked: list[Asked] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def next(self) -> dict[str, Any]:
        """The answer to the request that was just remembered."""
        return self.answers[min(len(self.asked), len(self.answers)) - 1]


@contextmanager
def serving(*answers: dict[str, Any]) -> Iterator[Server]:
    """The server, while the block runs."""
    with listening() as (address, answer):
        server = Server(address, answers or ({},))
        answer(_handler_of(server))
        try:
            yield server
        finally:
            server.ended.set()


def _handler_of(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            server.asked.append(
                Asked(
                    method=self.command,
                    path=self.path,
                    headers=headers,
                    body=self.rfile.read(length),
                )
            )
            answer = server.next()
            if answer.get("hang"):
                server.ended.wait(HANGS_S)
            if answer.get("hang") or answer.get("drop"):
                self.close_connection = True
                return
            _reply(self, answer)

        do_POST = do_GET  # noqa: N815
        do_PUT = do_GET  # noqa: N815
        do_PATCH = do_GET  # noqa: N815
        do_DELETE = do_GET  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


def _reply(handler: BaseHTTPRequestHandler, answer: dict[str, Any]) -> None:
    body = (
        json.dumps(answer["json"]).encode()
        if "json" in answer
        else str(answer.get("text", "")).encode()
    )
    body = answer["raw"].encode("latin-1") if "raw" in answer else body
    handler.send_response(answer.get("status", 200))
    for name, value in answer.get("headers", {}).items():
        handler.send_header(name, str(value))
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
