"""A key opens the door wherever a Sleuth client shows it, and stays nowhere."""

import json
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from tests.web.site import Site, site
from tests.web.sleuth.calls import DEPLOYS, ONE, kept


@pytest.mark.parametrize("place", ["Bearer", "apikey", "JSON", "form", "parts", "curl's form"])
def test_a_key_is_taken_wherever_it_is_shown_and_never_kept(
    here: Site, key: str, place: str
) -> None:
    """A key in either header or in any form of body opens the door, and no delivery holds it afterwards."""
    sha = place.encode().hex()
    path, fields = DEPLOYS.format("keyed"), {"sha": sha, "api_key": key, "tags": "a,b & ü"}
    client = here.client(
        **({"Authorization": f"{place} {key}"} if place in ("Bearer", "apikey") else {})
    )
    match place:
        case "form":
            answer = client.post(path, data=fields)
        case "parts":
            answer = client.post(path, data=fields, files={"note": ("n.txt", b"\x00\xff")})
        case "curl's form":
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            answer = client.post(path, content=json.dumps(fields), headers=form)
        case _:
            answer = client.post(path, json=fields)

    assert (answer.status_code, answer.text) == (200, "Success")
    assert answer.headers["content-type"].startswith("text/plain")
    stored = kept(here)
    assert sha.encode() in stored
    assert key.encode() not in stored


def test_a_key_at_the_end_of_an_address_is_taken_and_not_logged(here: Site, key: str) -> None:
    """The custom incident's key opens the door, and neither the log nor what is kept shows it."""
    path = f"/api/1/deployments/acme/shop/production/pager/register_impact/{key}"
    with capture_logs() as log:
        answer = here.client().post(path, json={"type": "triggered", "title": "Empty carts"})
        wrong = here.client().post(f"{path}x", json={"type": "triggered"})

    assert (answer.status_code, answer.text) == (200, "Success")
    assert (wrong.status_code, wrong.text) == (401, "Unauthorized")
    assert "register_impact" in str(log)
    assert key not in str(log)
    stored = kept(here)
    assert b"Empty carts" in stored
    assert key.encode() not in stored


@pytest.mark.parametrize("method", ["header", "field", "none"])
def test_a_wrong_key_is_told_so_in_one_word(here: Site, method: str) -> None:
    """A key that is none is answered 401 with `Unauthorized`, whatever the path."""
    client = here.client(**({"Authorization": "apikey nothing"} if method == "header" else {}))
    body = {"sha": ONE, **({"api_key": "nothing"} if method == "field" else {})}

    for path in (DEPLOYS.format("checkout"), "/api/1/impact/42/register_impact", "/api/1/nothing"):
        answer = client.post(path, json=body)
        assert (answer.status_code, answer.text) == (401, "Unauthorized")
    graph = client.post("/graphql", json=body)
    assert (graph.status_code, graph.json()["errors"]) == (401, [{"message": "Unauthorized"}])


def test_a_key_without_the_scope_is_told_which(here: Site) -> None:
    """A token that may only read is refused with a sentence, or with a problem where that is asked for."""
    client = here.client("read")
    told = client.post(DEPLOYS.format("checkout"), json={"sha": ONE})
    asked = client.post(
        DEPLOYS.format("checkout"),
        json={"sha": ONE},
        headers={"Accept": "application/problem+json"},
    )

    assert (told.status_code, told.headers["content-type"]) == (403, "text/plain; charset=utf-8")
    assert "changes:write" in told.text
    assert asked.json()["status"] == 403


def test_pages_of_other_sites_cannot_pass_off_a_field_as_a_key(tmp_path: Path) -> None:
    """Where no token is needed, a form that another site makes a browser send is refused, key or no key."""
    with site(tmp_path, auth="none") as open_here:
        client = open_here.client(Origin="https://elsewhere.example")
        path = DEPLOYS.format("checkout")
        refused = client.post(path, data={"sha": ONE, "api_key": "anything"})
        ours = open_here.client().post(path, json={"sha": ONE, "api_key": "anything"})

        assert (refused.status_code, ours.status_code) == (403, 200)


def test_a_broken_body_that_may_hold_a_key_is_not_kept(here: Site, client: httpx.Client) -> None:
    """A body that cannot be read but names a key is refused and forgotten."""
    answer = client.post(DEPLOYS.format("checkout"), content=b'{"api_key": "swordfish", "sha"')

    assert answer.status_code == 400
    assert b"swordfish" not in kept(here)
