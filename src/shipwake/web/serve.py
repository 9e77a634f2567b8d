"""Run the server and the loop in one process until it is told to stop; refuses to stop in the middle of a step."""

import asyncio
import socket
import sys
from collections.abc import Callable
from importlib.util import find_spec
from threading import Event, Thread
from types import FrameType

import structlog
import uvicorn

from shipwake.domain import ShipwakeError
from shipwake.flow import River, run
from shipwake.web import keys
from shipwake.web.application import make
from shipwake.web.feed import Feed
from shipwake.web.seen import note_settings
from shipwake.wire.ending import LAST_S, PATIENCE_S, Ending

log = structlog.get_logger()
LONGEST_HEAD = 64 * 1024
BRIEFLY_S = 0.5
"""How long pushes that nobody waits for any more may take to be written."""


class Server(uvicorn.Server):
    """uvicorn, except that open streams are ended first: they would keep it waiting for ever."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed
        self.told: Callable[[int, FrameType | None], None] | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """A signal came: left to whoever made us, where that wants to know."""
        if self.told is None:
            super().handle_exit(sig, frame)
        else:
            self.told(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the streams, then the rest."""
        self._feed.close()
        await super().shutdown(sockets)


def server(river: River) -> Server:
    """A server for this river on its configured host and port, not started yet."""
    app = make(river)
    config = uvicorn.Config(
        app,
        host=river.config.host,
        port=river.config.port,
        access_log=False,
        http=_protocol(),
        h11_max_incomplete_event_size=LONGEST_HEAD,
        # It would believe what anybody on this machine says of where they come from; see `address`.
        proxy_headers=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=round(PATIENCE_S),
        timeout_keep_alive=30,
    )
    return Server(config, app.state.feed)


def _protocol() -> type[asyncio.Protocol] | str:
    """The quick one, within bounds, where it is installed; h11 has bounds of its own."""
    if find_spec("httptools") is None:
        return "h11"
    from shipwake.web.head import Bounded  # noqa: PLC0415 - not everywhere

    return Bounded


def listen(river: River) -> socket.socket:
    """The bound socket; raises ShipwakeError where the address is taken."""
    host, port = river.config.host, river.config.port
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=2048
        )
    except OSError as error:
        raise ShipwakeError(
            f"cannot listen on {host}:{port} ({error.strerror}); stop what holds it, or set port in shipwake.yaml"
        ) from error


def serve(river: River, *, loop: bool = True) -> None:
    """Serve until SIGTERM or Ctrl-C, then close the store; what is under way has a few seconds to end.

    `loop` also turns the flow here; without it a `work` process must. Raises ShipwakeError where the address is taken.
    """
    stop = Event()
    turning = Thread(target=run, args=(river, stop), name="flow", daemon=True)
    try:
        bound, running = listen(river), server(river)
        note_settings(river)

        def wind_down() -> None:
            running.should_exit = True
            stop.set()
            river.wake.set()

        ending = Ending(wind_down)
        ending.heed()
        running.told = ending.told
        if loop:
            turning.start()
        _greet(river)
        running.run(sockets=[bound])
    finally:
        stop.set()
        river.wake.set()
        if turning.is_alive():
            turning.join(LAST_S)
        river.close(BRIEFLY_S)


def _greet(river: River) -> None:
    """Say where we are, and how to get in where nobody can yet."""
    lines = [f"shipwake is at {river.config.url}"]
    if river.config.auth == "none":
        lines.append("auth: none, so everybody on this machine may do everything")
    elif not keys.anybody(river):
        lines.append(f"Sign in (once, within an hour): {keys.new_link(river)}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()
