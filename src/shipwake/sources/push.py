"""Samples that were pushed to us and are kept in our store; asks nobody else."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.config import Adapter, Setting
from shipwake.domain import Samples, Sli
from shipwake.sources import Reader, SourceError

SETTINGS: tuple[Setting, ...] = ()
NEEDS_QUERY = False
"""Whoever pushes names the SLI, so there is nothing to ask."""


@dataclass(frozen=True, slots=True)
class Push:
    """The series that bear an SLI's name."""

    reader: Reader

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """What arrived; raises SourceError where it was pushed in another shape than the SLI now has."""
        found = self.reader.read(sli.name, start, end)
        columns = found.values.shape[1]
        if found.missing or columns == sli.columns:
            return found
        was, should = ("[time, bad or good, total]", "[time, value]")[:: 1 if columns > 1 else -1]
        message = f"{sli.name!r} was pushed as {was} and is a {sli.kind.value} now; push {should}, or rename the SLI"
        raise SourceError(message, permanent=True)


def connect(_adapter: Adapter, reader: Reader | None) -> Push:
    """The source of pushed samples; raises SourceError where nothing keeps them."""
    if reader is None:
        raise SourceError("pushed samples need a store; give `connect` its reader", permanent=True)
    return Push(reader)
