"""Signing in through an OpenID Connect provider, and every way in which its word must not be taken."""

import base64
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from shipwake.config import Role
from shipwake.web.door import COOKIE
from shipwake.web.oidc.attempt import COOKIE as ATTEMPT
from tests.flow.town import ALICE
from tests.web.provider import CLIENT, Claims, Provider
from tests.web.signing import Place, deeds


def test_a_person_comes_in_by_the_provider(place: Place) -> None:
    """Whoever the provider vouches for is signed in where they wanted to go, under their own name."""
    client = place.here.client(Accept="application/json")
    page = client.get("/sign-in?next=/slis")
    assert 'href="/sign-in/provider?next=%2Fslis"' in page.text
    assert "Sign in with Acme" in page.text

    back = place.enters(client, "/slis?x=1")

    assert (back.status_code, back.headers["location"]) == (303, "/slis?x=1")
    assert client.get("/api/v1/slis").status_code == 200
    assert deeds(place)[0] == ("signed in", "alice@example.com", "through Acme")
    flags = [c.lower() for c in back.headers.get_list("set-cookie") if c.startswith(f"{COOKIE}=")]
    assert all(word in flags[0] for word in ("httponly", "samesite=lax", "path=/"))


def test_what_is_asked_of_the_provider_can_be_guessed_by_nobody(place: Place) -> None:
    """State, nonce and PKCE challenge are new each time, and the verifier stays with us."""
    seen = []
    for _ in range(2):
        led = place.here.client().get("/sign-in/provider").headers["location"]
        seen.append({k: v[0] for k, v in parse_qs(urlsplit(led).query).items()})
    one, other = seen

    assert (one["response_type"], one["client_id"]) == ("code", CLIENT)
    assert one["redirect_uri"] == f"{place.here.url}/sign-in/return"
    for name in ("state", "nonce", "code_challenge"):
        assert len(one[name]) >= 43
        assert one[name] != other[name]
    assert len({one["state"], one["nonce"], one["code_challenge"]}) == 3


@pytest.mark.parametrize(
    ("email", "groups", "expected"),
    [
        ("alice@example.com", (), {"checkout": 201, "mail": 403, "admin": 403}),
        ("ALICE@example.com", (), {"checkout": 201, "mail": 403, "admin": 403}),
        ("bob@example.com", (), {"checkout": 403, "mail": 403, "admin": 403}),
        ("bob@example.com", ("platform",), {"checkout": 201, "mail": 201, "admin": 200}),
    ],
)
def test_the_teams_say_what_a_person_may_do(
    place: Place, email: str, groups: tuple[str, ...], expected: dict[str, int]
) -> None:
    """A member writes of the team's services alone, a viewer reads, an admin of everything does everything."""
    revision = f"{email[:3]}-{len(groups)}"
    ids = {s: place.here.deploys(ALICE, revision, service=s) for s in ("checkout", "mail")}
    place.there.email, place.there.groups = email, groups
    browser = place.here.client(Accept="application/json")
    place.enters(browser)
    proof = {"X-CSRF-Token": place.here.proof(browser)}
    got = {}
    for service, change in ids.items():
        sent = {"kind": "seen", "author": "Mallory"}
        said = browser.post(f"/api/v1/changes/{change}/replies", json=sent, headers=proof)
        got[service] = said.status_code
        if said.status_code == 201:
            assert said.json()["author"] == email.casefold()
    got["admin"] = browser.get("/audit.json").status_code
    assert got == expected
    assert browser.get("/api/v1/changes").status_code == 200


def test_a_write_to_another_teams_change_is_refused_with_words(place: Place) -> None:
    """The refusal says whose it is, and what the person may write of."""
    browser = place.here.client(Accept="application/json")
    place.enters(browser)
    change = place.here.deploys(ALICE, "r2", service="mail")
    proof = {"X-CSRF-Token": place.here.proof(browser)}
    told = browser.post(f"/api/v1/changes/{change}/replies", json={"kind": "seen"}, headers=proof)

    assert told.status_code == 403
    assert (
        "this is of 'mail', and 'alice@example.com' may write of checkout" in told.json()["detail"]
    )


