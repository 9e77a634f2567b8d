"""Who comes in: hooks with a secret that are heard of, tokens that are few and young, and somebody at all."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shipwake.app.doctor.finding import Finding, bad, hint, well
from shipwake.config import Config
from shipwake.store import Store
from shipwake.wire.clock import Clock

LATELY = timedelta(days=7)
OLD = timedelta(days=180)
ADMIN = "admin"


def hooks(config: Config, store: Store, clock: Clock) -> Iterator[Finding]:
    """Each hook: is it signed, and has it been heard of."""
    with store.read() as tx:
        heard = {(s.kind, s.source): s for s in tx.heard.senders()}
    for hook in config.hooks:
        place = "/".join(dict.fromkeys((hook.kind, hook.name)))
        about = f"hook {place}"
        address = f"{config.url.rstrip('/')}/hooks/{place}"
        if not hook.secrets:
            yield hint(
                about, "it has no secret, so that each delivery needs a token", "set secret:"
            )
        found = heard.get((hook.kind, hook.name if hook.name != hook.kind else ""))
        if found is None:
            yield hint(
                about, "nothing was ever heard there", f"let its sender deliver to {address}"
            )
        elif found.refused and not (found.understood or found.unused):
            why = found.reasons[0].text if found.reasons else "refused"
            yield bad(
                about, f"all {found.refused} deliveries were refused: {why}", "compare the secrets"
            )
        elif clock.now() - found.last > LATELY:
            says = f"nothing was heard there for {(clock.now() - found.last).days} days"
            yield hint(about, says, "see at its sender whether it still delivers")
        else:
            yield well(
                about, f"heard of at {found.last:%Y-%m-%d %H:%M} UTC, {found.received} times"
            )


def tokens(config: Config, store: Store, clock: Clock) -> Iterator[Finding]:
    """Can anybody get in, and may few do all."""
    if config.auth == "none":
        yield hint(
            "tokens", "auth is none: whoever is on this machine may do all", "set auth: tokens"
        )
        return
    now = clock.now()
    with store.read() as tx:
        live = [t for t in tx.access.tokens() if not t.revoked]
        signed_in = tx.access.has_session(now)
    if not live and not signed_in:
        do = "use the link that shipwake serve prints, or run: shipwake token --sign-in"
        yield hint("tokens", "nobody can get in yet", do)
        return
    yield well("tokens", f"{len(live)} open something")
    for token in live:
        if ADMIN in token.scopes and _age(token.at, now) > OLD:
            says = f"{token.name!r} may do all, and is {_age(token.at, now).days} days old"
            yield hint(
                "tokens", says, f"make a new one, and run: shipwake token --revoke {token.id}"
            )


def _age(at: datetime, now: datetime) -> timedelta:
    return now - at
