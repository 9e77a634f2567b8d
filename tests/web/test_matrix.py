"""Every path × every method × every kind of caller, generated from the router, against what the routes declare."""

import os
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI

from scripts.reference.access_matrix import CALLERS, IN, METHODS, Place, expected, places
from shipwake.flow import River
from shipwake.store import Deed
from shipwake.web import application, keys
from shipwake.web.access import Needs, Scope, fresh
from shipwake.web.door import COOKIE
from tests.flow.town import settings, town
from tests.web.asked import Ask, Told, answers
from tests.web.site import NO_LIMITS

WHOLE = os.environ.get("MATRIX") == "whole"
"""`make matrix` asks every case; else a method that no route has is tried by these callers alone."""
TRYING = ("nobody", Scope.ADMIN, "a signed-in browser without proof", "loopback without tokens")
PROVEN = {"sec-fetch-site": "same-origin"}
DEED = Deed(who="matrix", what="signed in")
ELSEWHERE = {"sec-fetch-site": "cross-site", "origin": "https://evil.example"}


Asked = list[tuple[Place, str, str, Told]]


@contextmanager
def _app(place: Path, auth: str) -> Iterator[tuple[FastAPI, River]]:
    config = replace(settings(), url="http://127.0.0.1", auth=auth, limits=NO_LIMITS)
    with town(place, config) as here:
        yield application.make(here.river), here.river


def _session(river: River) -> str:
    session = keys.redeem(river, keys.new_link(river).partition("link=")[2], DEED)
    assert session is not None
    return session


def _revoked(river: River) -> str:
    secret = keys.new_token(river, "revoked", list(Scope))
    with river.store.write() as tx:
        newest = max(tx.access.tokens(), key=lambda t: t.id)
        tx.access.revoke(newest.id)
    return secret


def _ended(river: River) -> str:
    session = _session(river)
    keys.end(river, session, DEED)
    return session


def _keys(river: River) -> Mapping[str, dict[str, str]]:
    """The headers of each kind of caller; a signed-in browser's proof is made for its own session."""
    session = _session(river)
    caller = keys.by_session(river, session)
    assert caller is not None
    cookie = {"cookie": f"{COOKIE}={session}"}
    proof = {"x-csrf-token": fresh(caller)}
    return {
        "nobody": {},
        "an unknown token": {"authorization": "Bearer shipwake_never-made-by-anybody"},
        "a revoked token": {"authorization": f"Bearer {_revoked(river)}"},
        "an expired session": {"cookie": f"{COOKIE}={_ended(river)}", **PROVEN},
        **{
            scope: {"authorization": f"Bearer {keys.new_token(river, scope, [scope])}"}
            for scope in Scope
        },
        "a signed-in browser": cookie | proof | PROVEN,
        "a signed-in browser without proof": cookie | PROVEN,
        "a signed-in browser on another site's page": cookie | proof | ELSEWHERE,
        "loopback without tokens": {},
        "loopback on another site's page": dict(ELSEWHERE),
        "loopback under another name": {},
    }


def _asked(app: FastAPI, river: River, callers: tuple[str, ...]) -> Asked:
    cases = [
        (place, method, caller)
        for place in places(app)
        for method in METHODS
        for caller in callers
        if WHOLE or method in place.access or caller in TRYING
    ]

    def asks() -> Iterator[Ask]:
        shown, ended = _keys(river), False
        for place, method, caller in cases:
            ends = place.path.startswith("/sign-out")
            if ends or ended:
                # Signing out ends a session, or all of them: whoever may, and who comes next, needs another.
                shown = _keys(river)
            ended, headers = ends, shown[caller]
            host = "rebound.example" if caller == "loopback under another name" else "127.0.0.1"
            yield Ask(method, place.path, headers, host)

    return [(*case, told) for case, told in zip(cases, answers(app, asks()), strict=True)]


@pytest.mark.parametrize("auth", ["tokens", "none"])
def test_every_path_and_method_lets_in_whom_it_should_and_nobody_else(
    tmp_path: Path, auth: str
) -> None:
    """Each caller meets the refusal that the route's declared need asks for, and no answer is a 5xx."""
    callers = tuple(c for c in CALLERS if c.startswith("loopback") == (auth == "none"))
    with _app(tmp_path, auth) as (app, river):
        asked = _asked(app, river, callers)
    _print(asked, callers)

    assert _wrong(asked) == []
    assert {(p.path, m) for p, m, *_ in asked} == {
        (p.path, m) for p in places(app) for m in METHODS
    }