def test_an_address_may_come_from_the_userinfo_endpoint(place: Place) -> None:
    """Where the ID token names no address, the provider is asked for it."""
    place.there.drop = ("email",)

    assert place.enters().status_code == 303
    assert place.there.asked[-1] == "/userinfo"


def test_a_way_back_works_once(place: Place) -> None:
    """The same state and code a second time sign nobody in, even in the same browser with its old cookie."""
    client = place.here.client(Accept="application/json")
    address = place.goes(client)
    kept = client.cookies[ATTEMPT]
    assert client.get(address).status_code == 303
    client.cookies.clear()

    again = client.get(address, headers={"Cookie": f"{ATTEMPT}={kept}"})

    assert again.status_code == 401
    assert "carried out already" in again.json()["detail"]


def test_a_way_back_fits_the_browser_that_asked(place: Place) -> None:
    """Another browser, with no attempt or one of its own, gets nothing from somebody's way back."""
    address = place.goes(place.here.client())
    bare, busy = (place.here.client(Accept="application/json") for _ in range(2))
    place.goes(busy)

    assert [c.get(address).status_code for c in (bare, busy)] == [401, 401]


def test_a_code_of_another_attempt_is_of_no_use(place: Place) -> None:
    """A code that somebody slips into another browser's attempt fails at the provider: the verifier is another."""
    mine, theirs = place.here.client(Accept="application/json"), place.here.client()
    address, stolen = place.goes(mine), place.goes(theirs)
    codes = [parse_qs(urlsplit(a).query)["code"][0] for a in (address, stolen)]

    back = mine.get(address.replace(codes[0], codes[1]))

    assert back.status_code == 502
    assert COOKIE not in mine.cookies


def test_a_way_back_is_good_for_ten_minutes(place: Place) -> None:
    """Whoever comes back later has to begin anew."""
    client = place.here.client(Accept="application/json")
    address = place.goes(client)
    place.here.town.clock.advance(timedelta(minutes=11))

    assert client.get(address).status_code == 401


@pytest.mark.parametrize(
    "onward", ["//evil.example", "https://evil.example", "/\\evil.example", ""]
)
def test_the_way_back_leads_nowhere_else(place: Place, onward: str) -> None:
    """After signing in there is no way to another site."""
    assert place.enters(onward=onward).headers["location"] == "/"


def test_a_page_to_go_to_cannot_be_exchanged(place: Place) -> None:
    """The page to go to is part of the attempt: a changed cookie answers no state."""
    client = place.here.client(Accept="application/json")
    address = place.goes(client)
    secret, at, _ = client.cookies[ATTEMPT].split(".")
    evil = base64.urlsafe_b64encode(b"//evil.example").decode()
    client.cookies.clear()

    assert (
        client.get(address, headers={"Cookie": f"{ATTEMPT}={secret}.{at}.{evil}"}).status_code
        == 401
    )


def test_what_the_provider_refuses_is_told(place: Place) -> None:
    """Whoever cancels at the provider reads what it said, as text."""
    client = place.here.client(Accept="text/html")
    led = client.get("/sign-in/provider").headers["location"]
    state = parse_qs(urlsplit(led).query)["state"][0]

    told = client.get("/sign-in/return", params={"error": "<b>denied</b>", "state": state})

    assert told.status_code == 401
    assert "the provider says &lt;b&gt;denied" in told.text


def test_new_keys_of_the_provider_are_taken_up(place: Place) -> None:
    """A key that we have not seen is fetched; the one before it opens nothing any more."""
    assert place.enters().status_code == 303
    old = place.there.key
    place.there.rotate()
    place.seconds += 60

    assert place.enters().status_code == 303
    place.there.sign = lambda p, c: Provider.sign(replace(p, key=old), c)
    assert place.enters().status_code == 401


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b'{"issuer": "https://evil.example"}'),
        (302, b""),
    ],
)
def test_a_provider_that_makes_no_sense_is_not_believed(
    place: Place, answer: tuple[int, bytes]
) -> None:
    """Down, no JSON, another issuer, a redirect: the page says that the provider gave no answer of use."""
    place.there.answer = answer
    told = place.here.client(Accept="application/json").get("/sign-in/provider")

    assert told.status_code == 502
    assert "evil" not in told.text
    assert place.here.client().get("/healthz").status_code == 200


