"""Who fits a move: shares of blame over the changes that overlap it, "something else" included.

A share is what Bayes' rule makes of four things: how often such a change moves such an indicator,
how well the onset fits its exposure steps, whether the move went away with its rollback, and how
often indicators move with no change near. docs/explain/suspects.md has the formula. Refuses to
name a cause without a share.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from shipwake.domain import Assessment, Change, ChangeKind, Health, Sli, Suspect
from shipwake.verdict.moves import finite, step
from shipwake.verdict.numbers import duration, percent
from shipwake.verdict.plain import capital, clean

SOMETHING_ELSE = "something else"
MOVES_ALONE = 1 / 4320
"""Moves a unit of time with no change near: one in three days at one-minute samples."""
WATCH = 60
"""Units over which a p-value counts its chances."""
PRIOR = {
    ChangeKind.DEPLOY: 0.10,
    ChangeKind.FLAG: 0.10,
    ChangeKind.CONFIG: 0.10,
    ChangeKind.DATABASE: 0.12,
    ChangeKind.INFRASTRUCTURE: 0.12,
    ChangeKind.EXTERNAL: 0.08,
    ChangeKind.MANUAL: 0.08,
    ChangeKind.DEPENDENCY: 0.08,
}
"""How often a change of this kind moves an indicator of its own service."""
FAR_REACHING = (ChangeKind.DATABASE, ChangeKind.INFRASTRUCTURE, ChangeKind.EXTERNAL)
SHOWN = 5
"""Other changes named at most; what is left of them counts as something else."""
CLEARLY = 3
"""A cause fits clearly better from this many times the share on, and half of all."""
LATE_OFF = 10
"""Units after a rollback from which a move that stays speaks against its change."""


@dataclass(frozen=True, slots=True)
class Other:
    """A change that overlaps or lies near, and its own word where it has one."""

    change: Change
    health: Health | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """What there is to explain: when it began (in an interval), whether it went, how surely it is."""

    low: datetime
    at: datetime
    high: datetime
    seen_until: datetime
    known: bool
    """Whether the onset is known; else it lies anywhere in the watch."""
    gone_at: datetime | None
    chance: float
    step: timedelta
    sli: Sli

    @classmethod
    def of(cls, a: Assessment, sli: Sli) -> "Move":
        """The move that an assessment found; without an onset it began somewhere in the watch."""
        low, at, high = (a.anchor, a.anchor, max(a.anchor, a.at))
        if a.onset is not None:
            low, at, high = sorted((a.onset.low, a.onset.at, a.onset.high))
        p = min(finite(a.p_worse) or 0.0, finite(a.p_better) or 0.0)
        known = a.onset is not None
        return cls(
            low, at, high, a.at, known, a.recovered_at, min(max(p, 0.0), 0.05), step(a, sli), sli
        )

    def units(self, length: timedelta) -> float:
        """`length` in samples of this indicator."""
        return length / self.step


def blame(change: Change, a: Assessment, sli: Sli, others: Iterable[Other]) -> tuple[Suspect, ...]:
    """Suspects of one indicator's move: this change first, then others by share, the rest last.

    Shares are whole hundredths and add to 1. The order of `others` does not matter.
    """
    move = Move.of(a, sli)
    near = _near(change, others)
    everyone = [o.change for o in near] + [change]
    weights = [_weight(Other(change), move, change, everyone)]
    weights += [_weight(o, move, change, everyone) for o in near]
    rest = MOVES_ALONE + move.chance / WATCH
    total = sum(weights) + rest
    ranked = sorted(zip(weights[1:], near, strict=True), key=lambda x: (-x[0], x[1].change.id))
    named = [(w, o) for w, o in ranked[:SHOWN] if w / total >= 0.01]
    mine = weights[0] / total
    hundredths = _hundredths([mine, *(w / total for w, _ in named)])
    found = [_suspect(change, hundredths[0], move, change, everyone)]
    found += [
        _suspect(o.change, h, move, change, everyone)
        for h, (_, o) in zip(hundredths[1:-1], named, strict=True)
    ]
    found.append(_the_rest(hundredths[-1], alone=not named))
    return tuple(found)


def better_fit(suspects: Sequence[Suspect]) -> Suspect | None:
    """The other change that fits clearly better than this one (the first), if one does."""
    rival = max(suspects[1:-1], key=lambda s: s.share, default=None)
    clear = rival is not None and rival.share >= max(0.5, CLEARLY * suspects[0].share)
    return rival if clear else None


def came_before(change: Change, a: Assessment, sli: Sli) -> bool:
    """Whether the move had surely begun before anything of this change went live."""
    if a.onset is None or change.at is None:
        return False
    begun = min(change.at, change.started_at or change.at)
    return max(a.onset.high, a.onset.at) + step(a, sli) < begun


def starts(change: Change) -> list[tuple[datetime, float]]:
    """When more of production came to see the change, each with the share that then saw it."""
    rising: list[tuple[datetime, float]] = []
    share = 0.0
    for e in change.exposure:
        if e.share > share:
            rising.append((e.at, e.share))
        share = e.share
    return rising or ([(change.at, 1.0)] if change.at else [])


def ends(change: Change, everyone: Iterable[Change]) -> list[datetime]:
    """When it was taken back: its rollback, its flag turned down, its own end."""
    found = [c.at for c in everyone if c.rolls_back == change.id and c.at]
    found += [b.at for a, b in pairwise(change.exposure) if b.share < a.share]
    # A deploy's end is its rollout's end, or its replacement; neither takes it back.
    if change.ended_at and change.kind not in (ChangeKind.DEPLOY, ChangeKind.DEPENDENCY):
        found.append(change.ended_at)
    return sorted(found)


def _near(change: Change, others: Iterable[Other]) -> list[Other]:
    once = {o.change.id: o for o in sorted(others, key=lambda o: (o.change.id, o.health or ""))}
    once.pop(change.id, None)
    return [once[i] for i in sorted(once) if once[i].change.live]


def _weight(o: Other, move: Move, judged: Change, everyone: Sequence[Change]) -> float:
    c = o.change
    own = 1.0
    if o.health is not None and not _same_service(c, move.sli, judged):
        own = 2.0 if o.health.hurts else 0.7 if o.health is Health.HEALTHY else 1.0
    return (
        PRIOR[c.kind]
        * _reach(c, move.sli, judged)
        * _onset_fit(c, move)
        * _went_with_it(c, move, everyone)
        * own
    )


def _same_service(c: Change, sli: Sli, judged: Change) -> bool:
    service, environment = sli.service or judged.service, sli.environment or judged.environment
    named = {sli.name, service} - {""}
    same_place = not c.environment or not environment or c.environment == environment
    return same_place and (c.id == judged.id or c.service in named or bool(named & set(c.affects)))


def _reach(c: Change, sli: Sli, judged: Change) -> float:
    """How far a change of this kind and place reaches the indicator, against its own service."""
    if _same_service(c, sli, judged):
        return 1.0
    environment = sli.environment or judged.environment
    if c.environment and environment and c.environment != environment:
        return 0.003
    if not c.service and not c.heard_service:
        return 0.4
    return 0.3 if c.kind in FAR_REACHING else 0.15


def _onset_fit(c: Change, move: Move) -> float:
    """Density, a unit of time, of a move's onset in its interval after the best of the steps."""
    low, high = move.units(move.low - move.at), move.units(move.high - move.at)
    if high - low < 1:
        low, high = min(low, -0.5), max(high, 0.5)
    best = 0.0
    for start, _ in starts(c):
        delay = move.units(move.at - start)
        best = max(best, (_begun(delay + high) - _begun(delay + low)) / (high - low))
    return best + _during_rollout(c, move, low, high)


