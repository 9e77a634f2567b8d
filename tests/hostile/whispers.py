"""Secrets that can be told from anything else, every spelling in which one could leave, and where it did."""

import base64
import html
import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus

HALF = 16
"""Letters of a half: long enough that chance makes none like it."""


def plain() -> str:
    """A secret that may stand in an address as it is."""
    return secrets.token_hex(HALF // 2) + secrets.token_hex(HALF // 2)


def awkward() -> str:
    """A secret that every encoding spells in a way of its own."""
    return f'{secrets.token_hex(HALF // 2)}/+&"%é{secrets.token_hex(HALF // 2)}'


def spellings(secret: str) -> Iterator[bytes]:
    """The secret as it is, each half of it, and each in the encodings of addresses, pages, JSON and headers."""
    for part in (secret, secret[:HALF], secret[-HALF:]):
        raw = part.encode()
        yield from (raw, raw.hex().encode(), raw.hex().upper().encode())
        for spelled in (quote(part), quote(part, safe=""), quote_plus(part), html.escape(part)):
            yield spelled.encode()
        for spelled in (json.dumps(part), json.dumps(part, ensure_ascii=False), repr(part)):
            yield spelled[1:-1].encode()
        yield from (part.encode("latin-1"), part.encode("utf-16-le"))
        yield from _within_base64(raw)


def _within_base64(raw: bytes) -> Iterator[bytes]:
    """What base64 of any text with this in it holds: three forms, by where it begins, without what depends on more."""
    for before in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            whole = encode(b"\0" * before + raw)
            begins = -(-before * 8 // 6)
            yield whole[begins : (before + len(raw)) * 8 // 6]


def found(hidden: Mapping[str, str], emitted: Mapping[str, bytes]) -> set[tuple[str, str]]:
    """Which secrets stand where, each as its name and the name of what was emitted."""
    sought = [(name, form) for name, value in hidden.items() for form in set(spellings(value))]
    return {
        (name, place) for place, said in emitted.items() for name, form in sought if form in said
    }


def joined(parts: Iterable[bytes]) -> bytes:
    """Many answers as one text."""
    return b"\n".join(parts)
