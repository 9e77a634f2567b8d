"""Who gets in: every route, every method, every kind of key."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Mount

from shipwake.domain import ShipwakeError
from shipwake.web import application, keys
from shipwake.web.access import Needs, Scope, declared, insist
from tests.web.site import Site

KEYS = ("none", "wrong", *Scope, "browser", "browser without proof")
REFUSED = (401, 403)


def _routes(app: FastAPI) -> Iterator[tuple[str, str, Needs | None]]:
    """Each method and path of the server, with what it needs."""
    for route in iter_route_contexts(app.routes):
        if not isinstance(route.original_route, Mount):
            (need,) = declared(route)
            for method in sorted(route.methods or ()):
                yield method, re.sub(r"\{[^}]*\}", "x", str(route.path)), need


def _clients(here: Site) -> dict[str, httpx.Client]:
    wrong = here.client(Authorization="Bearer swk_wrong")
    browser = here.browser()
    browser.headers["X-CSRF-Token"] = here.proof(browser)
    return {
        "none": here.client(),
        "wrong": wrong,
        **{scope: here.client(scope) for scope in Scope},
        "browser": browser,
        "browser without proof": here.browser(),
    }


def _expected(key: str, method: str, need: Needs) -> int | None:
    """The refusal that this key must meet; None where it must get through."""
    if key in ("none", "wrong"):
        return 401
    if key == "browser without proof":
        return 403 if method not in ("GET", "HEAD") else None
    return None if key in ("browser", Scope.ADMIN, need.scope) else 403


def test_every_route_lets_in_whom_it_should_and_nobody_else(here: Site) -> None:
    """Each route, asked with each method and each kind of key, answers 401, 403 or lets through as declared."""
    clients = _clients(here)
    app = application.make(here.river)
    wrong = []
    count = 0
    for (method, path, need), key in itertools.product(_routes(app), KEYS):
        if path.startswith("/sign-out") and key == "browser":
            continue
        with clients[key].stream(method, path, follow_redirects=False) as response:
            count += 1
            refused = response.status_code if response.status_code in REFUSED else None
            expected = _expected(key, method, need) if need else refused
            if refused != expected:
                wrong.append(f"{method} {path} as {key}: {response.status_code}, not {expected}")

    assert wrong == []
    assert count > 100


def test_what_is_open_is_listed_here(here: Site) -> None:
    """Nothing is open to all but what has its own signature or link, or nothing to hide."""
    app = application.make(here.river)

    assert {path for _, path, need in _routes(app) if need is None} == {
        "/healthz",
        "/healthz/live",
        "/healthz/ready",
        "/sign-in",
        "/sign-in/provider",
        "/sign-in/return",
        "/hooks/x",
        "/hooks/x/x",
    }


def test_a_route_without_declared_access_is_not_served() -> None:
    """A route that forgot to say who may call it stops the server from being made."""
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> str:
        return ""

    app = FastAPI(openapi_url=None)
    app.include_router(router)

    with pytest.raises(ShipwakeError, match="/forgotten"):
        insist(app.routes)


@pytest.mark.parametrize("path", ["/nothing/here", "/api/v1/nothing", "/docs", "/api/v1/changes/x"])
def test_a_stranger_cannot_tell_what_exists(here: Site, path: str) -> None:
    """Without a key each path answers 401, whether or not there is anything."""
    response = here.client().get(path)

    assert response.status_code == 401
    assert response.headers["www-authenticate"].startswith("Bearer")
    assert response.json()["title"] == "Sign in or send a token"


def test_a_refusal_says_which_scope_is_missing(here: Site) -> None:
    """A token without the scope is told which one it has, which one is needed, and how to get it."""
    told = here.client("read").post("/api/v1/samples", json={}).json()

    assert told["status"] == 403
    assert "samples:write" in told["detail"]
    assert "has read" in told["detail"]


def test_a_browser_reads_a_page_where_a_program_reads_a_problem(here: Site) -> None:
    """The same refusal is a page with a way in for a browser, and problem+json for a program."""
    page = here.client(Accept="text/html,*/*").get("/changes/some?x=1")
    problem = here.client(Accept="application/json").get("/changes/some")

    assert page.status_code == problem.status_code == 401
    assert page.headers["content-type"].startswith("text/html")
    assert 'href="/sign-in?next=%2Fchanges%2Fsome"' in page.text
    assert problem.headers["content-type"] == "application/problem+json"


def test_a_revoked_token_opens_nothing(here: Site) -> None:
    """A token that was revoked is as good as none, from the next request on."""
    client = here.client("read")
    assert client.get("/api/v1/slis").status_code == 200

    with here.river.store.write() as tx:
        newest = max(tx.access.tokens(), key=lambda t: t.id)
        tx.access.revoke(newest.id)

    assert client.get("/api/v1/slis").status_code == 401


def test_only_hashes_are_kept(here: Site) -> None:
    """Neither a token nor a session nor a link stands in the database files."""
    secret = keys.new_token(here.river, "secret", ["read"])
    link = keys.new_link(here.river).partition("link=")[2]
    browser = here.browser()
    session = next(iter(browser.cookies.values()))
    address = here.river.config.database.removeprefix("sqlite:///")
    kept = b"".join(p.read_bytes() for p in _files(address))

    assert keys.hashed(secret).encode() in kept
    assert not [s for s in (secret, link, session) if s.encode() in kept]


def _files(database: str) -> list[Any]:
    from pathlib import Path

    return list(Path(database).parent.glob(Path(database).name + "*"))


def test_an_unknown_scope_is_refused(here: Site) -> None:
    """A token is made only with scopes that exist."""
    with pytest.raises(ShipwakeError, match="allowed: changes:write"):
        keys.new_token(here.river, "odd", ["everything"])
