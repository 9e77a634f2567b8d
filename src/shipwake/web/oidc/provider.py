"""An OpenID Connect provider: asked through the one HTTP client, at its own hosts only; its word is checked, not taken.

The forms are those of "OpenID Connect Core 1.0", "Discovery 1.0" and "RP-Initiated Logout 1.0", with PKCE (RFC 7636).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from shipwake.config import SignIn
from shipwake.domain import ShipwakeError
from shipwake.web.oidc.attempt import Attempt
from shipwake.wire.clock import monotonic
from shipwake.wire.http import CallError, Client, secrets_of

DISCOVERY = "/.well-known/openid-configuration"
ALGORITHMS = (
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
)
"""Signatures by a private key: neither `none`, nor one that whoever can check it could have made."""
KEY_KINDS = frozenset({"RSA", "EC", "OKP"})
LEEWAY = timedelta(minutes=1)
FRESH_S, KEYS_AGAIN_S, LEFT_ALONE_S = 3600.0, 30.0, 5.0
TIMEOUT_S = 5.0
MOST_GROUPS, LONGEST_GROUP = 500, 200
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
Json = Mapping[str, Any]


class Refused(ShipwakeError):  # noqa: N818 - what happened, as the page says it
    """The provider's answer is not to be believed, or it gives none: the message says which; try again."""


