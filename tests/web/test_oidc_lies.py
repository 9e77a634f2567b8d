"""An ID token that does not hold: each lie that a provider, or who stands between, could tell."""

import base64
import hashlib
import hmac
import json

import pytest
from joserfc import jwt

from shipwake.web.door import COOKIE
from tests.web.provider import CLIENT, Claims, Provider
from tests.web.signing import Place, deeds


def _unsigned(header: Claims, claims: Claims, signature: bytes = b"") -> str:
    parts = [json.dumps(p).encode() for p in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in (*parts, signature))


def _none(_provider: Provider, claims: Claims) -> str:
    return _unsigned({"alg": "none"}, claims)


def _by_the_public_key(provider: Provider, claims: Claims) -> str:
    """The old confusion: HMAC with the published key as its secret."""
    header = {"alg": "HS256", "kid": provider.key.kid}
    signing = _unsigned(header, claims).rpartition(".")[0]
    public = provider.key.as_pem(private=False)
    made = hmac.new(public, signing.encode(), hashlib.sha256).digest()
    return f"{signing}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


def _by_another_key(provider: Provider, claims: Claims) -> str:
    other = Provider(provider.clock)

    return jwt.encode({"alg": "RS256", "kid": str(provider.key.kid)}, claims, other.key)


def _changed(provider: Provider, claims: Claims) -> str:
    head, _, signature = Provider.sign(provider, claims).split(".")
    body = json.dumps(claims | {"email": "bob@example.com"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(body).rstrip(b'=').decode()}.{signature}"


LIES: dict[str, dict[str, object]] = {
    "wrong nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"drop": ("nonce",)},
    "wrong audience": {"claims": {"aud": "another"}},
    "several audiences, none of them the party": {"claims": {"aud": ["another", CLIENT]}},
    "another party": {"claims": {"azp": "another"}},
    "wrong issuer": {"claims": {"iss": "https://evil.example"}},
    "expired": {"claims": {"exp": 1}},
    "no end": {"drop": ("exp",)},
    "from the future": {"claims": {"iat": 4_000_000_000, "exp": 4_100_000_000}},
    "not yet": {"claims": {"nbf": 4_000_000_000}},
    "an end that is no number": {"claims": {"exp": "tomorrow"}},
    "alg none": {"sign": _none},
    "HMAC with the public key": {"sign": _by_the_public_key},
    "another key": {"sign": _by_another_key},
    "changed after it was signed": {"sign": _changed},
    "no token": {"sign": lambda _p, _c: None},
    "no JWT": {"sign": lambda _p, _c: "a.b"},
    "an access token of another": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "nobody": {"drop": ("sub",)},
    "an address not verified": {"claims": {"email_verified": False}},
    "no address": {"claims": {"email": 7}},
}


@pytest.mark.parametrize("lie", LIES)
def test_a_token_that_does_not_hold_signs_nobody_in(place: Place, lie: str) -> None:
    """Each lie of an ID token is answered 401, sets no session, and stands in the audit log."""
    for name, value in LIES[lie].items():
        setattr(place.there, name, value)
    client = place.here.client(Accept="application/json")

    back = place.enters(client)

    assert back.status_code == 401, back.text
    assert COOKIE not in client.cookies
    assert deeds(place)[0][0] == "sign-in failed"
