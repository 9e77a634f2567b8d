"""Secrets in what others say: every spelling in which one may come back is known, so that none is shown."""

import html
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

HIDDEN = "***"
"""What stands in the place of a secret."""
SHORTEST = 4
"""Letters: what is shorter is no secret, and hiding it would only spoil the words."""
LONG = 12
"""Letters from which on a step of a path is no word but a key."""


def spellings(secrets: Iterable[str]) -> tuple[str, ...]:
    """Each secret as it is, and as JSON, a page, an address, Python or base64 spells it; the longest first."""
    known = {s for s in secrets if len(s) >= SHORTEST}
    found = {form for secret in known for form in _forms(secret)}
    return tuple(sorted(found, key=len, reverse=True))


def hide(text: str, spelled: Iterable[str]) -> str:
    """The text without any of these, which `spellings` gives, the longest first; an empty one hides nothing."""
    for secret in filter(None, spelled):
        text = text.replace(secret, HIDDEN)
    return text


def _forms(secret: str) -> Iterator[str]:
    yield from (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))
    yield from (html.escape(secret), repr(secret)[1:-1])
    for ascii_only in (True, False):
        once = json.dumps(secret, ensure_ascii=ascii_only)[1:-1]
        # JSON that is quoted in JSON, as a proxy quotes an answer.
        yield from (once, json.dumps(once, ensure_ascii=ascii_only)[1:-1], html.escape(once))
    yield b64encode(secret.encode(errors="replace")).decode()


def parts_of(address: str) -> tuple[str, ...]:
    """What may be a secret in an address: its name and password, long steps of its path, the values of its query."""
    try:
        parts = urlsplit(address)
        named = (parts.username or "", parts.password or "")
        values = [value for _, value in parse_qsl(parts.query)]
    except ValueError:
        return (address,)
    steps = [unquote(step) for step in parts.path.split("/") if len(step) >= LONG]
    return tuple(filter(None, (*named, *values, *steps)))
