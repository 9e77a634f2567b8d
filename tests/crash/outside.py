"""The world outside in a process of its own, which outlives every worker: a Slack, a webhook's end, a Prometheus.

Its own door tells what reached it: `GET /record`; `POST /fresh` forgets that, `POST /refuse` lets one post go wrong.
"""

import json
import math
import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs

from live.loopback import listening
from live.slack import Fault, SlackServer, serving

TOKEN = "xoxb-of-the-crash-tests"
CHANNEL = "C0DEPLOYS"
PEOPLE = {"alice@example.com": "U0ALICE", "bob@example.com": "U0BOB"}
BLUNDER = Fault(status=503, headers={"Retry-After": "1"}, done=True)
"""What was asked is done, and the answer says that it was not."""


def drawn(t: float) -> float:
    """What the Prometheus has at `t` (epoch seconds)."""
    return 100 + 5 * math.sin(t * t % 7919)


@dataclass(frozen=True, slots=True)
class Outside:
    """Where the three are, and the door to them."""

    slack: str
    prometheus: str
    hook: str
    door: str

    def record(self) -> dict[str, Any]:
        """What was told so far; see `_told`."""
        found: dict[str, Any] = json.loads(self._asked("GET", "/record"))
        return found

    def fresh(self) -> None:
        """Forget what was told."""
        self._asked("POST", "/fresh")

    def refuse(self) -> None:
        """Let the next message be posted and answered 503 all the same."""
        self._asked("POST", "/refuse")

    def _asked(self, method: str, path: str) -> bytes:
        connection = HTTPConnection(self.door.removeprefix("http://"), timeout=10)
        try:
            connection.request(method, path)
            return connection.getresponse().read()
        finally:
            connection.close()


@contextmanager
def outside() -> Iterator[Outside]:
    """The process, while the block runs; started before this one has any thread."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ours)
        try:
            _be(theirs)
        finally:
            os._exit(1)
    os.close(theirs)
    with os.fdopen(ours) as said:
        made = Outside(**json.loads(said.readline()))
    try:
        yield made
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


@dataclass
class _Heard:
    """What came to the webhook: how often each revision of each key."""

    revisions: Counter[str] = field(default_factory=Counter)


def _be(pipe: int) -> None:
    """Serve until killed. Who dies in the middle of a question is not news here."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    with ExitStack() as stack:
        slack = stack.enter_context(serving(PEOPLE, {"deploys": CHANNEL}, token=TOKEN))
        heard = _Heard()
        addresses = [slack.url]
        for handler in (_prometheus(), _hook(heard), _door(slack, heard)):
            url, answer = stack.enter_context(listening())
            answer(handler)
            addresses.append(url)
        names = ("slack", "prometheus", "hook", "door")
        os.write(pipe, json.dumps(dict(zip(names, addresses, strict=True))).encode() + b"\n")
        os.close(pipe)
        signal.pause()


class _Plain(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def reply(self, told: object) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _prometheus() -> type[BaseHTTPRequestHandler]:
    class Prometheus(_Plain):
        def do_POST(self) -> None:
            asked = parse_qs(self.body().decode())
            start, end, step = (float(asked[name][0]) for name in ("start", "end", "step"))
            times = [start + i * step for i in range(int((end - start) / step + 1e-9) + 1)]
            values = [[t, f"{drawn(t):.6f}"] for t in times]
            series = {"metric": {"job": "pages"}, "values": values}
            self.reply({"status": "success", "data": {"resultType": "matrix", "result": [series]}})

    return Prometheus


def _hook(heard: _Heard) -> type[BaseHTTPRequestHandler]:
    class Hook(_Plain):
        def do_POST(self) -> None:
            told = json.loads(self.body())
            heard.revisions[f"{told['key']}#{told['revision']}"] += 1
            self.reply({})

    return Hook


def _door(slack: SlackServer, heard: _Heard) -> type[BaseHTTPRequestHandler]:
    class Door(_Plain):
        def do_GET(self) -> None:
            self.reply({"slack": _told(slack), "hook": dict(heard.revisions)})

        def do_POST(self) -> None:
            self.body()
            if self.path == "/refuse":
                slack.fail("chat.postMessage", BLUNDER)
            else:
                slack.messages.clear()
                slack.calls.clear()
                slack.broken_rules.clear()
                heard.revisions.clear()
            self.reply({})

    return Door


def _told(slack: SlackServer) -> dict[str, Any]:
    """Messages as they stand, and each edit in the order in which it came."""
    messages = [
        {
            "place": message.channel,
            "ts": message.ts,
            **_payload(message.metadata),
            "lines": [_payload(reply.metadata)["revision"] for reply in message.replies],
        }
        for message in slack.messages.values()
    ]
    edits = [
        {"ts": call.args.get("ts"), **_payload(call.args.get("metadata") or {})}
        for call in slack.named("chat.update")
    ]
    return {"messages": messages, "edits": edits, "broken": list(slack.broken_rules)}


def _payload(metadata: Mapping[str, Any]) -> dict[str, Any]:
    stated = metadata.get("event_payload") or {}
    return {"key": stated.get("key"), "revision": stated.get("revision")}
