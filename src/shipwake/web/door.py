"""The door before every route: no valid token or session, no answer, not even that a path does not exist."""

from collections.abc import Callable
from urllib.parse import SplitResult, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as Asgi

from shipwake.config import Config
from shipwake.domain import ShipwakeError
from shipwake.flow import River
from shipwake.web import keys
from shipwake.web.access import SAFE_METHODS, Caller, Scope, caller_of
from shipwake.web.address import address_of, neighbourhood
from shipwake.web.limits import Guard
from shipwake.web.problem import ProblemError, from_shipwake

COOKIE = "shipwake_session"
SIGN_IN = "/sign-in"
OPEN_PATHS = frozenset(
    {
        "/healthz",
        "/healthz/live",
        "/healthz/ready",
        SIGN_IN,
        "/sign-in/provider",
        "/sign-in/return",
    }
)
OPEN_BELOW = ("/static/", "/hooks/")
FREE = ("/healthz", "/static/")
"""Never limited, and nobody is asked for: a probe must get its answer."""
HOOKS = "/hooks/"
FAILED = frozenset({400, 401, 403})
"""Answers of a hook or a sign-in that may have been a guess."""
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def cookie_of(config: Config, name: str = COOKIE) -> str:
    """What a cookie is called: over TLS by a name that no other host, and no page without TLS, can set."""
    return f"__Host-{name}" if config.url.startswith("https:") else name


class Door:
    """ASGI middleware that finds out who asks and puts the Caller into the request's state."""

    def __init__(self, app: ASGIApp, river: River) -> None:
        self._app = app
        self._river = river
        self._loopback = river.config.auth == "none"
        self._cookie = cookie_of(river.config)
        self._guard = Guard(river.config.limits)
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
        await self._app(scope, receive, self._counting(request, send))

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
        state, path = request.scope["state"], request.scope["path"]
        state["address"] = address_of(request, self._river.config.proxies)
        if path.startswith(FREE):
            return
        state["caller"] = caller = await self._caller(request, bearer)
        self._limit(request, caller)
        if path not in OPEN_PATHS and not path.startswith(OPEN_BELOW):
            caller_of(request)

    def _limit(self, request: Request, caller: Caller | None) -> None:
        """A key has a limit of its own, wherever it is shown; whoever has none shares their address's."""
        if caller is not None:
            return
        where, path = neighbourhood(request.scope["state"]["address"]), request.scope["path"]
        if guessed := _guess(path, request.method):
            self._guard.trying(where, guessed)
        if path.startswith(HOOKS):
            self._guard.hook(where)
        else:
            self._guard.address(where)

    def _counting(self, request: Request, send: Send) -> Send:
        """Count an open path's refusal as a failure of its address."""
        guessed = _guess(request.scope["path"], request.method)
        if not guessed or request.scope["state"].get("caller"):
            return send

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in FAILED:
                self._guard.failed(neighbourhood(request.scope["state"]["address"]), guessed)
            await send(message)

        return counted

    async def _caller(self, request: Request, bearer: str) -> Caller | None:
        if self._loopback:
            return Caller(name="", scopes=frozenset({Scope.ADMIN}), via="loopback")
        session = request.cookies.get(self._cookie)
        if bearer:
            return await self._known(request, keys.by_token, bearer, "token")
        return await self._known(request, keys.by_session, session, "session") if session else None

    async def _known(
        self, request: Request, find: Callable[[River, str], Caller | None], secret: str, what: str
    ) -> Caller | None:
        """Whose key this is; where too many were wrong, one that was right lately still is."""
        where, hashed = neighbourhood(request.scope["state"]["address"]), keys.hashed(secret)
        if not self._guard.was_right(hashed):
            self._guard.trying(where, what)
        found = await run_in_threadpool(find, self._river, secret)
        if found is None:
            self._guard.failed(where, what)
            return None
        self._guard.right(hashed)
        self._guard.key(hashed)
        return found

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


def _guess(path: str, method: str) -> str:
    """What a request to an open path may be an attempt at; empty for none. A hook's is its own: others go on."""
    if path.startswith(HOOKS):
        return path
    if path.startswith(SIGN_IN) and (method == "POST" or path != SIGN_IN):
        return SIGN_IN
    return ""


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
