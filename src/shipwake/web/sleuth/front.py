"""Before the door: a key is taken from wherever Sleuth's clients show it, into the header that the door knows."""

import re
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from shipwake.domain import Heard, ShipwakeError
from shipwake.flow import River
from shipwake.intake import UnreadableError, without
from shipwake.web.body import raw_body
from shipwake.web.problem import from_shipwake
from shipwake.web.sleuth.contract import PATHS
from shipwake.web.sleuth.refusal import refuse

FIELD = "api_key"
MARK = re.compile(rb"api(?:_|%5f|\\u005f)key", re.IGNORECASE)
"""What a body that holds a key looks like, however the underscore is written."""
KEYED = re.compile(r"(/api/1/.+?/register[_-]impact)/(.+)")
VERB = re.compile(r"(?:register|import)(?:-[a-z]+)+$")
REPLACED = (b"authorization", b"content-encoding")


class Front:
    """ASGI middleware for Sleuth's paths: its spellings of a path, its places for a key, its form of a refusal."""

    def __init__(self, app: ASGIApp, river: River) -> None:
        self._app = app
        self._river = river

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what is not Sleuth's as it came."""
        if scope["type"] == "http" and scope["path"].startswith(PATHS):
            scope.setdefault("state", {})["refuse"] = refuse
            key = _tidy(scope)
            request = Request(scope, receive)
            try:
                await self._take_key(request, key)
            except ShipwakeError as error:
                refused = await from_shipwake(request, error)
                await refused(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _take_key(self, request: Request, key: str) -> None:
        """A header for the door, a body without a key; `auth: none` heeds no key in a body: any page can send one."""
        body = await raw_body(request)
        if MARK.search(body):
            kind = request.headers.get("content-type", "")
            in_body, body = await run_in_threadpool(self._without_key, kind, body)
            key = key or in_body
        request.scope["state"]["body"] = body
        shown = request.headers.get("authorization", "")
        scheme, _, told = shown.partition(" ")
        if scheme.lower() == "apikey":
            shown = f"Bearer {told.strip()}"
        elif key and not shown and self._river.config.auth != "none":
            shown = f"Bearer {key}"
        others = [h for h in request.scope["headers"] if h[0] not in REPLACED]
        bearer = [(b"authorization", shown.encode("latin-1", "replace"))] if shown else []
        request.scope["headers"] = [*others, *bearer]

    def _without_key(self, kind: str, body: bytes) -> tuple[str, bytes]:
        now = self._river.clock.now()
        sent = Heard(
            kind="sleuth", source="", headers={"content-type": kind}, body=body, received=now
        )
        try:
            key, rest = without(sent, FIELD)
        except UnreadableError:
            return "", body
        return key, rest.body


def _tidy(scope: Scope) -> str:
    """Give the path its one spelling, and take out the key that may stand at its end."""
    path = scope["path"].rstrip("/")
    keyed = KEYED.fullmatch(path)
    path = keyed[1] if keyed else path
    scope["path"] = VERB.sub(lambda verb: verb[0].replace("-", "_"), path)
    scope["raw_path"] = quote(scope["path"]).encode()
    return keyed[2] if keyed else ""
