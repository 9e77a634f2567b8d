"""A server that speaks Slack's Web API on loopback, notes each of Slack's rules that a request breaks, and can fail.

What it keeps is what people would see: messages as they stand now, with their threads. `SlackServer.fail` lets calls
go wrong; `SlackServer.press` is what Slack sends when somebody presses a button; `drawing` shows how a message reads.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from live.loopback import listening
from live.slack_words import drawing
from live.slack_workspace import (
    HANG,
    POST_THEN_HANG,
    Call,
    Fault,
    Message,
    SlackServer,
    error,
    status,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = [
    "HANG",
    "POST_THEN_HANG",
    "Call",
    "Fault",
    "Message",
    "SlackServer",
    "drawing",
    "error",
    "serving",
    "status",
]
HANGS_S = 15.0
TAKES_JSON = {"auth.test", "conversations.open", "chat.postMessage", "chat.update"}


@contextmanager
def serving(
    people: Mapping[str, str],
    channels: Mapping[str, str] | None = None,
    *,
    token: str,
    signing_secret: str = "",
    paced: bool = False,
) -> Iterator[SlackServer]:
    """The server, while the block runs; `paced` answers 429 to more than about a message a second and channel."""
    with listening() as (address, answer):
        server = SlackServer(
            f"{address}/api/", people, channels or {}, token, signing_secret, paced
        )
        answer(_handler_of(server))
        try:
            yield server
        finally:
            server.ended.set()


def _handler_of(server: SlackServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(length)
            if len(raw) < length:
                # Whoever asked died in the middle of it: that is no call.
                self.close_connection = True
                return
            method = urlsplit(self.path).path.removeprefix("/api/")
            args, broken = _read(method, self.path, self.headers.get("Content-Type", ""), raw)
            shown = self.headers.get("Authorization", "")
            if shown != f"Bearer {server.token}":
                server.note(method, args, [*broken, "invalid_auth: the bearer token"])
                _send(self, Fault(), {"ok": False, "error": "invalid_auth"})
                return
            server.note(method, args, broken)
            fault, told = server.answer(method, args)
            if fault is not None and fault.hang:
                server.ended.wait(HANGS_S)
                self.close_connection = True
                return
            _send(self, fault or Fault(), told if fault is None else fault.body)

        do_GET = do_POST  # noqa: N815 - Slack takes both

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


def _read(method: str, path: str, kind: str, raw: bytes) -> tuple[dict[str, Any], list[str]]:
    """The arguments of a call and what is wrong with how they came."""
    args: dict[str, Any] = dict(parse_qsl(urlsplit(path).query))
    broken: list[str] = []
    kind = kind.partition(";")[0].strip().lower()
    try:
        if kind == "application/json" and method in TAKES_JSON:
            args |= json.loads(raw)
        elif kind == "application/x-www-form-urlencoded":
            args |= dict(parse_qsl(raw.decode()))
            args |= {k: json.loads(args[k]) for k in ("blocks", "metadata") if k in args}
        elif raw:
            broken.append(f"invalid_post_type: {kind or 'no Content-Type'}")
    except (ValueError, TypeError):
        broken.append("invalid_json: the body cannot be read")
    if "token" in args:
        broken.append("a token among the arguments; it belongs in a header")
    return args, broken


def _send(handler: BaseHTTPRequestHandler, fault: Fault, told: Mapping[str, Any] | None) -> None:
    body = json.dumps(told).encode() if told is not None else b"unavailable"
    handler.send_response(fault.status)
    for name, value in fault.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Type", "application/json; charset=utf-8")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)
