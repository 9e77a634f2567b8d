"""The talk's import that burns CPU on every request; refuses to remember an answer."""

import hashlib

ROUNDS = 5_500


def friendly(path: str) -> str:
    """Name a request by four letters, dearly."""
    digest = path.encode()
    for _ in range(ROUNDS):
        digest = hashlib.sha256(digest).digest()
    return digest.hex()[:4]
