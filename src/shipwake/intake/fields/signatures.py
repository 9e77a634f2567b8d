"""Secrets of a hook and the signature they make: HMAC-SHA256 of the raw body behind `sha256=`, in one header."""

from collections.abc import Sequence

from shipwake.config import Adapter, Setting, read
from shipwake.domain import Heard
from shipwake.intake import RefusedError
from shipwake.wire.sign import signed

SECRETS = (
    Setting("secret", read.secret, "What the sender signs with."),
    Setting(
        "secrets",
        read.list_of(read.secret),
        "Several, any of which may sign, while one replaces another.",
    ),
)


def secrets_of(adapter: Adapter) -> tuple[str, ...]:
    """The values of the adapter's secrets."""
    return tuple(secret.reveal() for secret in adapter.secrets)


def require_signature(heard: Heard, secrets: Sequence[str], header: str) -> None:
    """Raise RefusedError unless `header` carries the body's signature by any of `secrets`."""
    told = heard.headers.get(header.lower(), "")
    if not secrets:
        raise RefusedError(
            "this hook has no secret; configure one, or show a token with the scope changes:write"
        )
    if not told:
        raise RefusedError(f"there is no {header}; set the hook's secret at the sender too")
    if not signed(heard.body, secrets, told):
        raise RefusedError(
            f"{header} is not this body's; set the same secret at the sender and here"
        )
