"""A server that must never be asked, and answers full of its address: whoever connects followed what it was told."""

import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import cycle
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Case = Mapping[str, Any]
ADDRESS = re.compile(r"(?:[a-z][a-z0-9+.-]*:)?//[^\s<>\"'\\,;)]+", re.IGNORECASE)
NAMES = re.compile(
    r"(^|[_.@-])(urls?|uri|href|links?|next|previous|location|endpoint|callback|upload|avatar|server|host)$"
    r"|(Url|Uri|Link|Endpoint)$",
    re.IGNORECASE,
)
"""Keys under which somebody may look for where to go on."""
MORE = (
    "url", "next", "next_page", "next_url", "nextLink", "@odata.nextLink", "upload_url", "response_url", "html_url",
    "callback_url", "statuses_url", "commits_url", "href", "location", "redirect_uri", "avatar_url", "links",
)  # fmt: skip
"""Put into each table beside what stands there."""
STATUSES = (302, 308, 201, 202, 300, 301, 303, 305, 307, 401, 407)
"""Answers whose headers point somewhere."""


@dataclass
class Canary:
    """It listens on a port of its own; `seen` holds where each connection came from, whatever was sent on it."""

    port: int
    seen: list[tuple[str, int]] = field(default_factory=list)
    placed: int = 0
    """How often its address was put somewhere."""
    _guises: Iterator[str] = field(default_factory=lambda: cycle(()))

    def __post_init__(self) -> None:
        here, there = f"127.0.0.1:{self.port}", f"localhost:{self.port}"
        self._guises = cycle(
            (
                f"http://{here}/stolen?page=2&cursor=x",
                f"http://{there}/stolen",
                f"HTTP://api.github.com@{here}/stolen",
                f"http://LOCALHOST.:{self.port}/stolen",
            )
        )

    @property
    def address(self) -> str:
        """Its address, each time in another guise."""
        self.placed += 1
        return next(self._guises)


class _Listener(ThreadingHTTPServer):
    """Remembers whoever connects, before anything is read."""

    canary: Canary

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, where = super().get_request()
        self.canary.seen.append(where)
        return connection, where


class _Willing(BaseHTTPRequestHandler):
    """Answers well, so that whoever follows has no reason to stop."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_POST = do_GET  # noqa: N815
    do_PUT = do_GET  # noqa: N815

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def listening() -> Iterator[Canary]:
    """The canary, while the block runs."""
    with _Listener(("127.0.0.1", 0), _Willing) as server:
        server.daemon_threads = True
        server.canary = Canary(server.server_port)
        thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.canary
        server.shutdown()
        thread.join()


def poisoned(value: Any, canary: Canary, *, more: bool = True) -> Any:  # noqa: ANN401 - whatever was sent
    """The same with the canary's address wherever one stands or may be looked for; `more`: in new keys too."""
    match value:
        case str():
            return ADDRESS.sub(lambda _: canary.address, value)
        case dict():
            known = {k: _under(k, v, canary, more=more) for k, v in value.items()}
            added = {k: canary.address for k in MORE if k not in value} if more else {}
            return {**known, **added}
        case list():
            return [poisoned(inner, canary, more=more) for inner in value]
        case _:
            return value


def _under(key: object, value: object, canary: Canary, *, more: bool) -> object:
    if NAMES.search(str(key)) and (value is None or isinstance(value, str)):
        return canary.address
    return poisoned(value, canary, more=more)


def pointing(canary: Canary) -> dict[str, str]:
    """Headers that say where to go on."""
    far = canary.address
    bare = urlsplit(far).netloc.rpartition("@")[2]
    return {
        "Location": far,
        "Content-Location": canary.address,
        "Link": f'<{canary.address}>; rel="next", <{canary.address}>; rel="last", <{far}>; rel=preload',
        "Refresh": f"0; url={canary.address}",
        "Alt-Svc": f'h2="{bare}"; ma=3600, http/1.1="{bare}"',
        "WWW-Authenticate": f'Bearer realm="{canary.address}", authorization_uri="{canary.address}"',
        "X-Next-Page": canary.address,
    }


def answered(answer: Case, canary: Canary, **changes: object) -> dict[str, Any]:
    """One answer of a server, poisoned in its headers and in its body."""
    body = {k: poisoned(v, canary) for k, v in answer.items() if k in ("json", "text", "raw")}
    rest = {k: v for k, v in answer.items() if k not in ("json", "text", "raw", "headers")}
    return {**rest, **body, **changes, "headers": {**answer.get("headers", {}), **pointing(canary)}}


def variants(case: Case, canary: Canary, statuses: Sequence[int]) -> Iterator[dict[str, Any]]:
    """A case as it may be answered by who means harm: all answers poisoned, then the first or the last a redirect."""
    plain = {k: poisoned(case[k], canary, more=False) for k in ("files", "mail") if k in case}
    serve: Sequence[Case] = case.get("serve", ())
    answers = [answered(answer, canary) for answer in serve]
    yield {**case, **plain, **({"serve": answers} if serve else {})}
    for status in statuses if serve else ():
        yield {**case, "serve": [answered(serve[0], canary, status=status)]}
        if len(serve) > 1:
            yield {**case, "serve": [*answers[:-1], answered(serve[-1], canary, status=status)]}


def is_quick(case: Case) -> bool:
    """Whether nobody waits for anything in it: no answer fails or never comes, so that nothing is tried again."""
    serve: Sequence[Case] = case.get("serve", ())
    slow = any(a.get("hang") or a.get("drop") or a.get("status", 200) >= 400 for a in serve)
    return not slow and "hang" not in str(case.get("mail", ""))
