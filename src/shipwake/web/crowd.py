"""How many may bring something at once: beyond that a sender is told when to come back, and readers never wait for it.

What is refused here was not read, and nothing of it was kept; what is let in is answered when it is stored.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shipwake.web.problem import ProblemError, from_shipwake
from shipwake.wire.clock import monotonic

log = structlog.get_logger()
MEGABYTE = 1024 * 1024
PLACES = 256
"""Requests that bring something, from their first byte to their answer."""
ROOM = 128 * MEGABYTE
"""Bytes of bodies that are held at once; one that comes alone may be larger."""
WRITERS = 8
"""How many of them write at once: each holds a thread, of which pages need some too."""
PUSHERS = 24
"""The same of pushed samples, which are written together."""
PATIENCE_S = 0.6
"""How long one that was read whole may wait for its turn."""
BODY_S = 30.0
"""How long a body may take to come."""
AGAIN_S = 2
BRINGS = ("/hooks/", "/api/", "/graphql", "/v1/")
PUSHES = ("/api/v1/samples", "/api/v1/write", "/v1/")
QUIET = ("GET", "HEAD", "OPTIONS")
NEWS_S = 60.0
"""How often it is said at most that senders are turned away."""


@dataclass
class Crowd:
    """Everybody who brings something to this process right now; belongs to one event loop."""

    places: int = PLACES
    room: int = ROOM
    patience_s: float = PATIENCE_S
    held: int = 0
    size: int = 0
    refused: int = 0
    _said_s: float = field(default=float("-inf"), repr=False)
    _turns: dict[bool, asyncio.Semaphore] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._turns = {False: asyncio.Semaphore(WRITERS), True: asyncio.Semaphore(PUSHERS)}

    def enter(self) -> "Place":
        """A place for one request; raises ProblemError where all are taken."""
        if self.held >= self.places:
            raise self.full(f"{self.held} requests are being answered")
        self.held += 1
        return Place(self)

    @asynccontextmanager
    async def turn(self, path: str) -> AsyncIterator[None]:
        """Write, when it is this request's turn; raises ProblemError where that takes too long."""
        turns = self._turns[path.startswith(PUSHES)]
        try:
            async with asyncio.timeout(self.patience_s):
                await turns.acquire()
        except TimeoutError:
            raise self.full("others have been waiting for longer") from None
        try:
            yield
        finally:
            turns.release()

    def full(self, why: str) -> ProblemError:
        """The refusal; said to the log once in a while, not each time."""
        self.refused += 1
        now = monotonic()
        if now - self._said_s >= NEWS_S:
            self._said_s = now
            log.warning("more is sent than can be stored", refused=self.refused, why=why)
        detail = f"more is sent than can be stored: {why}; nothing of this was kept, so send it again in {AGAIN_S} s"
        return ProblemError(503, "Too much at once", detail, headers={"Retry-After": str(AGAIN_S)})


@dataclass
class Place:
    """What one request takes of the room; left when it is answered."""

    crowd: Crowd
    size: int = 0

    def grow(self, by: int) -> None:
        """Hold `by` bytes more; raises ProblemError where there is no room."""
        others = self.crowd.size - self.size
        if others and self.crowd.size + by > self.crowd.room:
            raise self.crowd.full(f"{self.crowd.size} bytes of bodies are held")
        self.size += by
        self.crowd.size += by

    def leave(self) -> None:
        """Give it back."""
        self.crowd.size -= self.size
        self.crowd.held -= 1
        self.size = 0


class Threshold:
    """ASGI middleware before the door: whoever brings something gets a place, or is told to come back."""

    def __init__(self, app: ASGIApp, crowd: Crowd) -> None:
        self._app = app
        self._crowd = crowd

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through, or answer 503 here; those who only read pass at once."""
        if scope["type"] != "http" or not brings(scope):
            await self._app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        try:
            place = self._crowd.enter()
        except ProblemError as refused:
            state["crowded"] = True
            response = await from_shipwake(Request(scope), refused)
            await response(scope, receive, send)
            return
        state["place"] = place
        try:
            await self._app(scope, receive, send)
        finally:
            place.leave()


def brings(scope: Scope) -> bool:
    """Whether this request brings something that is to be stored."""
    return scope["method"] not in QUIET and scope["path"].startswith(BRINGS)