@pytest.mark.parametrize(
    "about",
    [
        {"token_endpoint": "http://169.254.169.254/latest"},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_the_provider_leads_us_to_no_other_host(place: Place, about: Claims) -> None:
    """An endpoint at a host that is not configured is never asked."""
    place.there.about = about
    client = place.here.client(Accept="application/json")
    led = client.get("/sign-in/provider")
    if led.status_code == 303:
        led = client.get(httpx.get(led.headers["location"]).headers["location"])

    assert led.status_code in (401, 502)
    assert COOKIE not in client.cookies


def test_a_session_ends_with_the_role(place: Place) -> None:
    """Where the default role is none, whoever leaves the teams is out at the next request."""
    browser = place.here.client(Accept="application/json")
    place.enters(browser)
    river = place.here.river
    before = river.config
    asked = before.sign_in
    assert asked is not None
    try:
        object.__setattr__(river, "config", replace(before, sign_in=replace(asked, role=Role.NONE)))
        still = browser.get("/api/v1/slis").status_code
        object.__setattr__(
            river, "config", replace(before, teams=(), sign_in=replace(asked, role=Role.NONE))
        )
        gone = browser.get("/api/v1/slis").status_code
        refused = place.enters()
    finally:
        object.__setattr__(river, "config", before)

    assert (still, gone) == (200, 401)
    assert (refused.status_code, refused.json()["title"]) == (403, "No role")


def test_a_session_ends_after_its_time(place: Place) -> None:
    """A session through the provider holds for twelve hours, and is not stretched by use."""
    browser = place.here.client(Accept="application/json")
    place.enters(browser)
    place.here.town.clock.advance(timedelta(hours=11))
    assert browser.get("/api/v1/slis").status_code == 200
    place.here.town.clock.advance(timedelta(hours=2))

    assert browser.get("/api/v1/slis").status_code == 401


def test_signing_in_again_ends_the_session_before(place: Place) -> None:
    """A copy of the cookie from before a sign-in opens nothing after it."""
    browser = place.here.client(Accept="application/json")
    place.enters(browser)
    before = browser.cookies[COOKIE]
    place.enters(browser)

    assert browser.cookies[COOKIE] != before
    assert place.here.client(Cookie=f"{COOKIE}={before}").get("/api/v1/slis").status_code == 401


def test_signing_out_everywhere_ends_ones_own_sessions_alone(place: Place) -> None:
    """All of Alice's browsers are out, Bob's is not; the page offers to leave the provider too."""
    one, two = (place.here.client(Accept="text/html") for _ in range(2))
    place.enters(one)
    place.enters(two)
    place.there.email = "bob@example.com"
    bob = place.here.client(Accept="application/json")
    place.enters(bob)

    left = one.post("/sign-out/everywhere", data={"csrf": place.here.proof(one)})

    assert left.headers["location"] == "/sign-in?left=1"
    page = one.get("/sign-in?left=1").text
    assert f"{place.there.url}/logout?client_id=shipwake&amp;post_logout_redirect_uri=" in page
    assert two.get("/api/v1/slis").status_code == 401
    assert bob.get("/api/v1/slis").status_code == 200


def test_a_provider_that_is_down_is_left_alone(place: Place) -> None:
    """A stranger who reloads the sign-in page does not make us ask a dead provider each time."""
    place.there.answer = (503, b"")
    client = place.here.client(Accept="application/json")
    assert client.get("/sign-in/provider").status_code == 502
    asked = len(place.there.asked)

    assert client.get("/sign-in/provider").status_code == 502
    assert len(place.there.asked) == asked
    place.there.answer, place.seconds = None, place.seconds + 6
    assert client.get("/sign-in/provider").status_code == 303


def test_a_slow_provider_holds_nobody_else_up(place: Place) -> None:
    """While the provider thinks, others are answered, and who waits for it comes in all the same."""
    place.there.slow_s = 1.0
    with ThreadPoolExecutor() as threads:
        waiting = threads.submit(place.enters)
        time.sleep(0.2)
        assert place.here.client().get("/healthz").status_code == 200
        assert not waiting.done()
        assert waiting.result().status_code == 303
