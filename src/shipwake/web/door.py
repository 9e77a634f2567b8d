"""The door before every route: no valid token or session, no answer, not even that a path does not exist."""

from urllib.parse import SplitResult, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as Asgi

from shipwake.domain import ShipwakeError
from shipwake.flow import River
from shipwake.web import keys
from shipwake.web.access import SAFE_METHODS, Caller, Scope, caller_of
from shipwake.web.problem import ProblemError, from_shipwake

COOKIE = "shipwake_session"
OPEN_PATHS = frozenset({"/healthz", "/healthz/live", "/healthz/ready", "/sign-in"})
OPEN_BELOW = ("/static/", "/hooks/")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Door:
    """ASGI middleware that finds out who asks and puts the Caller into the request's state."""

    def __init__(self, app: ASGIApp, river: River) -> None:
        self._app = app
        self._river = river
        self._loopback = river.config.auth == "none"
        self._hosts = LOOPBACK | {river.config.host, urlsplit(river.config.url).hostname or ""}

    async def __call__(self, scope: Asgi, receive: Receive, send: Send) -> None:
        """Let through, or answer 401, 403 or 421 here."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        scope.setdefault("state", {})
        try:
            await self._admit(request)
        except ShipwakeError as refused:
            # Also what the store says of itself: whoever shows a token is asked to come again, not told of a mistake.
            response = await from_shipwake(request, refused)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    async def _admit(self, request: Request) -> None:
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            raise ProblemError(
                400, "Bad input", "the address holds the character U+0000; no name here can"
            )
        # Read even where any name will do: a malformed one would stumble wherever the address is needed.
        host = _host(f"//{request.headers.get('host', '')}", "Host")
        if self._loopback:
            self._refuse_other_names(host.hostname or "")
        bearer = _bearer(request)
        if not bearer and request.method not in SAFE_METHODS:
            self._refuse_other_sites(request)
        request.scope["state"]["caller"] = await self._caller(request, bearer)
        path = request.scope["path"]
        if path not in OPEN_PATHS and not path.startswith(OPEN_BELOW):
            caller_of(request)

    async def _caller(self, request: Request, bearer: str) -> Caller | None:
        if self._loopback:
            return Caller(name="", scopes=frozenset({Scope.ADMIN}), via="loopback")
        if bearer:
            return await run_in_threadpool(keys.by_token, self._river, bearer)
        session = request.cookies.get(COOKIE)
        return await run_in_threadpool(keys.by_session, self._river, session) if session else None

    def _refuse_other_names(self, host: str) -> None:
        """Without tokens, a page elsewhere must not reach us under a name that it made point at loopback."""
        if host not in self._hosts:
            raise ProblemError(
                421,
                "Unknown host",
                f"auth: none answers only to {', '.join(sorted(self._hosts - {''}))}, not to {host!r}; "
                "set url in shipwake.yaml to the name you use, or switch auth to tokens",
            )

    def _refuse_other_sites(self, request: Request) -> None:
        """A browser says where a write comes from; programs say nothing, and have no cookie to abuse."""
        site = request.headers.get("sec-fetch-site")
        if site in ("same-origin", "none"):
            return
        origin = request.headers.get("origin")
        ours = (request.headers.get("host"), urlsplit(self._river.config.url).netloc)
        if site is None and (origin is None or _host(origin, "Origin").netloc in ours):
            return
        raise ProblemError(
            403,
            "Other site",
            f"a page of {origin or 'another site'} may not write here; use the pages of this server, or a token",
        )


def _host(address: str, header: str) -> SplitResult:
    try:
        found = urlsplit(address)
        _ = found.port
    except ValueError as error:
        detail = f"the header {header} holds no address ({error}); send the name of this server"
        raise ProblemError(400, "Bad input", detail) from error
    return found


def _bearer(request: Request) -> str:
    scheme, _, secret = request.headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""
