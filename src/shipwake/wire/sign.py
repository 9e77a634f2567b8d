"""Signatures over raw bytes, compared in constant time; knows no secret's home and no sender's rules."""

import hashlib
import hmac
from collections.abc import Iterable

PREFIX = "sha256="


def hmac_sha256_hex(secret: str | bytes, body: bytes) -> str:
    """HMAC-SHA256 of `body` in lower-case hexadecimal (RFC 2104, FIPS 180-4)."""
    key = secret.encode() if isinstance(secret, str) else secret
    return hmac.new(key, body, hashlib.sha256).hexdigest()


def same(a: str, b: str) -> bool:
    """Whether two texts are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(
        a.encode(errors="surrogateescape"), b.encode(errors="surrogateescape")
    )


def signature(body: bytes, secret: str) -> str:
    """The header that signs `body`: `sha256=` and the hexadecimal HMAC."""
    return PREFIX + hmac_sha256_hex(secret, body)


def signed(body: bytes, secrets: Iterable[str], header: str) -> bool:
    """Whether `header` signs `body` with any of these secrets; all are tried, so that time tells nothing."""
    found = False
    for secret in secrets:
        found |= bool(secret) and same(signature(body, secret), header.strip())
    return found
