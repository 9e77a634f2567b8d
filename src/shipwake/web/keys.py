"""Tokens, sessions and one-time links; only their hashes are kept, so that a stolen database opens nothing."""

import hashlib
from collections.abc import Collection
from datetime import timedelta
from urllib.parse import urlencode

from shipwake.domain import BadInputError
from shipwake.flow import River
from shipwake.web.access import Caller, Scope
from shipwake.wire.chance import token
from shipwake.wire.sign import hmac_sha256_hex

SESSION_LASTS = timedelta(days=30)
LINK_LASTS = timedelta(hours=1)


def hashed(secret: str) -> str:
    """What is kept of a secret. It is 256 bits of chance, so that a plain fast hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token(river: River, name: str, scopes: Collection[str]) -> str:
    """A new token of that name; shown once, kept as its hash. Raises BadInputError for an unknown scope."""
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        read = ", ".join(unknown) or "none"
        raise BadInputError(f"read {read}; allowed: {', '.join(Scope)}", where="scope")
    secret = token()
    with river.store.write() as tx:
        tx.access.add_token(name, tuple(sorted(scopes)), hashed(secret), river.clock.now())
    return secret


def new_link(river: River) -> str:
    """A whole address that signs one browser in, once, within an hour."""
    secret = token()
    with river.store.write() as tx:
        tx.access.add_link(hashed(secret), river.clock.now() + LINK_LASTS)
    return f"{river.config.url.rstrip('/')}/sign-in?{urlencode({'link': secret})}"


def redeem(river: River, link: str) -> str | None:
    """A new session's secret for a link that was not used yet; None for any other."""
    secret = token()
    with river.store.write() as tx:
        if not tx.access.use_link(hashed(link), river.clock.now()):
            return None
        tx.access.add_session(hashed(secret), river.clock.now() + SESSION_LASTS)
    return secret


def by_token(river: River, secret: str) -> Caller | None:
    """Whose token this is."""
    with river.store.read() as tx:
        found = tx.access.token(hashed(secret))
    if found is None:
        return None
    return Caller(name=found.name, scopes=frozenset(found.scopes), via="token")


def by_session(river: River, secret: str) -> Caller | None:
    """The signed-in browser that holds this secret."""
    with river.store.read() as tx:
        if not tx.access.session(hashed(secret), river.clock.now()):
            return None
    key = hmac_sha256_hex(secret.encode(), b"form")
    return Caller(name="", scopes=frozenset({Scope.ADMIN}), via="session", key=key)


def anybody(river: River) -> bool:
    """Whether anyone can get in yet: a token with `admin` that was not revoked, or a session."""
    with river.store.read() as tx:
        admins = [t for t in tx.access.tokens() if Scope.ADMIN in t.scopes and not t.revoked]
        return bool(admins) or tx.access.has_session(river.clock.now())


def end(river: River, session: str) -> None:
    """Forget a session, so that its cookie opens nothing any more."""
    with river.store.write() as tx:
        tx.access.end_session(hashed(session))
