"""What goes around every answer: an id, headers that keep a browser safe, one line in the log, the counters."""

import re
from collections.abc import Iterable

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shipwake.web.metrics import Meters
from shipwake.web.problem import problem, respond
from shipwake.wire.chance import new_id
from shipwake.wire.clock import monotonic

log = structlog.get_logger()
GONE = 499
FAILED = 500
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    ("content-security-policy", POLICY),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("cache-control", "private, no-cache"),
)
HTTPS_ONLY = ("strict-transport-security", "max-age=31536000")
"""Sent where people come by https; not for names below this one, which are not ours to speak for."""
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class Envelope:
    """Outermost ASGI middleware. An error that nobody foresaw ends here as a 500 that names its request id."""

    def __init__(self, app: ASGIApp, meters: Meters, *, https: bool, lines: bool = True) -> None:
        self._app = app
        self._meters = meters
        self._lines = lines
        self._headers = (*HEADERS, HTTPS_ONLY) if https else HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, sealing the answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, request_id, status = monotonic(), _request_id(scope["headers"]), 0

        async def sealed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _seal(message, request_id, self._headers)
            await send(message)

        # Whatever is logged on the way has the id, too, in whichever thread that is.
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=request_id)
        try:
            await self._app(scope, receive, sealed)
        except ClientDisconnect:
            status = GONE
        except Exception:
            log.exception("request failed", path=scope["path"])
            if not status:
                await _failure(scope, request_id)(scope, receive, sealed)
            status = FAILED
        finally:
            self._note(scope, status, monotonic() - began, request_id)

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        route = getattr(scope.get("route"), "path", "none")
        self._meters.answered(scope["method"], route, status, seconds)
        caller = scope.get("state", {}).get("caller")
        asked = route == "none" or route.startswith("/healthz")
        quiet = not self._lines or (asked and status < FAILED)
        # What the threshold turns away comes by the thousand, and it says so itself once in a while.
        crowded = scope.get("state", {}).get("crowded", False)
        write = log.debug if quiet or crowded else log.info
        write(
            "request",
            method=scope["method"],
            path=scope["path"],
            status=status,
            ms=round(seconds * 1000, 1),
            caller=getattr(caller, "name", None),
        )


def _request_id(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The asker's own id where it is harmless to log, else a new one."""
    asked = next((v.decode("latin-1") for k, v in headers if k == b"x-request-id"), "")
    return asked if REQUEST_ID.fullmatch(asked) else new_id()


def _seal(message: Message, request_id: str, always: Iterable[tuple[str, str]]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in always:
        headers.setdefault(name, value)
    headers["x-request-id"] = request_id


def _failure(scope: Scope, request_id: str) -> ASGIApp:
    detail = f"this is our mistake, not yours; nothing was stored half. The log has more under request {request_id}"
    return respond(Request(scope), problem(FAILED, "Failed", detail))
