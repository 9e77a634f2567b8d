"""Servers that go wrong in every way a metrics source was seen to: slow, gone, wrong, or without end."""

import gzip
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from socket import socket
from urllib.parse import parse_qs

Answer = Callable[[socket, dict[str, str]], None]
LARGE = 1024 * 1024
POINTS = 11_000
HOUR_S = 3600.0
"""How old its oldest sample is."""


def _head(*lines: str, status: str = "200 OK") -> bytes:
    shown = [f"HTTP/1.1 {status}", "Content-Type: application/json", "Connection: close", *lines]
    return ("\r\n".join(shown) + "\r\n\r\n").encode()


def _whole(body: bytes, *lines: str, status: str = "200 OK") -> Answer:
    def answer(to: socket, _asked: dict[str, str]) -> None:
        to.sendall(_head(f"Content-Length: {len(body)}", *lines, status=status) + body)

    return answer


def matrix(asked: dict[str, str], shift_s: float = 0.0, value: float = 5.0) -> bytes:
    """A right answer to query_range: a quiet series of an hour, at each step that was asked for."""
    start, end, step = (float(asked[k]) for k in ("start", "end", "step"))
    count = min(int((end - start) / step) + 1, POINTS)
    young = time.time() - HOUR_S
    rows = [
        [start + i * step + shift_s, f"{value + (int(start / step) + i) * 7 % 5 * 0.1:.3f}"]
        for i in range(count)
        if start + i * step >= young
    ]
    found = [{"metric": {"job": "shop"}, "values": rows}] if rows else []
    return json.dumps(
        {"status": "success", "data": {"resultType": "matrix", "result": found}}
    ).encode()


def good(to: socket, asked: dict[str, str]) -> None:
    """What a healthy server says."""
    body = matrix(asked)
    to.sendall(_head(f"Content-Length: {len(body)}") + body)


def slow(to: socket, asked: dict[str, str]) -> None:
    """The right answer, half a minute late."""
    time.sleep(30)
    good(to, asked)


def drips(to: socket, _asked: dict[str, str]) -> None:
    """A byte now and then, for ever."""
    to.sendall(_head("Content-Length: 100000"))
    while True:
        to.sendall(b" ")
        time.sleep(0.1)


def endless(to: socket, _asked: dict[str, str]) -> None:
    """A gigabyte, as fast as it is taken."""
    to.sendall(_head(f"Content-Length: {1024 * LARGE}"))
    for _ in range(1024):
        to.sendall(b" " * LARGE)


def many(to: socket, _asked: dict[str, str]) -> None:
    """A hundred thousand series, where one was meant."""
    to.sendall(_head())
    to.sendall(b'{"status":"success","data":{"resultType":"matrix","result":[')
    one = b'{"metric":{"pod":"%06d","path":"/a/rather/long/path"},"values":[[1.0,"2"]]}'
    for first in range(0, 100_000, 1000):
        to.sendall(b",".join(one % (first + i) for i in range(1000)) + b",")
    to.sendall(one % 100_000 + b"]}}")


def shifted(to: socket, asked: dict[str, str]) -> None:
    """Right but for the zone: each time an hour ahead."""
    body = matrix(asked, shift_s=3600.0)
    to.sendall(_head(f"Content-Length: {len(body)}") + body)


BOMB = gzip.compress(b" " * (256 * LARGE), 9)
"""A quarter of a megabyte that unfolds to a quarter of a gigabyte."""
WAYS: dict[str, Answer] = {
    "slow": slow,
    "drips": drips,
    "429": _whole(b"slow down", "Retry-After: 3600", status="429 Too Many Requests"),
    "503": _whole(b"out of order", status="503 Service Unavailable"),
    "HTML": _whole(b"<!doctype html><title>Sign in</title><p>Who are you?"),
    "truncated": _whole(b'{"status":"success","data":{"resultType":"matrix","result":[{"met'),
    "other shape": _whole(b'{"series":[1,2,3],"status":7}'),
    "1 GB": endless,
    "100,000 series": many,
    "gzip bomb": _whole(BOMB, "Content-Encoding: gzip"),
    "zone": shifted,
}


class Bad(socketserver.ThreadingTCPServer):
    """One server; `way` is how it answers now, `asked` how often it was asked."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, way: Answer, port: int = 0) -> None:
        self.way = way
        self.asked = 0
        super().__init__(("127.0.0.1", port), _Handler)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what half of these are about."""


class _Handler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server, to = self.server, self.request
        assert isinstance(server, Bad)
        head, _, body = _read(to)
        if head:
            server.asked += 1
            asked = {k: v[0] for k, v in parse_qs(body.decode()).items()}
            server.way(to, asked)


def _read(to: socket) -> tuple[bytes, bytes, bytes]:
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = to.recv(65536)
        if not part:
            return b"", b"", b""
        raw += part
    head, gap, body = raw.partition(b"\r\n\r\n")
    told = [
        x.split(b":")[1] for x in head.lower().split(b"\r\n") if x.startswith(b"content-length")
    ]
    length = int(told[0]) if told else 0
    while len(body) < length:
        body += to.recv(65536)
    return head, gap, body


@contextmanager
def serving(way: Answer, port: int = 0) -> Iterator[Bad]:
    """The server, while the block runs."""
    with Bad(way, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
