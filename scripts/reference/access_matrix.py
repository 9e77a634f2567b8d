"""Who gets through to what: every path and method of the router, and each kind of caller; from the routes alone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from scripts.reference.page import table
from shipwake.app import compose
from shipwake.config import default
from shipwake.web.access import SAFE_METHODS, Needs, Scope, declared
from shipwake.web.application import make
from shipwake.web.door import OPEN_BELOW, OPEN_PATHS

TITLE = "Who gets through to what"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND")
"""Those of HTTP, and one that no route here knows."""
STRANGERS = ("nobody", "an unknown token", "a revoked token", "an expired session")
CALLERS = (
    *STRANGERS,
    *Scope,
    "a signed-in browser",
    "a signed-in browser without proof",
    "a signed-in browser on another site's page",
    "loopback without tokens",
    "loopback on another site's page",
    "loopback under another name",
)
IN, UNAUTHORIZED, FORBIDDEN, WRONG_METHOD, MISDIRECTED = "in", 401, 403, 405, 421
Access = Mapping[str, Needs | None]


@dataclass(frozen=True, slots=True)
class Place:
    """A path with `x` for each name in it, how the route writes it, and what each method that it takes needs."""

    path: str
    template: str
    access: Access

    @property
    def is_open(self) -> bool:
        """Whether the door lets strangers through to the route's own check."""
        return self.path in OPEN_PATHS or self.path.startswith(OPEN_BELOW)


def places(app: FastAPI) -> Iterator[Place]:
    """Each path of the router once, with the need of the route that answers each method there; then a static file."""
    routes = [
        route
        for route in iter_route_contexts(app.routes)
        if not isinstance(route.original_route, Mount)
    ]
    paths = {re.sub(r"\{[^}]*\}", "x", str(r.path)): str(r.path) for r in reversed(routes)}
    for path, template in sorted(paths.items()):
        access: dict[str, Needs | None] = {}
        for route in routes:
            if route.path_regex.match(path):
                (need,) = declared(route)
                for method in route.methods or ():
                    access.setdefault(method, need)
        yield Place(path, template, access)
    static = "/static/js/page.js"
    yield Place(static, "/static/{file}", {"GET": None, "HEAD": None})


def expected(place: Place, method: str, caller: str) -> int | str:
    """The status that refuses this caller, or `in` where the route itself has the word."""
    refused = _at_the_door(place, method, caller)
    if refused:
        return refused
    if method not in place.access:
        return WRONG_METHOD
    need = place.access[method]
    return IN if need is None else _by_need(need, method, caller)


def _by_need(need: Needs, method: str, caller: str) -> int | str:
    if caller in STRANGERS:
        return UNAUTHORIZED
    lacks_scope = caller in tuple(Scope) and caller not in (need.scope, Scope.ADMIN)
    lacks_proof = caller == "a signed-in browser without proof" and method not in SAFE_METHODS
    return FORBIDDEN if lacks_scope or lacks_proof else IN


def _at_the_door(place: Place, method: str, caller: str) -> int:
    if caller == "loopback under another name":
        return MISDIRECTED
    if caller.endswith("another site's page") and method not in SAFE_METHODS:
        return FORBIDDEN
    return UNAUTHORIZED if caller in STRANGERS and not place.is_open else 0


def text() -> str:
    """The matrix as tables: what each method that exists needs, and how many cases the test asks of a server."""
    with TemporaryDirectory() as folder:
        river = compose(default({"SHIPWAKE_DATABASE": f"sqlite:///{Path(folder) / 'empty.db'}"}))
        try:
            found = list(places(make(river)))
        finally:
            river.store.close()
    pairs = [(place, method) for place in found for method in METHODS if method in place.access]
    rows = [
        (
            f"`{method} {place.template}`",
            _need(place.access[method]),
            ", ".join(c for c in CALLERS if expected(place, method, c) == IN),
        )
        for place, method in pairs
    ]
    cases = len(found) * len(METHODS) * len(CALLERS)
    counts = (
        f"{len(found)} paths × {len(METHODS)} methods × {len(CALLERS)} callers = {cases} cases; "
        f"{len(pairs)} pairs of path and method exist, every other is refused 405 or earlier."
    )
    return f"{counts}\n\n{table(('route', 'needs', 'lets through'), rows)}"


def _need(need: Needs | None) -> str:
    return f"`{need.scope}`" if need else "nothing"