def _begun(units: float) -> float:
    """Chance that a move of this change has begun `units` after its exposure step."""
    if units < 0:
        return 0.05 * math.exp(2 * max(units, -300))
    at_once, slowly = 1 - math.exp(-units / 2), 1 - 1 / (1 + units / 20)
    return 0.05 + 0.57 * at_once + 0.38 * slowly


def _during_rollout(c: Change, move: Move, low: float, high: float) -> float:
    """A rollout that was reported when it was done may have shown itself before that."""
    if c.started_at is None or c.at is None or not c.started_at < c.at:
        return 0.0
    window = move.units(c.at - c.started_at)
    first, last = move.units(c.started_at - move.at), move.units(c.at - move.at)
    overlap = min(high, last) - max(low, first)
    return 0.3 / max(window, 1) * max(overlap, 0) / (high - low) if window <= 60 else 0.0


def _went_with_it(c: Change, move: Move, everyone: Sequence[Change]) -> float:
    after = [e for e in ends(c, everyone) if e >= move.at]
    if not after:
        return 1.0
    if move.gone_at is not None:
        return 20.0 if any(-2 <= move.units(move.gone_at - e) <= 5 for e in after) else 0.5
    return 0.2 if move.units(move.seen_until - after[0]) > LATE_OFF else 1.0


