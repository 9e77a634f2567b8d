"""What is in a change and who made it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Protocol, cast

from shipwake.config import Adapter, kinds
from shipwake.domain import Change, Commit, Person, ShipwakeError

ROOM = "lookup"


class LookupFailedError(ShipwakeError):
    """A lookup could not be asked: `permanent` says whether to correct something or to wait `retry_after`."""

    def __init__(
        self, message: str, *, permanent: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.retry_after = retry_after


class Lookup(Protocol):
    """Somewhere that knows more of a change than its events said."""

    def commits(self, change: Change) -> Sequence[Commit]:
        """The commits of the change, oldest first; empty where nothing is known. Raises LookupFailedError."""
        ...

    def person(self, identity: Person) -> Person:
        """The same person with what is known beside; as given where nothing is. Raises LookupFailedError."""
        ...


def connect(adapter: Adapter) -> Lookup:
    """The lookup of a configured adapter; raises UnknownKindError that lists the known ones."""
    return cast("Lookup", kinds.load(ROOM, adapter.kind).connect(adapter))


def known() -> list[str]:
    """Every kind that can be configured."""
    return kinds.known(ROOM)
