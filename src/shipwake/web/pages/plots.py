"""From an assessment and the changes around it to the chart of one indicator; it draws nothing itself."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from shipwake.domain import Assessment, Better, Change, Evidence, Health, Reason, Sli
from shipwake.web.charts import Marker, Mean, Outside, Plot, signed
from shipwake.web.pages.pooling import pooled

KIB = 1024.0
SHORT = 20
"""Letters up to which another change's own name stands on a chart."""
BYTES = {"b", "byte", "bytes"}
SECONDS = {"s", "sec", "second", "seconds"}
OUTSIDE_WORDS = {
    Health.UNHEALTHY: "outside the normal",
    Health.AILING: "outside the normal",
    Health.IMPROVED: "better than normal",
    Health.HEALTHY: "outside, and back",
}


@dataclass(frozen=True, slots=True)
class Scale:
    """What a chart multiplies its numbers by, and the unit they are then in."""

    factor: float
    unit: str


def scale_for(unit: str, largest: float) -> Scale:
    """The unit in which numbers of this size read best: bytes as MiB, small seconds as ms."""
    if unit.lower() in BYTES and largest >= KIB:
        power = min(int(np.log2(largest) // 10), 5)
        return Scale(KIB**-power, ("B", "KiB", "MiB", "GiB", "TiB", "PiB")[power])
    if unit.lower() in SECONDS and 0 < largest < 1:
        return Scale(1000.0, "ms")
    return Scale(1.0, unit)


def key_of(name: str) -> str:
    """A short id for an element of the page about this indicator."""
    return hashlib.blake2s(name.encode(), digest_size=4).hexdigest()


def title_of(name: str, unit: str) -> str:
    """`Checkout errors, %`: the unit stands in the title of every chart."""
    first = name[:1].upper() + name[1:]
    return f"{first}, {unit}" if unit else first


def outside_of(a: Assessment, sli: Sli) -> Outside:
    """The side of the normal on which the move lies; nowhere where nothing moved."""
    moved = a.health.hurts or a.health is Health.IMPROVED or a.reason is Reason.RECOVERED
    if not moved:
        return Outside.NOWHERE
    if a.effect is not None and a.effect.estimate:
        return Outside.ABOVE if a.effect.estimate > 0 else Outside.BELOW
    worse_up = sli.better is Better.LOWER
    return (
        Outside.EITHER
        if sli.better is Better.EITHER
        else Outside.ABOVE
        if worse_up
        else Outside.BELOW
    )


def plot_of(
    a: Assessment, sli: Sli, change: Change, others: Iterable[Change], *, name: str
) -> Plot | None:
    """The chart of one assessment; None where it keeps no samples. `name` is read where it is not seen."""
    drawn = pooled(a, sli)
    if drawn is None or a.evidence is None or not len(a.evidence.values):
        return None
    e = drawn.evidence
    unit = sli.unit or (a.effect.unit if a.effect else "")
    scale = scale_for(unit, _largest(e))
    recovered = a.reason is Reason.RECOVERED
    return Plot(
        key=key_of(a.sli),
        title=title_of(a.sli, scale.unit),
        unit=scale.unit,
        name=name,
        t0_s=e.t0_s,
        step_s=e.step_s,
        before=e.before,
        values=e.values * scale.factor,
        total=e.total,
        low=e.low * scale.factor,
        high=e.high * scale.factor,
        health=Health.AILING if recovered else a.health,
        outside=outside_of(a, sli),
        markers=tuple(_markers(change, others)),
        means=tuple(_means(a, a.evidence, scale.factor)),
        now_s=a.at.timestamp(),
    )


def _largest(e: Evidence) -> float:
    known = np.concatenate((e.values, e.high))
    known = np.abs(known[np.isfinite(known)])
    return float(known.max()) if len(known) else 0.0


def short_name(change: Change) -> str:
    """What a change is called on a chart."""
    return change.name if len(change.name) <= 28 else change.name[:27].rstrip() + "…"  # noqa: PLR2004


def _markers(change: Change, others: Iterable[Change]) -> Iterable[Marker]:
    if change.at is not None:
        yield Marker(at_s=change.at.timestamp(), label=short_name(change), judged=True)
    for step in change.exposure[1:]:
        yield Marker(at_s=step.at.timestamp(), label=f"to {step.share:.0%}".replace("%", " %"))
    for other in others:
        if other.at is not None and other.id != change.id:
            label = (
                other.name if len(other.name) <= SHORT else f"{other.service} {other.kind}".strip()
            )
            yield Marker(at_s=other.at.timestamp(), label=label)


def _means(a: Assessment, e: Evidence, factor: float) -> Iterable[Mean]:
    start = e.t0_s + e.step_s * e.before
    end = e.t0_s + e.step_s * len(e.values)
    if a.before is not None and np.isfinite(a.before):
        yield Mean(start_s=e.t0_s, end_s=start, value=a.before * factor)
    if a.after is not None and np.isfinite(a.after):
        low = high = None
        if a.effect is not None:
            level = a.after - a.effect.estimate
            low, high = (level + a.effect.low) * factor, (level + a.effect.high) * factor
        yield Mean(start_s=start, end_s=end, value=a.after * factor, low=low, high=high)


def likely(a: Assessment, unit: str) -> str:
    """The effect's interval in words: `likely +4.2 to +6.5 points`."""
    if a.effect is None or not (np.isfinite(a.effect.low) and np.isfinite(a.effect.high)):
        return ""
    low, high = signed(a.effect.low, unit), signed(a.effect.high, unit)
    shared = low.rpartition(" ")[0] if low.rpartition(" ")[2] == high.rpartition(" ")[2] else low
    return f"likely {shared or low} to {high}"