class AuthlibLackingError(ShipwakeError):
    """Sign-in by a provider needs Authlib: run pip install 'shipwake[oidc]', or take sign_in: out of shipwake.yaml."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """Whom the provider vouches for."""

    email: str
    groups: tuple[str, ...]


class Provider:
    """One provider, from any thread; what it says of itself is asked for once an hour."""

    def __init__(self, sign_in: SignIn, url: str, seconds: Callable[[], float] = monotonic) -> None:
        self._now = seconds
        self._asked = sign_in
        self._secret = sign_in.client_secret.reveal()
        self._home = url.rstrip("/")
        issuer = urlsplit(sign_in.issuer)
        self._clients = {
            host: Client(
                f"{issuer.scheme}://{host}",
                secrets=secrets_of([self._secret]),
                timeout_s=TIMEOUT_S,
                attempts=2,
                patience_s=1,
            )
            for host in {issuer.netloc.casefold(), *sign_in.hosts}
        }
        self._lock = Lock()
        self._metadata: tuple[Json, float] | None = None
        self._keys: tuple[Json, float] | None = None
        self._down: tuple[CallError, float] | None = None
        require()

    @property
    def back(self) -> str:
        """Where the provider sends a browser back to."""
        return f"{self._home}/sign-in/return"

    def leads_to(self, attempt: Attempt) -> str:
        """The provider's page for this attempt."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - an extra

        told = {
            "response_type": "code",
            "client_id": self._asked.client_id,
            "redirect_uri": self.back,
            "scope": " ".join(self._asked.scopes),
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": create_s256_code_challenge(attempt.verifier),
            "code_challenge_method": "S256",
        }
        return _with(self._endpoint("authorization_endpoint"), told)

    def leaves_by(self) -> str:
        """The provider's page to sign out of it too; empty where it has none, or does not answer."""
        try:
            end = self._endpoint("end_session_endpoint")
        except (CallError, Refused):
            return ""
        back = f"{self._home}/sign-in"
        return _with(end, {"client_id": self._asked.client_id, "post_logout_redirect_uri": back})

    def vouches_for(self, code: str, attempt: Attempt, now: datetime) -> Somebody:
        """Whom the provider means by this code; raises Refused, or CallError where it does not answer."""
        told = self._exchanged(code, attempt.verifier)
        raw, access = told.get("id_token"), told.get("access_token")
        if not isinstance(raw, str):
            raise Refused("the provider sent no ID token; is openid among the scopes?")
        claims = self._verified(raw, attempt.nonce, access, now)
        if "email" not in claims and isinstance(access, str):
            claims = {**self._more(access, str(claims["sub"])), **claims}
        email = claims.get("email")
        if not isinstance(email, str) or "@" not in email:
            raise Refused("the provider names no e-mail address; let it send the claim email")
        if claims.get("email_verified") in (False, "false"):
            raise Refused(f"the provider has not verified that {email} is yours; verify it there")
        return Somebody(email=email.casefold(), groups=_groups(claims.get(self._asked.groups)))

    def _exchanged(self, code: str, verifier: str) -> Json:
        """The tokens for a code, once."""
        told = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.back,
            "code_verifier": verifier,
        }
        endpoint, headers = self._endpoint("token_endpoint"), dict(FORM)
        methods = self._about().get("token_endpoint_auth_methods_supported")
        if not self._secret:
            told["client_id"] = self._asked.client_id
        elif isinstance(methods, list) and "client_secret_basic" not in methods:
            told |= {"client_id": self._asked.client_id, "client_secret": self._secret}
        else:
            both = f"{quote(self._asked.client_id, safe='')}:{quote(self._secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
        answer = self._at(endpoint).request(
            "POST", endpoint, content=urlencode(told).encode(), headers=headers, repeatable=False
        )
        return _object(answer.json())

    def _verified(self, raw: str, nonce: str, access: object, now: datetime) -> Json:
        """The claims of an ID token (Core, 3.1.3.7); raises Refused."""
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415

        known = {"nonce": nonce, "client_id": self._asked.client_id}
        known |= {"access_token": access} if isinstance(access, str) else {}
        wanted: dict[str, Any] = {
            "iss": {"essential": True, "value": self._asked.issuer},
            "aud": {"essential": True, "value": self._asked.client_id},
        }
        try:
            header, claims = self._decoded(raw)
            token = CodeIDToken(claims, header, wanted, known)
            token.validate(now=int(now.timestamp()), leeway=int(LEEWAY.total_seconds()))
            # Authlib looks into the future of `nbf`, and of `iat` only in some versions.
            if float(claims["iat"]) > (now + LEEWAY).timestamp():
                raise Refused("the provider's ID token comes from the future; set the clocks right")
        except (
            JoseError,
            ValueError,
            TypeError,
            KeyError,
            AttributeError,
            RecursionError,
        ) as error:
            reason = getattr(error, "error", "") or type(error).__name__
            raise Refused(f"the provider's ID token does not hold ({reason}: {error})") from error
        if not isinstance(claims.get("sub"), str):
            raise Refused("the provider's ID token names nobody")
        return claims

    def _decoded(self, raw: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Header and claims of a token that one of the provider's keys signed; new keys are fetched once."""
        from joserfc import jwt  # noqa: PLC0415
        from joserfc.errors import JoseError  # noqa: PLC0415
        from joserfc.jwk import KeySet  # noqa: PLC0415

        def decoded(keys: Json) -> tuple[dict[str, Any], dict[str, Any]]:
            token = jwt.decode(raw, KeySet.import_key_set(dict(keys)), list(ALGORITHMS))  # type: ignore[arg-type]
            return dict(token.header), dict(token.claims)

        try:
            return decoded(self._signing_keys())
        except (JoseError, ValueError):
            # Perhaps the provider signs by a new key.
            fresh = self._signing_keys(anew=True)
        return decoded(fresh)

    def _more(self, access: str, sub: str) -> Json:
        """What the provider says elsewhere of the same person (Core, 5.3)."""
        headers = {"Authorization": f"Bearer {access}", "Accept": "application/json"}
        endpoint = self._endpoint("userinfo_endpoint")
        said = _object(self._at(endpoint).request("GET", endpoint, headers=headers).json())
        if said.get("sub") != sub:
            raise Refused("the provider speaks of two different people; tell who runs it")
        return said

    def _signing_keys(self, *, anew: bool = False) -> Json:
        with self._lock:
            held = self._keys
        if held and self._now() - held[1] < (KEYS_AGAIN_S if anew else FRESH_S):
            return held[0]
        endpoint = self._endpoint("jwks_uri")
        found = _object(self._at(endpoint).request("GET", endpoint).json())
        listed = found.get("keys")
        usable = [k for k in listed if _signs(k)] if isinstance(listed, list) else []
        if not usable:
            raise Refused("the provider publishes no key that signs; tell who runs it")
        keys = {"keys": usable}
        with self._lock:
            self._keys = (keys, self._now())
        return keys

    def _about(self) -> Json:
        """The provider's discovery document, whose issuer must be the configured one, letter by letter."""
        with self._lock:
            held, down = self._metadata, self._down
        if held and self._now() - held[1] < FRESH_S:
            return held[0]
        if down and self._now() - down[1] < LEFT_ALONE_S:
            # Else strangers at the sign-in page could keep every thread waiting for it.
            raise down[0]
        found = self._discovered()
        if found.get("issuer") != self._asked.issuer:
            raise Refused(
                f"the provider calls itself {str(found.get('issuer'))[:200]!r}, and sign_in: issuer is "
                f"{self._asked.issuer!r}; make them the same"
            )
        with self._lock:
            self._metadata = (found, self._now())
        return found

    def _discovered(self) -> Json:
        try:
            document = self._asked.issuer.rstrip("/") + DISCOVERY
            return _object(self._at(document).request("GET", document).json())
        except CallError as error:
            with self._lock:
                self._down = (error, self._now())
            raise

    def _at(self, address: str) -> Client:
        """The client that is bound to the host of one of the provider's addresses."""
        return self._clients[urlsplit(address).netloc.casefold()]

    def _endpoint(self, name: str) -> str:
        """One of its addresses; raises Refused for one that is missing, or of a host that is not the provider's."""
        address = self._about().get(name)
        if not isinstance(address, str):
            raise Refused(f"the provider's discovery document has no {name}")
        try:
            parts = urlsplit(address)
        except ValueError as error:
            raise Refused(f"the provider's {name} is no address") from error
        if parts.netloc.casefold() not in self._clients:
            raise Refused(
                f"the provider's {name} is at {parts.netloc[:200]!r}; if that is right, add it to hosts under sign_in:"
            )
        if parts.scheme != urlsplit(self._asked.issuer).scheme:
            raise Refused(
                f"the provider's {name} is not at {urlsplit(self._asked.issuer).scheme}://"
            )
        return address


def require() -> None:
    """Raise AuthlibLackingError where the extra is not installed."""
    try:
        import authlib.oidc.core  # noqa: F401, PLC0415
        import joserfc  # noqa: F401, PLC0415
    except ImportError as error:
        raise AuthlibLackingError(
            "sign_in: needs Authlib 1.9 or newer; run: pip install 'shipwake[oidc]', or take sign_in: out"
        ) from error


def _signs(key: object) -> bool:
    return isinstance(key, dict) and key.get("kty") in KEY_KINDS and key.get("use", "sig") == "sig"


def _object(value: object) -> Json:
    if not isinstance(value, dict):
        raise Refused(
            "the provider answered what is no JSON object; is the issuer's address right?"
        )
    return value


def _groups(value: object) -> tuple[str, ...]:
    """Groups as they may be listed; what is no text is none."""
    listed = value if isinstance(value, list) else [value]
    words = (g for g in listed if isinstance(g, str) and 0 < len(g) <= LONGEST_GROUP)
    return tuple(words)[:MOST_GROUPS]


def _with(address: str, more: Mapping[str, str]) -> str:
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(more)}"