def test_a_planted_hole_is_seen(tmp_path: Path) -> None:
    """Where the check of one scope is taken out, the matrix names every route that now lets in whom it should not."""
    with _app(tmp_path, "tokens") as (app, river):
        app.dependency_overrides[Needs(Scope.ADMIN)] = lambda: None
        found = _wrong(_asked(app, river, (Scope.READ, Scope.CHANGES_WRITE)))

    assert len(found) == 4
    assert {line.partition(" as ")[0] for line in found} == {"GET /audit", "GET /audit.json"}


def _wrong(asked: Asked) -> list[str]:
    """Each case whose answer is not the one that the route's declared need asks for."""
    wrong = []
    for place, method, caller, told in asked:
        wanted = expected(place, method, caller)
        fine = told.status < 500 and (
            told.status not in (403, 405, 421) if wanted == IN else told.status == wanted
        )
        # What is open to all may still ask for a signature or a link of its own.
        if wanted == IN and place.access[method] is not None:
            fine = fine and told.status != 401
        if not fine:
            wrong.append(f"{method} {place.path} as {caller}: {told.status}, not {wanted}")
    return wrong


def _print(asked: Asked, callers: tuple[str, ...]) -> None:
    """What was asked and answered, a line a pair of path and method (`pytest -s` shows it)."""
    sys.stdout.write(f"\n{len(asked)} cases; columns: {', '.join(callers)}\n")
    pairs = dict[str, list[str]]()
    for place, method, _, told in asked:
        pairs.setdefault(f"{method:8} {place.template}", []).append(str(told.status))
    sys.stdout.writelines(f"{pair:75} {' '.join(told)}\n" for pair, told in pairs.items())
    sys.stdout.write(f"{dict(sorted(Counter(told.status for *_, told in asked).items()))}\n")


def test_a_stranger_learns_nothing_by_any_method(tmp_path: Path) -> None:
    """Every path behind the door answers a stranger with the same bytes, whatever the method and whether it exists."""
    with _app(tmp_path, "tokens") as (app, _):
        behind = [p.path for p in places(app) if not p.is_open]
        paths = [*behind, "/nothing", "/api/v2/changes"]
        told = answers(app, [Ask(m, p) for p in paths for m in METHODS])

    # Sleuth's paths answer in Sleuth's form: one for all of them.
    assert {t.status for t in told} == {401}
    assert len({t.body for t in told}) <= 3


@pytest.mark.parametrize(
    "path",
    [
        "//metrics",
        "/metrics/",
        "/METRICS",
        "/metrics;x",
        "/healthz/../metrics",
        "/healthz/metrics",
        "/static/../metrics",
        "/static//metrics",
        "/hooks/../metrics",
        "/hooks/plain/../../metrics",
        "/hooks/..;/metrics",
        "/sign-in/../metrics",
        "/sign-in/metrics",
        "/static/%2e%2e/application.py",
        "/static/../application.py",
        "/static/js/../../application.py",
        "/static//etc/passwd",
        "/.json",
        "/api/1/../../metrics",
        "/api/1/schema/register_deploy/..",
    ],
)
@pytest.mark.parametrize(
    "header",
    [
        {},
        {"x-original-url": "/metrics"},
        {"x-rewrite-url": "/metrics"},
        {"x-forwarded-for": "127.0.0.1", "x-forwarded-host": "127.0.0.1", "x-real-ip": "::1"},
        {"x-http-method-override": "GET", "x-forwarded-user": "admin", "remote-user": "admin"},
        {"authorization": "Basic YWRtaW46YWRtaW4="},
        {"authorization": "Bearer"},
        {"cookie": f"{COOKIE}="},
    ],
)
def test_no_spelling_of_a_path_and_no_header_opens_the_door(
    doorless: FastAPI, path: str, header: dict[str, str]
) -> None:
    """Without a key nothing but a refusal comes back, however the path is written and whatever a header claims."""
    (told,) = answers(doorless, [Ask("GET", path, header)])

    assert told.status in (401, 404, 405)
    assert b"shipwake_" not in told.body


@pytest.fixture(scope="module")
def doorless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """An application that somebody without a key tries to get into."""
    with _app(tmp_path_factory.mktemp("door"), "tokens") as (app, _):
        yield app
