"""Whatever a provider says of itself, its own hosts alone are asked: a canary sits at every other address."""

from collections.abc import Iterator

import httpx
import pytest
from joserfc import jwt

from shipwake.web.door import COOKIE
from tests.hostile.canary import Canary, listening
from tests.web.provider import Claims, Provider
from tests.web.signing import Place

ENDS = ("token_endpoint", "jwks_uri", "userinfo_endpoint", "end_session_endpoint")
AFTER = {"discovery": False, "token": True}
"""Whether the provider is honest until the browser comes back."""


@pytest.fixture
def canary() -> Iterator[Canary]:
    """A canary of this test's own."""
    with listening() as bird:
        yield bird


def _comes_in(place: Place) -> tuple[httpx.Client, int]:
    """Somebody goes the whole way, and out again."""
    client = place.here.client(Accept="application/json")
    led = client.get("/sign-in/provider")
    if led.status_code != 303:
        return client, led.status_code
    back = httpx.get(led.headers["location"]).headers["location"]
    return client, client.get(back).status_code


@pytest.mark.parametrize("end", [*ENDS, "authorization_endpoint"])
def test_an_endpoint_elsewhere_is_not_asked(place: Place, canary: Canary, end: str) -> None:
    """An endpoint at another host, in any guise, is refused, and nobody is signed in by it."""
    for _guise in range(4):
        place.there.about = {end: canary.address}
        place.there.drop = ("email",) if end == "userinfo_endpoint" else ()
        place.forgets()
        client, status = _comes_in(place)
        refused = end != "end_session_endpoint"
        assert (status >= 400) is refused
        assert (COOKIE in client.cookies) is not refused
        if not refused:
            proof = {"X-CSRF-Token": place.here.proof(client)}
            client.post("/sign-out", headers=proof)

    assert canary.seen == []


@pytest.mark.parametrize("when", AFTER)
def test_no_redirect_of_a_provider_is_followed(place: Place, canary: Canary, when: str) -> None:
    """A provider that redirects, at once or only at its token endpoint, signs nobody in and leads nowhere."""
    client = place.here.client(Accept="application/json")
    if AFTER[when]:
        back = place.goes(client)
        place.there.leads = canary.address
        status = client.get(back).status_code
    else:
        place.there.leads = canary.address
        status = client.get("/sign-in/provider").status_code

    assert status >= 400
    assert COOKIE not in client.cookies
    assert canary.seen == []


def test_no_address_in_a_token_is_asked(place: Place, canary: Canary) -> None:
    """Addresses of keys in a token's header, and of further claims in it, are asked by nobody."""

    def pointing(provider: Provider, claims: Claims) -> str:
        header = {"alg": "RS256", "kid": str(provider.key.kid)}
        header |= dict.fromkeys(("jku", "x5u"), canary.address)
        more = dict.fromkeys(("picture", "profile", "website"), canary.address)
        sources = {"src1": {"endpoint": canary.address, "access_token": "x"}}
        claims = {**claims, **more, "_claim_names": {"groups": "src1"}, "_claim_sources": sources}
        return jwt.encode(header, claims, provider.key)

    place.there.sign = pointing
    _, status = _comes_in(place)

    assert status in (303, 401)
    assert canary.placed >= 3
    assert canary.seen == []


def test_the_canary_sees_whoever_follows(place: Place, canary: Canary) -> None:
    """A client that takes the discovery document at its word is seen."""
    place.there.about = {"jwks_uri": canary.address}
    found = httpx.get(f"{place.there.url}/.well-known/openid-configuration").json()
    httpx.get(found["jwks_uri"])

    assert len(canary.seen) == 1
