"""A source over a network, measured: how often it was asked, how long that took, how it failed; changes no answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import Samples, Sli
from shipwake.flow.meters import Meters
from shipwake.sources import Source, SourceError, lag, width


@dataclass(frozen=True, slots=True)
class Measured:
    """The source of this name in the configuration, with its own width and delay."""

    source: Source
    name: str
    meters: Meters

    @property
    def parallel(self) -> int:
        """How many questions it may be asked at once."""
        return width(self.source)

    @property
    def delay(self) -> timedelta:
        """How long its newest samples are incomplete."""
        return lag(self.source)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """What the source answers; raises what it raises."""
        outcome = "passing"
        try:
            with self.meters.timing(self.meters.source_seconds, self.name):
                found = self.source.samples(sli, start, end)
            outcome = "ok"
        except SourceError as error:
            outcome = "permanent" if error.permanent else "passing"
            raise
        finally:
            self.meters.asked.labels(self.name, outcome).inc()
        return found
