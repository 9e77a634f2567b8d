"""A real HTTP server on a free port of this machine, while a block runs; what it answers is its handler's."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POLL_S = 0.01


@contextmanager
def listening() -> Iterator[tuple[str, Callable[[type[BaseHTTPRequestHandler]], None]]]:
    """Its address, and a function that starts answering: a handler may have to know the address first."""
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    httpd.daemon_threads = True
    thread = threading.Thread(target=httpd.serve_forever, args=(POLL_S,), daemon=True)

    def answer(handler: type[BaseHTTPRequestHandler]) -> None:
        httpd.RequestHandlerClass = handler
        thread.start()

    try:
        yield f"http://127.0.0.1:{httpd.server_port}", answer
    finally:
        if thread.is_alive():
            httpd.shutdown()
            thread.join()
        httpd.server_close()
