"""One service as a process; refuses to start without a version.

It is called as `python -m shop.serve front --port 8001 --folder DIR`, with the version in
SHOP_VERSION, and prints `ready` once it listens: then the older process may be stopped.
"""

from __future__ import annotations

import argparse
import importlib
import os
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn

from shop.live import Live
from shop.place import Place
from shop.telemetry import Measured, Telemetry, page
from shop.versions import Version, decode

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

SERVICES = ("front", "checkout", "mail")


class Announcing(uvicorn.Server):
    """A server that says `ready` when it listens."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then say so on standard output."""
        await super().startup(sockets)
        print("ready", flush=True)


def shared_socket(port: int) -> socket.socket:
    """Bind a port that the next version of the service may bind as well."""
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def with_imports(app: ASGIApp, version: Version) -> ASGIApp:
    """Import what this version imports, and let it do what it does on every request."""
    if version.has("bulky_import"):
        importlib.import_module("shop.bulky_import")
    if not version.has("busy_import"):
        return app
    busy = importlib.import_module("shop.busy_import")

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] != "/metrics":
            busy.friendly(scope["path"])
        await app(scope, receive, send)

    return named


def main() -> None:
    """Read the arguments and serve until told to stop."""
    parser = argparse.ArgumentParser(prog="shop.serve")
    parser.add_argument("service", choices=SERVICES)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--next-url", default="http://127.0.0.1:9")
    parser.add_argument("--folder", type=Path, required=True)
    args = parser.parse_args()
    version = decode(os.environ["SHOP_VERSION"])
    telemetry = Telemetry(args.service, version)
    live = Live(args.folder / "live.json")
    place = Place(version, args.folder, live, telemetry, args.next_url)
    app: FastAPI = importlib.import_module(f"shop.{args.service}").application(place)
    app.add_api_route("/metrics", page)
    app.add_api_route("/healthz", lambda: {"version": version.short})
    measured = Measured(with_imports(app, version), telemetry)
    config = uvicorn.Config(
        measured, log_level="error", access_log=False, timeout_graceful_shutdown=4, workers=1
    )
    Announcing(config).run(sockets=[shared_socket(args.port)])


if __name__ == "__main__":
    main()
