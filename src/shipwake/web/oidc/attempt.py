"""One attempt to sign in, carried by the browser alone: what it tells the provider follows from a secret of its own.

The cookie holds the secret, the time and where to go then; state, nonce and PKCE verifier are made from all three, so
that an answer fits only the browser that asked, for what it asked, and for ten minutes. Nothing is kept here before
somebody comes back.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import from_epoch
from shipwake.wire.chance import token
from shipwake.wire.sign import hmac_sha256_hex, same

LASTS = timedelta(minutes=10)
COOKIE = "shipwake_sign_in"
WRITTEN = re.compile(r"([A-Za-z0-9_-]{20,100})\.([0-9]{1,12})\.([A-Za-z0-9_=-]{0,3000})")
LONGEST_ONWARD = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`at` is whole seconds since 1970, `onward` the page of ours to go to then."""

    secret: str
    at: int
    onward: str

    @classmethod
    def begin(cls, onward: str, now: datetime) -> "Attempt":
        """A new one."""
        kept = onward if len(onward) <= LONGEST_ONWARD else "/"
        return cls(secret=token(), at=int(now.timestamp()), onward=kept)

    @classmethod
    def read(cls, cookie: str) -> "Attempt | None":
        """The one that a cookie carries; None where it carries none."""
        found = WRITTEN.fullmatch(cookie)
        if found is None:
            return None
        try:
            onward = urlsafe_b64decode(found[3]).decode()
        except ValueError:
            return None
        return cls(secret=found[1], at=int(found[2]), onward=onward)

    @property
    def cookie(self) -> str:
        """What the browser carries."""
        return f"{self.secret}.{self.at}.{urlsafe_b64encode(self.onward.encode()).decode()}"

    @property
    def state(self) -> str:
        """What the provider hands back as it is."""
        return self._made("state")

    @property
    def nonce(self) -> str:
        """What the ID token must hold."""
        return self._made("nonce")

    @property
    def verifier(self) -> str:
        """What proves to the provider that who asked is who fetches (RFC 7636)."""
        return self._made("verifier")

    def answers(self, state: str, now: datetime) -> bool:
        """Whether an answer with this state is to this attempt, and in time."""
        begun = from_epoch(self.at)
        return same(state, self.state) and begun - LASTS <= now <= begun + LASTS

    def _made(self, what: str) -> str:
        told = f"{what}\n{self.at}\n{self.onward}"
        return hmac_sha256_hex(self.secret, told.encode())
