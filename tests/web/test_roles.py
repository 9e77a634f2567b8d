"""What a token for some services, and an admin of some, may do: on every route that writes, and nothing of others'."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from shipwake.config import Limits
from shipwake.domain import BadInputError
from shipwake.web import application, keys
from shipwake.web.access import Caller, Needs, Scope
from shipwake.web.seen import note_settings
from tests.flow.town import ALICE
from tests.web.site import Site, site
from tests.web.test_access import _routes


@pytest.fixture(scope="module")
def bound(here: Site) -> httpx.Client:
    """A client whose token has every scope, for checkout alone."""
    secret = keys.new_token(here.river, "shop", tuple(Scope), services=("checkout",))
    return here.client(Authorization=f"Bearer {secret}", Accept="application/json")


def _sent(here: Site, service: str) -> dict[str, tuple[str, dict[str, object]]]:
    """A write of each kind that touches this service: its path, and what httpx is told."""
    there = here.deploys(ALICE, f"of-{service}", service=service)
    sli = {"checkout": "checkout latency", "mail": "mail delivered"}[service]
    now = here.town.clock.now().timestamp()
    health = f'mutation {{ setHealth(deploySlug: "{there}", health: "healthy") {{ success }} }}'
    return {
        "change": ("/api/v1/changes", {"json": {"service": service, "environment": "production"}}),
        "its repository": ("/api/v1/changes", {"json": {"repository": f"acme/{service}"}}),
        "added to": ("/api/v1/changes", {"json": {"id": there, "title": "mine now"}}),
        "reply": (f"/api/v1/changes/{there}/replies", {"json": {"kind": "seen"}}),
        "page reply": (f"/changes/{there}/replies", {"data": {"kind": "seen"}}),
        "samples": ("/api/v1/samples", {"json": {"sli": sli, "samples": [[now, 1.0]]}}),
        "register": (
            f"/api/1/deployments/acme/{service}/register_deploy",
            {"json": {"sha": "a" * 40, "environment": "production"}},
        ),
        "manual": (
            f"/api/1/deployments/acme/{service}/register_manual_deploy",
            {"json": {"name": "x"}},
        ),
        "impact": (
            f"/api/1/impact/{sli.replace(' ', '-')}/register_impact",
            {"json": {"value": 1}},
        ),
        "health": ("/graphql", {"json": {"query": health}}),
        "map": ("/heard/map", {"data": {"what": "service", "heard": "x", "name": service}}),
    }


def _refused(answer: httpx.Response) -> bool:
    return answer.status_code == 403 or ("errors" in answer.text and "this is of" in answer.text)


def test_a_token_for_one_service_writes_of_that_alone(here: Site, bound: httpx.Client) -> None:
    """Each way to write of another service's things is refused, and of its own it is taken."""
    ours, theirs = _sent(here, "checkout"), _sent(here, "mail")
    own = {n: bound.post(path, **told) for n, (path, told) in ours.items()}  # type: ignore[arg-type]
    others = {n: bound.post(path, **told) for n, (path, told) in theirs.items()}  # type: ignore[arg-type]

    assert {n: a.text for n, a in own.items() if a.status_code >= 400 or _refused(a)} == {}
    assert {n: a.text for n, a in others.items() if not _refused(a)} == {}


def test_what_is_of_no_service_yet_is_for_those_who_may_everything(
    here: Site, bound: httpx.Client
) -> None:
    """A change of a name that nobody mapped, an environment's name, a raw delivery: none is for a bound token."""
    unknown = {"service": "unheard of", "environment": "production"}
    environment = {"what": "environment", "heard": "x", "name": "production"}

    assert bound.post("/api/v1/changes", json=unknown).status_code == 403
    assert bound.post("/heard/map", data=environment).status_code == 403
    assert bound.post("/hooks/plain", json=unknown).status_code == 401
    assert bound.get("/audit").status_code == 403
    assert here.client("admin").post("/api/v1/changes", json=unknown).status_code == 201


def test_every_route_that_a_bound_key_reaches_is_named_here(here: Site) -> None:
    """A route with `own` promises to look at what it touches; each such promise is tested above."""
    app = application.make(here.river)
    own = {f"{m} {path}" for m, path, need in _routes(app) if need and need.own}

    assert {p for p in own if "/api/1/" not in p} == {
        "GET /graphql",
        "POST /graphql",
        "POST /api/v1/changes",
        "POST /api/v1/changes/x/replies",
        "POST /api/v1/samples",
        "POST /changes/x/replies",
        "POST /heard/map",
    }
    assert Needs(Scope.READ).own is False


def test_a_scope_within_a_service_is_none_elsewhere() -> None:
    """`may` without a service means everything."""
    caller = Caller(
        name="a", scopes=frozenset({"read"}), via="token", within={"x": frozenset({"admin"})}
    )

    assert caller.may("read")
    assert caller.may("changes:write", "x")
    assert not caller.may("changes:write")
    assert not caller.may("changes:write", "")
    assert not caller.may("changes:write", "y")
    assert caller.may_somewhere("samples:write")
    assert caller.services("admin") == ["x"]


def test_a_token_of_an_unknown_service_is_not_made(here: Site) -> None:
    """A service that is not configured is refused with those that are."""
    with pytest.raises(BadInputError, match="services: checkout, mail"):
        keys.new_token(here.river, "odd", ("read",), services=("chekout",))


