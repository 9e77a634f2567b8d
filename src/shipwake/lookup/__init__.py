"""What is in a change and who made it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol, cast

from shipwake.config import Adapter, kinds
from shipwake.domain import Change, Contents, Heard, Person, ShipwakeError

ROOM = "lookup"


class LookupFailedError(ShipwakeError):
    """A lookup could not be asked: `permanent` says whether to correct something or to wait `retry_after`."""

    def __init__(
        self, message: str, *, permanent: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.retry_after = retry_after


class Lookup(Protocol):
    """Somewhere that knows more of a change than its events said.

    One that asks nobody says so by an attribute `remote` that is false. One that can be polled (see `Polled`) says
    how often by an attribute `poll`, a timedelta; without it, or None, it is not.
    """

    def commits(self, change: Change) -> Contents:
        """What is in the change, its commits oldest first; empty where nothing is known. Raises LookupFailedError."""
        ...

    def person(self, identity: Person) -> Person:
        """The same person with what is known beside; as given where nothing is. Raises LookupFailedError."""
        ...


class Polled(Protocol):
    """A lookup that can also be asked for what its webhooks may have lost."""

    def deliveries(self, repository: str, since: datetime) -> Sequence[Heard]:
        """The deliveries that a webhook would have sent of `owner/name` since then, oldest first.

        Each has an id of its own that is the same at every poll, so that hearing it again has no effect. Raises
        LookupFailedError.
        """
        ...


def connect(adapter: Adapter) -> Lookup:
    """The lookup of a configured adapter; raises UnknownKindError that lists the known ones."""
    return cast("Lookup", kinds.load(ROOM, adapter.kind).connect(adapter))


def known() -> list[str]:
    """Every kind that can be configured."""
    return kinds.known(ROOM)
