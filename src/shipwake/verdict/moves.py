"""One indicator's move in words, for any name a person gave it; refuses arrows for good or bad."""

import math
import re
from dataclasses import dataclass
from datetime import timedelta

from shipwake.domain import Assessment, Better, Health, Sli, SliKind
from shipwake.verdict.numbers import TIMES, by, from_to, percent, quantity, span, whole
from shipwake.verdict.plain import clean

SEPARATOR = r"[\s_.\-/:]+"
LATENCY = re.compile(
    rf"^(?P<subject>.+?){SEPARATOR}(?P<metric>(?:(?:latency|latencies|duration|response[ _-]times?"
    rf"|p\d{{2,3}}(?:\.\d+)?|median|mean|avg|average)(?:{SEPARATOR}|$))+)(?:(?:ms|s|seconds)$)?$",
    re.IGNORECASE,
)
"""Splits "checkout p95" into who got slower and the figure that says so."""
OF_A_MACHINE = re.compile(r"\b(cpu|processor|gc)\b", re.IGNORECASE)
"""Time that a machine spends, not a person: more of it is higher, not slower."""
SPEAKS_OF_TIME = re.compile(r"latenc|duration|response", re.IGNORECASE)
FAILURES = re.compile(
    r"error|fail|fault|5xx|\b50\d\b|exception|crash|timeout|reject|unavailab|availab|success",
    re.IGNORECASE,
)
"""Names whose events succeed or fail; what others count is more or fewer."""
DEFAULT_STEP = timedelta(minutes=1)
HARDLY_POINTS = 50.0
"""Who would notice only this much of a share, or more, notices nothing worth a word."""


@dataclass(frozen=True, slots=True)
class Range:
    """Where an indicator went from and to, in its unit.

    `usual` says that `start` is its normal for this hour, since the level just before would tell
    the move the wrong way round.
    """

    start: float
    end: float
    usual: bool


def name(sli: Sli) -> str:
    """The indicator's name, fit for a sentence."""
    return clean(sli.name) or "an indicator without a name"


def unit(a: Assessment, sli: Sli) -> str:
    """The unit numbers are shown in."""
    return sli.unit or (a.effect.unit if a.effect else "")


def step(a: Assessment, sli: Sli) -> timedelta:
    """The time one judged sample spans."""
    if a.evidence is not None and 1e-3 <= a.evidence.step_s < 1e7:
        return timedelta(seconds=a.evidence.step_s)
    return sli.step or DEFAULT_STEP


def rising(a: Assessment, sli: Sli) -> bool:
    """Whether the indicator is above where it should be."""
    if a.effect is not None and math.isfinite(a.effect.estimate) and a.effect.estimate:
        return a.effect.estimate > 0
    start, end = finite(a.before), finite(a.after)
    if start is not None and end is not None and start != end:
        return end > start
    return (a.health is Health.IMPROVED) == (sli.better is Better.HIGHER)


def range_of(a: Assessment) -> Range | None:
    """From and to; None where no two finite numbers are known."""
    usual = _middle(a)
    shift = finite(a.effect.estimate) if a.effect else None
    start, end = finite(a.before), finite(a.after)
    if end is None:
        floor = usual if usual is not None else start
        end = floor + shift if floor is not None and shift is not None else None
    if start is None and end is not None:
        start = usual if usual is not None else (end - shift if shift is not None else None)
    if start is None or end is None:
        return None
    outside = a.health.hurts or a.health is Health.IMPROVED
    if (
        outside
        and usual is not None
        and shift
        and (end - start) * shift <= 0 < (end - usual) * shift
    ):
        return Range(usual, end, usual=True)
    return Range(start, end, usual=False)


def nominal(a: Assessment, sli: Sli) -> str:
    """As a row says it: "checkout errors 0.8 → 4.1 %"."""
    r = range_of(a)
    return f"{name(sli)} {from_to(r.start, r.end, unit(a, sli))}" if r else name(sli)


def clause(a: Assessment, sli: Sli) -> str:
    """As a sentence says it: "checkout errors rose 0.8 → 4.1 %", "search got faster: p95 …"."""
    r = range_of(a)
    up = rising(a, sli)
    numbers = from_to(r.start, r.end, unit(a, sli)) if r else ""
    if r and r.usual:
        return f"{name(sli)} is {'above' if up else 'below'} its normal for this hour: {numbers}"
    split = _slower(a, sli)
    if split:
        subject, metric = split
        verb = "slower" if up else "faster"
        return f"{subject} got {verb}: {metric} {numbers}" if r else f"{subject} got {verb}"
    return " ".join(filter(None, (name(sli), "rose" if up else "fell", numbers)))


