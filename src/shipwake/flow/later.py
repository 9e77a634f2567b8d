"""What the later looks that have come add to an early one: each by a normal at its own, coarser resolution."""

from dataclasses import dataclass, replace
from datetime import datetime

from shipwake.domain import Assessment, Change, Look, Samples, Sli, planned
from shipwake.flow.learn import normal_of
from shipwake.flow.river import River
from shipwake.judge import Coarser, Held, Level, Normal, assess, assess_later, coarser, fold_later


@dataclass(frozen=True, slots=True)
class Later:
    """One later look that has come: its `normal` was learned at `unit`, before the first exposure step `anchor`."""

    normal: Normal
    unit: Coarser
    anchor: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """All that one look needs: the normal of early looks, the later ones that have come, and samples since the first.

    `look` is at the newest exposure step; `planned` later looks share the level that is set aside for them.
    """

    look: Look
    normal: Normal
    later: tuple[Later, ...]
    planned: int
    after: Samples

    def held_against(self, level: Level) -> Assessment:
        """The one word of them all."""
        early = assess(self.normal, self.after, self.look, level)
        if not self.later:
            return early
        held = Held(level, self.planned, early)
        return fold_later(early, [self._by(later, held) for later in self.later])

    def _by(self, later: Later, held: Held) -> Assessment:
        look = replace(self.look, anchor=later.anchor)
        return assess_later(later.normal, later.unit, self.after, look, held)


def seen(river: River, change: Change, sli: Sli, look: Look) -> Seen:
    """Learn what is not learned yet, and read the samples that `look` is to judge.

    Raises SourceError where they cannot be read, and DetectorError where a detector cannot be taught.
    """
    plan = [x for x in planned(river.config.watch, sli.step, change.exposure) if x[2]]
    look = replace(look, anchor=_newest_step(change, look))
    later = [
        Later(normal_of(river, change, unit.sli(sli), anchor, unit.unit_s), unit, anchor)
        for due, anchor, _ in plan
        if due <= look.due
        and (unit := coarser(river.unit(sli).total_seconds(), (due - anchor).total_seconds()))
    ]
    first = min([look.anchor, *(x.anchor for x in later)])
    return Seen(
        look=look,
        normal=normal_of(river, change, sli, look.anchor),
        later=tuple(later),
        planned=len(plan),
        after=river.sources[sli.source].samples(sli, first, look.due),
    )


def _newest_step(change: Change, look: Look) -> datetime:
    """Where early looks left off: the newest exposure step before a later look, which is counted from the first."""
    started = [e.at for e in change.exposure if look.anchor <= e.at < look.due]
    return max(started, default=look.anchor) if look.later else look.anchor
