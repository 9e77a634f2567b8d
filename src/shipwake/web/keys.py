"""Tokens, sessions and one-time links; only their hashes are kept, so that a stolen database opens nothing."""

import hashlib
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlencode

from shipwake.config import Role
from shipwake.domain import BadInputError
from shipwake.flow import River
from shipwake.store import BusyError, Deed, Token, Tx
from shipwake.web.access import WRITES, Caller, Scope
from shipwake.web.roles import scopes_of, standing_of
from shipwake.wire.chance import token
from shipwake.wire.sign import hmac_sha256_hex

SESSION_LASTS = timedelta(days=30)
"""Of a browser that came by a link; a provider's says `lasts`."""
IDLE = timedelta(days=7)
"""A session that was not used for this long is over."""
LINK_LASTS = timedelta(hours=1)
SEEN_EVERY = timedelta(minutes=10)
"""How exactly it is known when a key was last shown: each time costs a write."""


def hashed(secret: str) -> str:
    """What is kept of a secret. It is 256 bits of chance, so that a plain fast hash cannot be searched."""
    return hashlib.sha256(secret.encode()).hexdigest()


def new_token(
    river: River,
    name: str,
    scopes: Collection[str],
    *,
    lasts: timedelta | None = None,
    services: Collection[str] = (),
    by: str = "",
) -> str:
    """A new token of that name; shown once, kept as its hash. Raises BadInputError for an unknown scope or service.

    It ends after `lasts`, and writes of these `services` alone; without them of all.
    """
    unknown = sorted(set(scopes) - set(Scope))
    if unknown or not scopes:
        read = ", ".join(unknown) or "none"
        raise BadInputError(f"read {read}; allowed: {', '.join(Scope)}", where="scope")
    ours = [s.name for s in river.config.services]
    if strange := sorted(set(services) - set(ours)):
        known = ", ".join(ours) or "none is configured"
        raise BadInputError(f"read {', '.join(strange)}; services: {known}", where="service")
    secret, now = token(), river.clock.now()
    until = now + lasts if lasts else None
    with river.store.write() as tx:
        id = tx.access.add_token(
            name, tuple(sorted(scopes)), hashed(secret), now, until=until, services=services
        )
        about = f"{id} {name}: {' '.join(sorted(scopes))} {' '.join(sorted(services))}".strip()
        tx.audit.add(Deed(who=by, what="token made", about=about, via="shipwake token"))
    return secret


def revoke(river: River, id: int, *, by: str = "") -> bool:
    """Let a token open nothing from now on; False where there is none such, or it was revoked."""
    with river.store.write() as tx:
        done = tx.access.revoke(id)
        if done:
            tx.audit.add(Deed(who=by, what="token revoked", about=str(id), via="shipwake token"))
    return done


def new_link(river: River, *, by: str = "") -> str:
    """A whole address that signs one browser in, once, within an hour."""
    secret = token()
    with river.store.write() as tx:
        tx.access.add_link(hashed(secret), river.clock.now() + LINK_LASTS)
        tx.audit.add(Deed(who=by, what="sign-in link made", via="shipwake token"))
    return f"{river.config.url.rstrip('/')}/sign-in?{urlencode({'link': secret})}"


def redeem(
    river: River, link: str, done: Deed, *, before: str = "", browser: str = ""
) -> str | None:
    """A new session's secret for a link that was not used yet; None for any other.

    `before` is the secret of the session that this browser had: it ends, so that none outlives a sign-in.
    """
    secret = token()
    with river.store.write() as tx:
        if not tx.access.use_link(hashed(link), river.clock.now()):
            return None
        if before:
            tx.access.end_session(hashed(before))
        tx.access.add_session(hashed(secret), river.clock.now() + SESSION_LASTS, browser=browser)
        tx.audit.add(done)
    return secret


def admit(
    river: River,
    person: str,
    groups: Collection[str],
    done: Deed,
    *,
    lasts: timedelta,
    before: str = "",
    browser: str = "",
) -> str:
    """A new session's secret for somebody whom the provider vouches for; `before` as in `redeem`."""
    secret = token()
    with river.store.write() as tx:
        if before:
            tx.access.end_session(hashed(before))
        until = river.clock.now() + lasts
        tx.access.add_session(hashed(secret), until, person=person, groups=groups, browser=browser)
        tx.audit.add(done)
    return secret


def by_token(river: River, secret: str) -> Caller | None:
    """Whose token this is."""
    now = river.clock.now()
    with river.store.read() as tx:
        found = tx.access.token(hashed(secret), now)
    if found is None:
        return None
    _seen(river, found.used_at, now, lambda tx: tx.access.used(found.id, now))
    scopes, within = _bound(found)
    return Caller(name=found.name, scopes=scopes, within=within, via="token")


def _bound(found: Token) -> tuple[frozenset[str], dict[str, frozenset[str]]]:
    """The scopes for everything, and those by service."""
    scopes = frozenset(found.scopes)
    if not found.services:
        return scopes, {}
    everywhere = (scopes - WRITES) | ({Scope.READ} if Scope.ADMIN in scopes else set())
    return everywhere, dict.fromkeys(found.services, scopes & WRITES)


def by_session(river: River, secret: str) -> Caller | None:
    """The signed-in browser that holds this secret, as long as it is used, and its person has a role."""
    now = river.clock.now()
    with river.store.read() as tx:
        found = tx.access.session(hashed(secret), now)
    if found is None or (found.seen_at and now - found.seen_at > IDLE):
        return None
    scopes, within = frozenset[str]({Scope.ADMIN}), dict[str, frozenset[str]]()
    if found.person:
        stands = standing_of(river.config, found.person, found.groups)
        if stands.highest is Role.NONE:
            return None
        scopes, within = scopes_of(stands)
    _seen(river, found.seen_at, now, lambda tx: tx.access.seen(hashed(secret), now))
    return Caller(
        name=found.person,
        scopes=scopes,
        within=within,
        via="session",
        person=bool(found.person),
        key=hmac_sha256_hex(secret.encode(), b"form"),
    )


def _seen(river: River, last: datetime | None, now: datetime, write: Callable[[Tx], None]) -> None:
    if last is not None and now - last < SEEN_EVERY:
        return
    # Nobody is kept out because a note of when they came found no room; the next request makes it.
    with suppress(BusyError), river.store.write() as tx:
        write(tx)


def anybody(river: River) -> bool:
    """Whether anyone can get in yet: a token with `admin` that holds, a session, or a provider."""
    now = river.clock.now()
    with river.store.read() as tx:
        admins = [
            t
            for t in tx.access.tokens()
            if Scope.ADMIN in t.scopes and not t.services and t.holds(now)
        ]
        return bool(admins or river.config.sign_in) or tx.access.has_session(now)


def end(river: River, session: str, done: Deed) -> None:
    """Forget a session, so that its cookie opens nothing any more."""
    with river.store.write() as tx:
        tx.access.end_session(hashed(session))
        tx.audit.add(done)


def end_all(river: River, person: str, done: Deed, *, id: str = "") -> int:
    """Forget a person's sessions, or the one of that id; returns how many."""
    with river.store.write() as tx:
        ended = tx.access.end_sessions(person, id)
        tx.audit.add(done)
    return ended
