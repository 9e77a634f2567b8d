"""What begins after the first hour: a later look at coarser samples, and how its word joins the early one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from shipwake.domain import (
    Assessment,
    Band,
    Effect,
    Evidence,
    Health,
    Look,
    Reason,
    Samples,
    Sli,
    SliKind,
)
from shipwake.judge.assess import assess
from shipwake.judge.joint import Level
from shipwake.judge.moments import HORIZON
from shipwake.judge.normal import Normal
from shipwake.judge.recovery import REACH

COARSEST_S = 7200.0
"""With fewer than twelve samples a day nothing of the day's rhythm can be told."""
NOT_HEARD = (Reason.WENT_DARK, Reason.SOURCE_ERROR, Reason.UNREADABLE)
"""Whatever the hours before said: of what is not heard now nobody can say that it is well."""

SILENT = (Reason.TOO_QUIET, Reason.SHORT_HISTORY, Reason.NO_SAMPLES, Reason.FLAT)
"""Where the early looks cannot raise an alarm, or next to none, whatever happens."""


@dataclass(frozen=True, slots=True)
class Coarser:
    """The resolution of a later look: `unit_s` seconds, which are `times` units of the early ones."""

    unit_s: float
    times: int

    def sli(self, sli: Sli) -> Sli:
        """The same indicator at this resolution: of counts, more are counted in a sample."""
        if sli.kind is not SliKind.COUNT:
            return sli
        size = sli.notice.absolute
        notice = sli.notice if size is None else replace(sli.notice, absolute=size * self.times)
        objective = None if sli.objective is None else sli.objective * self.times
        return replace(sli, notice=notice, objective=objective)


@dataclass(frozen=True, slots=True)
class Held:
    """What later looks are held against, of which `planned` share the level; `early` is what the early looks say."""

    level: Level
    planned: int
    early: Assessment

    @property
    def share(self) -> float:
        """The level of each; what early looks that had to be silent could not spend is theirs too."""
        silent = self.early.health is Health.UNKNOWN and self.early.reason in SILENT
        whole = self.level.later + (self.level.early if silent else 0.0)
        return whole / max(self.planned, 1)


def coarser(unit_s: float, elapsed_s: float) -> Coarser | None:
    """The resolution at which `elapsed_s` seconds are at most 60 samples; None where the early one is that already.

    No coarser than two hours, so that the later part of a watch of more than five days is not evidence.
    """
    times = int(np.ceil(elapsed_s / (HORIZON * unit_s) - 1e-9))
    times = min(times, int(COARSEST_S // unit_s))
    return Coarser(times * unit_s, times) if times > 1 else None


def assess_later(
    normal: Normal, unit: Coarser, after: Samples, look: Look, held: Held
) -> Assessment:
    """What a later look finds, by a `normal` that was learned at `unit`.

    Its p-values are priced: multiplied by what an early one is worth more, so that all of a change are held
    against the same level, that of early looks. Of counts, numbers are for an early unit.
    """
    share = held.share
    level = Level(early=share, later=share)
    found = assess(normal, after, look, level, ended=held.early.recovered_at)
    price = held.level.early / share
    found = replace(
        found,
        p_worse=min(1.0, found.p_worse * price),
        p_better=min(1.0, found.p_better * price),
        level=held.level.early,
    )
    return _for_a_unit(found, unit.times) if normal.sli.kind is SliKind.COUNT else found


def fold_later(early: Assessment, later: Sequence[Assessment]) -> Assessment:
    """One word for what an early assessment and those of later looks say of the same samples; `later` the finest first.

    An early harm is told as it is, and its recovery; else what a later look found. What the early looks
    cannot tell a later one may. Of two that are healthy the one stays that would have noticed less.
    """
    told = early
    for found in later:
        told = _joined(told, found)
    return replace(
        told,
        p_worse=min(a.p_worse for a in (early, *later)),
        p_better=min(a.p_better for a in (early, *later)),
    )


def _joined(early: Assessment, later: Assessment) -> Assessment:
    if early.health.hurts:
        return later if _outlived(early, later) else early
    if later.health.hurts:
        return later
    if Health.UNKNOWN in (early.health, later.health):
        return _where_unknown(early, later)
    if early.health is not later.health or Reason.RECOVERED in (early.reason, later.reason):
        return _record(early, later)
    return _sharper(early, later)


def _outlived(early: Assessment, later: Assessment) -> bool:
    """Whether a coarser look saw a harm end that lasted too long for the finer ones' forecast."""
    if early.wanted <= REACH or early.onset is None or later.recovered_at is None:
        return False
    return later.reason is Reason.RECOVERED and later.recovered_at > early.onset.at


def _where_unknown(early: Assessment, later: Assessment) -> Assessment:
    """The later answer where the early looks could not tell; else theirs, with what kept a later look from telling."""
    if early.health is not Health.UNKNOWN or early.reason in NOT_HEARD:
        return early
    if later.health is not Health.UNKNOWN:
        return later
    if early.reason is later.reason:
        early = _sharper(early, later)
    if not later.detail or later.detail == early.detail:
        return early
    return replace(early, detail="; later: ".join(filter(None, (early.detail, later.detail))))


def _record(early: Assessment, later: Assessment) -> Assessment:
    """What was harm and is over is told before praise, and praise before a standstill."""
    for found in (early, later):
        if found.reason is Reason.RECOVERED:
            return found
    return early if early.health is Health.IMPROVED else later


def _sharper(early: Assessment, later: Assessment) -> Assessment:
    if later.noticeable is None:
        return early
    if early.noticeable is not None and early.noticeable <= later.noticeable:
        return early
    return replace(
        early,
        noticeable=later.noticeable,
        noticeable_relative=later.noticeable_relative,
        noticeable_usually=later.noticeable_usually,
    )


def _for_a_unit(found: Assessment, times: int) -> Assessment:
    """Counts of `times` units as what one unit has of them on average; totals stay totals."""
    return replace(
        found,
        effect=found.effect and _effect(found.effect, times),
        expected=found.expected
        and Band(low=found.expected.low / times, high=found.expected.high / times),
        before=_part(found.before, times),
        after=_part(found.after, times),
        noticeable=_part(found.noticeable, times),
        evidence=found.evidence and _evidence(found.evidence, times),
    )


def _part(number: float | None, times: int) -> float | None:
    return None if number is None else number / times


def _effect(effect: Effect, times: int) -> Effect:
    return replace(
        effect,
        estimate=effect.estimate / times,
        low=effect.low / times,
        high=effect.high / times,
    )


def _evidence(shown: Evidence, times: int) -> Evidence:
    return replace(
        shown, values=shown.values / times, low=shown.low / times, high=shown.high / times
    )
