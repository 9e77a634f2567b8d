"""Puts one notice in one channel, idempotently."""

from datetime import timedelta
from typing import Protocol, cast

from shipwake.config import Adapter, kinds
from shipwake.domain import Notice, Ref, ShipwakeError

ROOM = "tell"


class TellError(ShipwakeError):
    """A notice could not be put: `permanent` says whether to correct something or to wait `retry_after`."""

    def __init__(
        self, message: str, *, permanent: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.retry_after = retry_after


class Teller(Protocol):
    """One channel.

    A teller with an attribute `everybody` that is true is one place that all read: it is told of each change once,
    with an empty recipient. One that can be asked whether it would take a notice has a method `ask`,
    which tells nobody and raises TellError where it would not.
    """

    def find(self, key: str) -> Ref | None:
        """Where the notice of this key already is; None where it is not, or where the channel cannot be searched."""
        ...

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Put the notice, in place of what is at `ref` where that is given; raises TellError.

        A channel that can neither be searched nor take a key may get a notice twice: its key is in the payload.
        """
        ...


def connect(adapter: Adapter) -> Teller:
    """The teller of a configured channel; raises UnknownKindError that lists the known ones."""
    return cast("Teller", kinds.load(ROOM, adapter.kind).connect(adapter))


def known() -> list[str]:
    """Every kind that can be configured."""
    return kinds.known(ROOM)
