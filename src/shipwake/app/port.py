"""A small port beside a worker: whether it lives, whether it can work, its counters; takes nothing from anybody."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from shipwake import __version__
from shipwake.domain import BadInputError, ShipwakeError
from shipwake.flow import River, exposed, unready

SLOWEST_S = 5.0
"""How long a request line may take to come."""


@contextmanager
def listening(river: River, where: str) -> Iterator[str]:
    """Serve at HOST:PORT while the block runs; gives the address. Raises BadInputError for what is none.

    Port 0 takes any free one. An IPv6 address stands in brackets.
    """
    host, _, port = where.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65_535:  # noqa: PLR2004
        message = f"read {where!r}; give HOST:PORT, such as 127.0.0.1:9400"
        raise BadInputError(message, where="--listen")
    server = _server(host.strip("[]"), int(port), river)
    Thread(target=server.serve_forever, name="port", daemon=True).start()
    try:
        yield f"http://{host}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class _Server6(_Server):
    address_family = socket.AF_INET6


def _server(host: str, port: int, river: River) -> ThreadingHTTPServer:
    kind = _Server6 if ":" in host else _Server
    try:
        return kind((host, port), _answers(river))
    except OSError as error:
        message = f"cannot listen on {host}:{port} ({error.strerror}); stop what holds it, or give --listen another"
        raise ShipwakeError(message) from error


def _answers(river: River) -> type[BaseHTTPRequestHandler]:
    class Answers(BaseHTTPRequestHandler):
        timeout = SLOWEST_S
        server_version, sys_version = "shipwake", ""

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                page = exposed(river, self.headers.get("accept", ""), __version__)
                self._tell(HTTPStatus.OK, page.body, page.media)
            elif path in ("/healthz", "/healthz/live", "/healthz/ready"):
                why = "" if path.endswith("live") else unready(river)
                said = {"status": why or "ok", "version": __version__}
                code = HTTPStatus.SERVICE_UNAVAILABLE if why else HTTPStatus.OK
                self._tell(code, json.dumps(said).encode(), "application/json")
            else:
                self._tell(HTTPStatus.NOT_FOUND, b"there is /healthz and /metrics\n", "text/plain")

        do_HEAD = do_GET  # noqa: N815 - the name that http.server looks for

        def _tell(self, status: HTTPStatus, body: bytes, media: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Say nothing: it is asked every few seconds."""

    return Answers