def noticing(a: Assessment, sli: Sli) -> str:
    """What would have shown by now: "checkout p95 slower by 200 ms (25 %)"; "" where not known."""
    size, share = _noticed(a, sli)
    if not size and not share:
        return ""
    towards = _worse_way(a, sli)
    if not size:
        return f"{name(sli)} {towards} by {percent(abs(share or 0))}"
    beside = f" ({percent(abs(share))})" if share and unit(a, sli) != "%" else ""
    return f"{name(sli)} {towards} by {by(size, unit(a, sli))}{beside}"


def noticeable(a: Assessment, sli: Sli) -> str:
    """The size alone: "+0.5 points", "±40 ms"; "" where not known."""
    size, share = _noticed(a, sli)
    sign = {Better.LOWER: "+", Better.HIGHER: "−", Better.EITHER: "±"}[sli.better]
    if size:
        return sign + by(size, unit(a, sli))
    return sign + percent(abs(share)) if share else ""


def _noticed(a: Assessment, sli: Sli) -> tuple[float | None, float | None]:
    """The size, in the unit and as a share of the level; neither where a ratio could hardly move that far."""
    size = finite(a.noticeable)
    if size and sli.kind is SliKind.RATIO and unit(a, sli) == "%" and size >= HARDLY_POINTS:
        return None, None
    return size, finite(a.noticeable_relative)


def expected(a: Assessment, sli: Sli) -> str:
    """Where its mean was expected: "0.6 to 1.1 %"; "" where no normal is known."""
    if a.expected is None:
        return ""
    low, high = finite(a.expected.low), finite(a.expected.high)
    return "" if low is None or high is None else span(low, high, unit(a, sli))


def excess(a: Assessment, sli: Sli) -> str:
    """The total that the move amounts to: "≈ 310 failed"; "" where the unit allows none."""
    total = finite(a.excess)
    if total is None or abs(total) < 1:
        return ""
    size = f"≈ {whole(abs(total))}"
    if sli.kind is SliKind.RATIO and FAILURES.search(sli.name):
        return f"{size} {'failed' if total > 0 else 'fewer failed'}"
    # Of a ratio of good events the total counts those that are missing.
    more = total < 0 if sli.kind is SliKind.RATIO and sli.good else total > 0
    return f"{size} {'more' if more else 'fewer'} than usual"


def objective(sli: Sli) -> str:
    """The objective as a bound of what is shown: 0.999 allows errors of "0.1 %"; "" without one."""
    if sli.objective is None or not math.isfinite(sli.objective):
        return ""
    if sli.kind is not SliKind.RATIO:
        return quantity(sli.objective, sli.unit)
    share = sli.objective / 100 if sli.objective > 1 else sli.objective
    bad = sli.better is Better.LOWER and share >= 0.5
    return quantity(100 * (1 - share if bad else share), "%")


def finite(value: float | None) -> float | None:
    """`value`, or None where it is no number."""
    return value if value is not None and math.isfinite(value) else None


def _middle(a: Assessment) -> float | None:
    return finite((a.expected.low + a.expected.high) / 2) if a.expected else None


def _slower(a: Assessment, sli: Sli) -> tuple[str, str] | None:
    """Subject and figure of an indicator that is a latency, so that it is slower or faster."""
    if sli.better is Better.HIGHER or sli.kind is SliKind.COUNT:
        return None
    found = LATENCY.match(sli.name[:200].strip())
    if not found:
        return None
    metric = re.sub(r"[\s_]+", " ", found["metric"]).strip(" .-/:_")
    subject = clean(found["subject"].strip(" _-./:"))
    timed = unit(a, sli).lower() in TIMES or (not sli.unit and SPEAKS_OF_TIME.search(metric))
    return (subject, metric) if timed and subject else None


def _worse_way(a: Assessment, sli: Sli) -> str:
    if sli.better is Better.EITHER:
        return "moving"
    if sli.better is Better.HIGHER:
        return "lower"
    timed = unit(a, sli).lower() in TIMES and not OF_A_MACHINE.search(sli.name)
    return "slower" if timed else "higher"
