"""One SLI with all that is known of it, on the judge's grid; hands out only what was there before a moment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from shipwake.domain import Samples, Sli, SliKind
from shipwake.judge import Normal, Past, learn, learn_onward, regrid

HISTORY = timedelta(days=28)
"""How much of a past a normal is learned from; the same as in the flow, which a test holds it to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """An earlier change as it stands at the end; of a harm, `seen_at` is when the judge first saw it."""

    past: Past
    seen_at: datetime | None = None

    def at(self, moment: datetime) -> Past:
        """What was known of it at that moment."""
        if not self.past.harmful or self.seen_at is None or self.seen_at > moment:
            return Past(at=self.past.at)
        until = self.past.until
        return replace(self.past, until=moment if until is None else min(until, moment))

    @property
    def turns(self) -> tuple[datetime, ...]:
        """When what is known of its harm changes: where it was seen, and where it ended."""
        if not self.past.harmful or self.seen_at is None:
            return ()
        return (self.seen_at, self.past.until) if self.past.until else (self.seen_at,)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Followed:
    """An SLI, its samples at one a unit, and every change of its service."""

    sli: Sli
    samples: Samples
    unit: timedelta
    known: tuple[Known, ...]

    @classmethod
    def of(
        cls, sli: Sli, samples: Samples, unit: timedelta, known: Sequence[Known], end: datetime
    ) -> Self:
        """On the grid that has a slot at `end`, where placebo moments lie: the judge would lay them there itself."""
        adding = sli.kind is not SliKind.GAUGE
        laid = regrid(samples, max(unit.total_seconds(), samples.step_s), end, add=adding)
        return cls(sli=sli, samples=laid, unit=unit, known=tuple(known))

    def before(self, moment: datetime) -> Samples:
        """What a normal may be learned from at that moment."""
        return self.samples.between(moment - HISTORY, moment).from_first_value()

    def normals(self, moments: Sequence[datetime]) -> list[Normal]:
        """The normal at each of these moments, between which no harm turns; learned once if it can be."""
        first, last = moments[0], moments[-1]
        unit_s = self.unit.total_seconds()
        samples = self.samples.between(first - HISTORY, last).from_first_value()
        found = learn_onward(self.sli, samples, moments, self.past(first), unit_s=unit_s)
        return [
            normal or learn(self.sli, self.before(at), at, self.past(at), unit_s=unit_s)
            for normal, at in zip(found, moments, strict=True)
        ]

    def after(self, moment: datetime, due: datetime) -> Samples:
        """What a look finds that is due at `due`."""
        return self.samples.between(moment, due)

    def past(self, moment: datetime) -> list[Past]:
        """The changes before that moment, as they were known then."""
        since = moment - HISTORY
        return [k.at(moment) for k in self.known if since <= k.past.at < moment]
