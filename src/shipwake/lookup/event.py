"""What the events themselves said: the commits they carried, and people as far as their addresses tell; asks nobody."""

import re
from dataclasses import dataclass, replace

from shipwake.config import Adapter, Setting
from shipwake.domain import Change, Contents, Person

SETTINGS: tuple[Setting, ...] = ()
NO_REPLY = re.compile(
    r"(?:[0-9]+\+)?(?P<login>[^@+\s]+)@users\.noreply\.[a-z0-9.-]+", re.IGNORECASE
)
"""GitHub's private addresses, new (`12345+login@`) and old (`login@`), also of an Enterprise Server."""


@dataclass(frozen=True, slots=True)
class EventLookup:
    """Knows what is already there."""

    def commits(self, change: Change) -> Contents:
        """What came with the change's events."""
        return Contents(commits=change.commits)

    def person(self, identity: Person) -> Person:
        """A private address of a code host becomes the login it stands for: nobody reads mail there."""
        found = NO_REPLY.fullmatch(identity.email.strip())
        if found is None:
            return identity
        login = identity.login or found["login"]
        return replace(identity, email="", login=login, bot=identity.bot or login.endswith("[bot]"))


def connect(_adapter: Adapter) -> EventLookup:
    """The lookup that asks nobody."""
    return EventLookup()