def test_a_token_ends_and_is_noted(here: Site) -> None:
    """A token with an end opens nothing after it; that it was made and by whom is noted, its secret is not."""
    secret = keys.new_token(here.river, "brief", ("read",), lasts=timedelta(hours=1), by="alice")
    client = here.client(Authorization=f"Bearer {secret}")
    assert client.get("/api/v1/slis").status_code == 200
    here.town.clock.advance(timedelta(hours=2))

    assert client.get("/api/v1/slis").status_code == 401
    rows = here.client("admin").get("/audit.json").json()["rows"]
    made = next(r for r in rows if "brief" in r["about"])
    assert (made["who"], made["what"], made["via"]) == ("alice", "token made", "shipwake token")
    assert secret not in str(rows)


def test_a_token_knows_when_it_was_used(here: Site) -> None:
    """The time of the last use is kept, to ten minutes."""
    client = here.client("read")
    client.get("/api/v1/slis")
    with here.river.store.read() as tx:
        newest = max(tx.access.tokens(), key=lambda t: t.id)

    assert newest.used_at == here.town.clock.now()


def test_a_reply_a_mapping_and_a_sign_out_are_noted(here: Site) -> None:
    """Who replied, mapped and left stands on the page and in its JSON, newest first, with their address."""
    change = here.deploys(ALICE, "noted")
    browser = here.browser()
    proof = here.proof(browser)
    browser.post(f"/changes/{change}/replies", data={"kind": "seen", "csrf": proof})
    mapped = {"what": "service", "heard": "shop", "name": "checkout", "csrf": proof}
    browser.post("/heard/map", data=mapped)
    page = browser.get("/audit").text
    browser.post("/sign-out", data={"csrf": proof})

    rows = here.client("admin").get("/audit.json").json()["rows"]
    told = [(r["what"], r["about"], r["address"]) for r in rows if r["via"] == "session"]
    assert told[:3] == [
        ("signed out", "", "127.0.0.1"),
        ("service mapped", "shop is checkout", "127.0.0.1"),
        ("replied: seen", change, "127.0.0.1"),
    ]
    assert "shop is checkout" in page
    assert page.count("<script") == page.count("<script src=")


def test_the_log_comes_in_pages(here: Site) -> None:
    """A hundred at a time, and `next` leads on to the end without a gap."""
    for _ in range(120):
        keys.new_link(here.river)
    admin, seen, cursor = here.client("admin"), list[int](), ""
    while True:
        view = admin.get("/audit.json", params={"cursor": cursor}).json()
        seen += [r["id"] for r in view["rows"]]
        cursor = view["next"]
        if not cursor:
            break

    assert seen == sorted(set(seen), reverse=True)
    assert seen[-1] == 1
    assert admin.get("/audit.json", params={"cursor": "x"}).status_code == 400
    assert admin.get("/audit.json", params={"cursor": "9" * 40}).status_code == 400


def test_changed_settings_are_noted_at_the_next_start(here: Site) -> None:
    """The first start remembers, an equal one says nothing, a changed one says what, never how."""
    first = note_settings(here.river)
    again = note_settings(here.river)
    other = replace(here.river, config=replace(here.river.config, limits=Limits(key=7)))
    changed = note_settings(other)

    assert (len(first) > 3, again, changed) == (True, [], ["limits"])
    with here.river.store.read() as tx:
        (newest,) = tx.audit.page(None, 1)
    assert (newest.deed.what, newest.deed.about) == ("settings changed", "limits")


def test_over_tls_the_cookie_is_bound_to_this_host(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """With https in `url` the cookie is `__Host-`, Secure, of the whole site and of no domain; no other name opens."""
    with site(tmp_path_factory.mktemp("secure"), tls=True) as here:
        link = keys.new_link(here.river).partition("link=")[2]
        cookie = here.client().post("/sign-in", data={"link": link}).headers["set-cookie"]
        secret = cookie.partition("=")[2].partition(";")[0]
        asked = {
            name: here.client(Cookie=f"{name}={secret}").get("/api/v1/slis").status_code
            for name in ("__Host-shipwake_session", "shipwake_session")
        }

    assert cookie.startswith("__Host-shipwake_session=")
    words = {w.strip().lower() for w in cookie.split(";")[1:]}
    assert {"secure", "httponly", "path=/", "samesite=lax"} <= words
    assert not [w for w in words if w.startswith("domain")]
    assert asked == {"__Host-shipwake_session": 200, "shipwake_session": 401}


def test_a_session_that_lies_idle_is_over(here: Site) -> None:
    """A browser that was not here for a week has to sign in again; one that comes daily stays."""
    used, idle = here.browser(), here.browser()
    for _ in range(8):
        here.town.clock.advance(timedelta(days=1))
        assert used.get("/api/v1/slis").status_code == 200

    assert idle.get("/api/v1/slis").status_code == 401


def test_ones_sessions_are_listed_and_end_one_by_one(here: Site) -> None:
    """The page lists the browsers that are signed in, and ends another one."""
    one, other = here.browser(), here.browser()
    listed = one.get("/keys.json").json()["sessions"]
    (elsewhere,) = [
        s["id"] for s in listed if s["id"] == keys.hashed(other.cookies["shipwake_session"])[:16]
    ]
    page = one.get("/keys").text

    assert page.count("Sign out there") == len(listed) - 1
    one.post("/sign-out/one", data={"session": elsewhere, "csrf": here.proof(one)})
    assert other.get("/api/v1/slis").status_code == 401
    assert one.get("/api/v1/slis").status_code == 200


def test_what_is_added_to_a_change_need_not_say_where_it_is(here: Site) -> None:
    """A title that is told later, without the service, leaves the change with its service."""
    change = here.deploys(ALICE, "added-to")
    told = here.client("changes:write").post("/api/v1/changes", json={"id": change, "title": "New"})

    assert told.status_code == 200
    assert (told.json()["service"], told.json()["environment"]) == ("checkout", "production")
