"""A query and a window to samples; never judges."""

from datetime import datetime, timedelta
from typing import Protocol, cast

from shipwake.config import Adapter, kinds
from shipwake.domain import Samples, ShipwakeError, Sli

ROOM = "sources"


class SourceError(ShipwakeError):
    """A source could not be asked: `permanent` says whether to correct something or to wait `retry_after`.

    That a source knows no such series is no error but a fact in Samples.
    """

    def __init__(
        self, message: str, *, permanent: bool, retry_after: timedelta | None = None
    ) -> None:
        super().__init__(message, permanent=permanent)
        self.retry_after = retry_after


class Source(Protocol):
    """Somewhere samples are kept. Value, zero, gap and error stay four different things.

    One that is asked over a network says so by an attribute `parallel`, how many questions it bears at once: its past
    is then read into the store. `delay`, a timedelta, is how long its newest samples are incomplete.
    """

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The slots labelled from `start` (included) to `end` (not), on a grid of the SLI's step.

        Raises SourceError where the source cannot be asked or answers what cannot be read.
        """
        ...


class Reader(Protocol):
    """What keeps pushed samples."""

    def read(self, sli: str, start: datetime, end: datetime) -> Samples:
        """The slots of a pushed series from `start` to `end`; `missing` where nothing was ever pushed."""
        ...


def connect(adapter: Adapter, *, reader: Reader | None = None) -> Source:
    """The source of a configured adapter; `reader` is where pushed samples are kept.

    Raises UnknownKindError that lists the known ones.
    """
    return cast("Source", kinds.load(ROOM, adapter.kind).connect(adapter, reader))


def width(source: Source) -> int:
    """How many questions a source may be asked at once."""
    return int(getattr(source, "parallel", 4))


def lag(source: Source) -> timedelta:
    """How long a source's newest samples are incomplete."""
    found = getattr(source, "delay", timedelta(0))
    return found if isinstance(found, timedelta) else timedelta(0)


def apart(adapter: Adapter) -> bool:
    """Whether the samples of a few SLIs (`only`, where the adapter has that) are read without those of all others."""
    told = getattr(kinds.load(ROOM, adapter.kind), "apart", None)
    return bool(told and told(adapter))


def known() -> list[str]:
    """Every kind that can be configured."""
    return kinds.known(ROOM)
