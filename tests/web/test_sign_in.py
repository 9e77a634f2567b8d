"""Signing a browser in by a link that works once, and out again."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from shipwake.web import keys
from shipwake.web.door import COOKIE
from tests.web.site import Site


def _link(here: Site) -> str:
    return keys.new_link(here.river)


def test_a_preview_of_the_link_uses_nothing_up(here: Site) -> None:
    """Opening the link any number of times shows a button and signs nobody in; pressing it does, once."""
    link = _link(here)
    client = here.client()
    secret = urlsplit(link).query.removeprefix("link=")
    for _ in range(3):
        page = client.get(link)
        assert page.status_code == 200
        assert "set-cookie" not in page.headers
        assert f'value="{secret}"' in page.text

    first = client.post("/sign-in", data={"link": secret, "next": "/changes/1"})
    again = here.client().post("/sign-in", data={"link": secret})

    assert (first.status_code, first.headers["location"]) == (303, "/changes/1")
    assert again.status_code == 401
    assert "used before" in again.json()["detail"]


def test_the_cookie_is_kept_from_scripts_and_other_sites(here: Site) -> None:
    """The session cookie is HttpOnly and SameSite=Lax, and the page that sets it is not cached."""
    response = here.client().post("/sign-in", data={"link": _link(here)})
    cookie = response.headers["set-cookie"].lower()

    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert response.headers["cache-control"] == "no-store"


def test_a_whole_pasted_link_works_too(here: Site) -> None:
    """Whoever pastes the whole address into the field is signed in as well."""
    assert here.client().post("/sign-in", data={"link": f" {_link(here)} "}).status_code == 303


@pytest.mark.parametrize(
    "next_page", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:1"]
)
def test_sign_in_leads_nowhere_else(here: Site, next_page: str) -> None:
    """Where to go after signing in is a path on this server, or the front page."""
    response = here.client().post("/sign-in", data={"link": _link(here), "next": next_page})

    assert response.headers["location"] == "/"


def test_a_link_is_good_for_an_hour(here: Site) -> None:
    """A link that lay about for longer than an hour signs nobody in."""
    link = _link(here)
    here.town.clock.advance(timedelta(minutes=61))

    assert here.client().post("/sign-in", data={"link": link}).status_code == 401


def test_signing_out_ends_the_session_itself(here: Site) -> None:
    """After signing out, even a copy of the cookie opens nothing."""
    browser = here.browser()
    copy = browser.cookies[COOKIE]
    assert browser.get("/api/v1/slis").status_code == 200

    left = browser.post("/sign-out", data={"csrf": here.proof(browser)})

    assert left.status_code == 303
    stolen = here.client(Cookie=f"{COOKIE}={copy}")
    assert stolen.get("/api/v1/slis").status_code == 401


def test_a_write_of_a_browser_needs_the_proof_of_our_page(here: Site) -> None:
    """A signed-in browser's write without the form's proof, or with another session's, is refused."""
    browser, other = here.browser(), here.browser()
    path = "/api/v1/changes/none/replies"
    sent = {"kind": "comment", "text": "hello"}

    assert browser.post(path, json=sent).status_code == 403
    wrong = {"X-CSRF-Token": here.proof(other)}
    assert browser.post(path, json=sent, headers=wrong).status_code == 403
    right = {"X-CSRF-Token": here.proof(browser)}
    assert browser.post(path, json=sent, headers=right).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": "http://127.0.0.1:1"},
    ],
)
@pytest.mark.parametrize("path", ["/api/v1/changes/x/replies", "/sign-in", "/hooks/plain"])
def test_another_site_cannot_write(here: Site, path: str, headers: dict[str, str]) -> None:
    """A write that a browser marks as coming from another site is refused, whatever it carries."""
    browser = here.browser()
    proof = {"X-CSRF-Token": here.proof(browser)}
    response = browser.post(path, json={}, headers={**headers, **proof, "Accept": "*/*"})

    assert response.status_code == 403
    assert response.json()["title"] == "Other site"


def test_our_own_pages_may_write(here: Site) -> None:
    """A write that comes from a page of this server gets through."""
    browser = here.browser()
    headers = {"Origin": here.url, "X-CSRF-Token": here.proof(browser)}
    sent = {"kind": "comment", "text": "hello"}

    assert browser.post("/api/v1/changes/x/replies", json=sent, headers=headers).status_code == 404
