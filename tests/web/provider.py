"""A small OpenID Connect provider on loopback that speaks the real bytes, and lies where a test tells it to."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwk, jwt

from shipwake.wire.clock import Clock

CLIENT, SECRET = "shipwake", "a secret of the provider's"
Claims = dict[str, Any]
Sign = Callable[["Provider", Claims], str]


def new_key() -> jwk.RSAKey:
    """A key that signs, with an id."""
    return jwk.RSAKey.generate_key(2048, {"use": "sig"}, auto_kid=True)


def _signed(provider: "Provider", claims: Claims) -> str:
    header = {"alg": "RS256", "kid": str(provider.key.kid)}
    return jwt.encode(header, claims, provider.key)


@dataclass
class Provider:
    """Who signs in there next, and what it does otherwise than it should."""

    clock: Clock
    url: str = ""
    email: str = "alice@example.com"
    groups: tuple[str, ...] = ()
    key: jwk.RSAKey = field(default_factory=new_key)
    claims: Claims = field(default_factory=dict)
    drop: tuple[str, ...] = ()
    about: Claims = field(default_factory=dict)
    sign: Sign = _signed
    answer: tuple[int, bytes] | None = None
    leads: str = ""
    """Where everything but its own page redirects to."""
    slow_s: float = 0.0
    asks: bool = False
    """Whether a person has to press a button, as at a real provider."""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    challenges: list[str] = field(default_factory=list)

    def rotate(self) -> None:
        """Sign by a new key from now on, and publish that one alone."""
        self.key = new_key()

    def metadata(self) -> Claims:
        """The discovery document."""
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo",
            "end_session_endpoint": "logout",
        }
        found = {name: f"{self.url}/{path}" for name, path in ends.items()}
        return {"issuer": self.url, **found, "response_types_supported": ["code"], **self.about}

    def authorised(self, query: dict[str, str]) -> str:
        """Where the browser goes once its person has signed in."""
        assert query["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        self.challenges.append(query["code_challenge"])
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def tokens(self, form: dict[str, str], authorization: str) -> tuple[int, Claims]:
        """The answer of the token endpoint: a code is good once, for who asked, with the verifier."""
        both = f"{quote(CLIENT, safe='')}:{quote(SECRET, safe='')}"
        told = f"Basic {base64.b64encode(both.encode()).decode()}"
        asked = self.codes.pop(form.get("code", ""), None)
        if authorization != told:
            return 401, {"error": "invalid_client"}
        proven = create_s256_code_challenge(form.get("code_verifier", ""))
        if asked is None or proven != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(self.clock.now().timestamp())
        claims: Claims = {
            "iss": self.url,
            "sub": f"id of {self.email}",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
            "groups": list(self.groups),
        }
        claims = {k: v for k, v in (claims | self.claims).items() if k not in self.drop}
        token = self.sign(self, claims)
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": token}


class Answers(BaseHTTPRequestHandler):
    """Its HTTP."""

    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.provider.asked.append(parts.path)
        time.sleep(self.provider.slow_s)
        if parts.path == "/authorize":
            return self._authorize(query)
        if self.provider.leads:
            return self._onward(self.provider.leads, 307)
        if self.provider.answer:
            return self._send(*self.provider.answer)
        known: dict[str, Callable[[], Any]] = {
            "/.well-known/openid-configuration": self.provider.metadata,
            "/jwks": lambda: {"keys": [self.provider.key.as_dict(private=False)]},
            "/userinfo": lambda: {
                "sub": f"id of {self.provider.email}",
                "email": self.provider.email,
            },
        }
        if parts.path == "/logout":
            return self._send(200, b"<h1>Signed out there</h1>", "text/html")
        if parts.path not in known:
            return self._send(404, b"{}")
        return self._send(200, json.dumps(known[parts.path]()).encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {k: v[0] for k, v in parse_qs(body).items()}
        self.provider.asked.append(self.path)
        if self.path == "/authorize":
            return self._onward(self.provider.authorised(form))
        if self.provider.leads:
            return self._onward(self.provider.leads, 307)
        if self.provider.answer:
            return self._send(*self.provider.answer)
        status, told = self.provider.tokens(form, self.headers.get("authorization", ""))
        return self._send(status, json.dumps(told).encode())

    def _authorize(self, query: dict[str, str]) -> None:
        if not self.provider.asks:
            return self._onward(self.provider.authorised(query))
        fields = "".join(f'<input type="hidden" name="{k}" value="{v}">' for k, v in query.items())
        page = f'<form method="post" action="/authorize">{fields}<button>I am {self.provider.email}</button></form>'
        return self._send(200, page.encode(), "text/html")

    def _onward(self, address: str, status: int = 302) -> None:
        self.send_response(status)
        self.send_header("Location", address)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@contextmanager
def provider(clock: Clock) -> Iterator[Provider]:
    """A running one."""
    made = Provider(clock)
    answers = type("Answers", (Answers,), {"provider": made})
    with ThreadingHTTPServer(("127.0.0.1", 0), answers) as server:
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()