def _hundredths(shares: Sequence[float]) -> list[int]:
    """`shares` and what is left of 1, in whole hundredths that add to 100; the last at least 1."""
    parts = [100 * s for s in shares]
    whole = [math.floor(p) for p in parts]
    left = 100 - math.floor(sum(parts) + 0.5)
    spare = 100 - max(left, 1) - sum(whole)
    by_rest = sorted(range(len(parts)), key=lambda i: (whole[i] - parts[i], i))
    for i in by_rest[: max(spare, 0)]:
        whole[i] += 1
    if spare < 0:
        whole[max(range(len(whole)), key=whole.__getitem__)] += spare
    return [*whole, 100 - sum(whole)]


def _suspect(
    c: Change, hundredths: int, move: Move, judged: Change, everyone: Sequence[Change]
) -> Suspect:
    shown = clean(c.name, 48) or "a change without a name"
    when = _when(c, move, judged) if starts(c) else "Not live yet."
    why = " ".join(filter(None, (when, _gone(c, move, everyone))))
    return Suspect(change=c.id, name=shown, share=hundredths / 100, why=why, at=c.at)


def _the_rest(hundredths: int, *, alone: bool) -> Suspect:
    why = (
        "Moves with no change near, and chance."
        if alone
        else "What fits none of these, and chance."
    )
    return Suspect(change="", name=SOMETHING_ELSE, share=hundredths / 100, why=why)


def _when(c: Change, move: Move, judged: Change) -> str:
    """Why the onset fits or not: of the change itself, and of others with where they are."""
    steps = starts(c)
    nearest, share = max((x for x in steps if x[0] <= move.high), default=steps[0])
    first = nearest == steps[0][0]
    own = c.id == judged.id
    if not move.known:
        when = "when it moved is not known"
    elif own:
        event = "it went live" if first else f"its step to {percent(share)}"
        when = f"moved {_distance(move, nearest, 'after', 'before')} {event}"
        when = when.replace("as its step", "with its step")
    else:
        event = "live" if first else f"stepped to {percent(share)}"
        when = f"{event} {_distance(move, nearest, 'before', 'after')} the move began"
    return capital(f"{'' if own else _place(c, move.sli, judged)}{when}.")


def _distance(move: Move, start: datetime, later: str, earlier: str) -> str:
    delay = move.at - start
    if abs(delay) < move.step:
        return "as"
    return f"{duration(delay)} {later if delay > timedelta(0) else earlier}"


def _place(c: Change, sli: Sli, judged: Change) -> str:
    if _same_service(c, sli, judged):
        return "same service; "
    environment = sli.environment or judged.environment
    if c.environment and environment and c.environment != environment:
        return "another environment; "
    return "another service; " if c.service or c.heard_service else "whole environment; "


def _gone(c: Change, move: Move, everyone: Sequence[Change]) -> str:
    fit = _went_with_it(c, move, everyone)
    if fit == 1:
        return ""
    if fit > 1:
        return "Back to normal when it was taken back."
    if move.gone_at is not None:
        return "Back to normal at another time than this was taken back."
    return "It stayed when this was taken back."
