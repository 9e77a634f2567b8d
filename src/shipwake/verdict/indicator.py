"""One indicator of a verdict: its assessment, its definition, and whether its move is this change's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shipwake.domain import WORST_FIRST, Assessment, Change, Health, Reason, Sli, Suspect
from shipwake.verdict.moves import finite
from shipwake.verdict.suspects import Other, better_fit, blame, came_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """An assessment beside its SLI and, where it moved, its suspects."""

    a: Assessment
    sli: Sli
    suspects: tuple[Suspect, ...] = ()
    rival: Suspect | None = None
    """Another change that fits clearly better."""
    before: bool = False
    """The move had begun before anything of the change went live."""

    @property
    def mine(self) -> bool:
        """Whether the move may well be this change's."""
        return self.rival is None and not self.before

    @property
    def word(self) -> Health:
        """What the move says of *this* change.

        unhealthy means that the change is the likely cause, and improved that it fits: a move that
        is another's is no more than ailing, or healthy.
        """
        if self.mine:
            return self.a.health
        return Health.AILING if self.a.health.hurts else Health.HEALTHY

    @property
    def moved(self) -> bool:
        """Whether it is outside its normal now."""
        return self.a.health.hurts or self.a.health is Health.IMPROVED

    @property
    def recovered(self) -> bool:
        """Whether it was outside and came back."""
        return self.a.health is Health.HEALTHY and self.a.reason is Reason.RECOVERED

    @property
    def chance(self) -> float:
        """The p-value behind its word."""
        p = self.a.p_better if self.a.health is Health.IMPROVED else self.a.p_worse
        known = finite(p)
        return 1.0 if known is None else min(max(known, 0.0), 1.0)


def indicators(
    change: Change,
    newest: Iterable[Assessment],
    slis: Mapping[str, Sli],
    others: Sequence[Other],
) -> list[Indicator]:
    """The newest assessment of each SLI as an Indicator, worst and most evident first."""
    latest: dict[str, Assessment] = {}
    for a in sorted(newest, key=lambda a: (a.sli, a.look, a.at)):
        latest[a.sli] = a
    found = [
        _indicator(change, a, slis.get(a.sli) or Sli(name=a.sli), others) for a in latest.values()
    ]
    return sorted(found, key=_rank)


def watched(change: Change, slis: Mapping[str, Sli], seen: Iterable[str]) -> list[Sli]:
    """The SLIs that this change is judged on: its service's, or those it affects, or the required.

    `slis` may hold more than these. Those already looked at (`seen`) belong to it in any case.
    """
    known = set(seen)
    return [s for n, s in sorted(slis.items()) if n in known or _concerns(change, s)]


def _concerns(change: Change, sli: Sli) -> bool:
    if change.environment and sli.environment and sli.environment != change.environment:
        return False
    if sli.name in change.affects or (sli.service and sli.service in change.affects):
        return True
    if change.service:
        return sli.service == change.service
    return not change.heard_service and not change.affects and sli.required


def _indicator(change: Change, a: Assessment, sli: Sli, others: Sequence[Other]) -> Indicator:
    moved = a.health.hurts or a.health is Health.IMPROVED
    if not moved and a.reason is not Reason.RECOVERED:
        return Indicator(a=a, sli=sli)
    suspects = blame(change, a, sli, others)
    before = came_before(change, a, sli) and suspects[0].share <= 0.2
    return Indicator(a=a, sli=sli, suspects=suspects, rival=better_fit(suspects), before=before)


def _rank(i: Indicator) -> tuple[object, ...]:
    word = WORST_FIRST.index(i.word)
    degree = finite(i.a.degree) or 0.0
    notable = (not i.moved, not i.recovered)
    return (word, *notable, not i.mine, not i.sli.required, -abs(degree), i.chance, i.sli.name)
