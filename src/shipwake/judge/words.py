"""From evidence to the word: which health, and for what reason; numbers in, no opinion beyond them."""

from dataclasses import dataclass

from shipwake.domain import Band, Better, Effect, Health, Reason, Sli, SliKind

FAR = 3.0
"""Half-widths of the normal beyond which the near end of the interval is far outside."""
QUIET_SHARE = 0.04
"""A rise of one in a hundred to one in twenty is grave."""
SETTLED = 20
"""Samples after which the move that could be noticed is what `notice: auto` stands for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the word follows from. `sign` is the harmful direction, `noticeable` and `notice` are sizes in the unit.

    `stayed` says that the level is where it was before the change, however far it is from the forecast.
    """

    p_worse: float
    p_better: float
    level: float
    effect: Effect
    expected: Band
    sign: int
    samples: int
    noticeable: float | None
    notice: float | None
    recovered: bool
    stayed: bool
    lost: bool
    factor: float


def notice_size(sli: Sli, expected: float) -> float | None:
    """The move that matters, in the unit; None for auto."""
    if sli.notice.absolute is not None:
        return abs(sli.notice.absolute)
    if sli.notice.relative is not None:
        return abs(sli.notice.relative * expected)
    return None


def near_end(effect: Effect, sign: int) -> float:
    """How far the interval's near end lies in the direction `sign` (0 when it holds no move)."""
    return max(effect.low if sign > 0 else -effect.high, 0.0)


def degree(effect: Effect, expected: Band, sign: int) -> float:
    """The near end of the interval in half-widths of the normal."""
    half = expected.half_width
    end = near_end(effect, sign)
    return min(end / half, 1e6) if half > 0 else (1e6 if end > 0 else 0.0)


def word(sli: Sli, e: Evidence) -> tuple[Health, Reason]:
    """The health of one indicator, and why."""
    if e.p_worse <= e.level and _matters(e, e.sign) and not e.stayed:
        if e.recovered:
            return Health.HEALTHY, Reason.RECOVERED
        if e.effect.estimate * e.sign > 0:
            return _worse(e)
    if sli.better is not Better.EITHER and _better(e):
        return Health.IMPROVED, Reason.MOVED
    if _quiet(sli, e):
        return Health.UNKNOWN, Reason.TOO_QUIET
    if e.notice is not None and (e.noticeable is None or e.noticeable > e.notice):
        return Health.UNKNOWN, Reason.SO_FAR
    settled = e.notice is not None or e.samples >= SETTLED
    return Health.HEALTHY, Reason.NORMAL if settled else Reason.SO_FAR


def _worse(e: Evidence) -> tuple[Health, Reason]:
    if e.lost:
        return Health.UNHEALTHY, Reason.OBJECTIVE_LOST
    far = FAR * (e.expected.half_width if e.notice is None else e.notice)
    if near_end(e.effect, e.sign) > far > 0:
        return Health.UNHEALTHY, Reason.FAR_OUTSIDE
    return Health.AILING, Reason.MOVED


def _better(e: Evidence) -> bool:
    """That evidence, and an interval that holds no standstill: praise is for what lasts."""
    moved = near_end(e.effect, -e.sign) > 0 and not e.stayed
    return e.p_better <= e.level and moved and _matters(e, -e.sign)


def _matters(e: Evidence, sign: int) -> bool:
    return e.notice is None or e.effect.estimate * sign >= e.notice


def _quiet(sli: Sli, e: Evidence) -> bool:
    """Too few requests: not even a grave rise of the share could be seen."""
    if sli.kind is not SliKind.RATIO or e.noticeable is None:
        return False
    middle = (e.expected.low + e.expected.high) / 2 / e.factor
    rare = min(max(middle, 0.0), max(1 - middle, 0.0))
    return e.noticeable / e.factor > max(QUIET_SHARE, rare / 2)


def objective_lost(
    sli: Sli, e_before: float | None, effect: Effect, expected: Band, factor: float
) -> bool:
    """Whether the objective held before and the whole interval lies on its wrong side now."""
    limit = _limit(sli, factor)
    if limit is None or e_before is None or sli.better is Better.EITHER:
        return False
    middle = (expected.low + expected.high) / 2
    if sli.better is Better.LOWER:
        return e_before <= limit < middle + effect.low
    return e_before >= limit > middle + effect.high


def _limit(sli: Sli, factor: float) -> float | None:
    """The objective as a bound of the shown indicator; 0.999 on a share of bad events allows 0.001 of them."""
    if sli.objective is None:
        return None
    if sli.kind is not SliKind.RATIO:
        return sli.objective
    share = sli.objective / 100 if sli.objective > 1 else sli.objective
    return factor * (1 - share if sli.better is Better.LOWER and share >= 0.5 else share)
