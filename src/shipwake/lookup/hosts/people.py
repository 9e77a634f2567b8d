"""People behind the addresses that code hosts give to those who hide theirs; asks nobody."""

import re
from dataclasses import replace

from shipwake.domain import Person

NO_REPLY = re.compile(
    r"(?:[0-9]+\+)?(?P<login>[^@+\s]+)@users\.noreply\.[a-z0-9.-]+", re.IGNORECASE
)
"""GitHub's private addresses, new (`12345+login@`) and old (`login@`), also of an Enterprise Server."""


def unmasked(identity: Person) -> Person:
    """A private address of a code host becomes the login it stands for: nobody reads mail there."""
    found = NO_REPLY.fullmatch(identity.email.strip())
    if found is None:
        return identity
    login = identity.login or found["login"]
    return replace(identity, email="", login=login, bot=identity.bot or login.endswith("[bot]"))
