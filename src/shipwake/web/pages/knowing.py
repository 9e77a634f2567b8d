"""How we know: what moved and when, what else fits, what could have been seen, what is missing."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from shipwake.domain import Assessment, Finding, Health, Reason, Verdict
from shipwake.verdict import numbers
from shipwake.web.charts import clock, counted
from shipwake.web.pages.change_view import Fact
from shipwake.web.pages.evidence import has_moved

FIRST_FEW = 3
VAGUE = timedelta(minutes=15)
"""An onset less sure than this is not worth a sentence."""


def knowing(verdict: Verdict, ordered: Sequence[Assessment]) -> tuple[Fact, ...]:
    """The facts a verdict rests on, the strongest first."""
    return tuple(_facts(verdict, ordered))


def _facts(verdict: Verdict, ordered: Sequence[Assessment]) -> Iterator[Fact]:
    moved = [a for a in ordered if has_moved(a)]
    said = {f.sli: f for f in verdict.findings}
    for a in moved[:FIRST_FEW]:
        yield Fact(term=_term(a), text=_moved(a, said))
    if moved:
        yield Fact(
            term="by chance",
            text=_chance(moved[0]),
            url="/backtest",
            link="How often it is wrong here",
        )
        yield from _other_causes(verdict)
    else:
        yield from _nothing_moved(ordered)
    if verdict.power:
        yield Fact(
            term="could have seen" if verdict.health is not Health.UNKNOWN else "would notice",
            text=verdict.power,
        )
    unknown = [a for a in ordered if a.health is Health.UNKNOWN]
    if unknown:
        names = ", ".join(a.sli for a in unknown[:FIRST_FEW])
        more = f" and {len(unknown) - FIRST_FEW} more" if len(unknown) > FIRST_FEW else ""
        yield Fact(
            term="not known",
            text=f"{names}{more}: see Not judged.",
            url="#normal",
            link="Which and why",
        )


def _term(a: Assessment) -> str:
    if a.reason is Reason.RECOVERED:
        return "came back"
    return "better" if a.health is Health.IMPROVED else "moved"


def _moved(a: Assessment, said: Mapping[str, Finding]) -> str:
    finding = said.get(a.sli)
    name = finding.words if finding and finding.words else a.sli
    detail = f": {finding.detail}" if finding and finding.detail else ""
    return f"{name[:1].upper()}{name[1:]}{detail}.{_onset(a)}{_back(a)}"


def _onset(a: Assessment) -> str:
    if a.onset is None or a.onset.high - a.onset.low > VAGUE:
        return ""
    seconds = a.onset.high - a.onset.low < timedelta(minutes=1)
    low, high = clock(a.onset.low, seconds=seconds), clock(a.onset.high, seconds=seconds)
    return f" It began between {low} and {high}." if low != high else ""


def _back(a: Assessment) -> str:
    if a.reason is not Reason.RECOVERED or a.recovered_at is None:
        return ""
    return f" Back inside its normal at {clock(a.recovered_at)}."


def _chance(a: Assessment) -> str:
    p = a.p_better if a.health is Health.IMPROVED else a.p_worse
    past = (
        f"At moments of its past where nothing changed, a move this clear came {numbers.one_in(p)}"
    )
    return f"{past}; all looks together are counted."


def _other_causes(verdict: Verdict) -> Iterator[Fact]:
    if not verdict.suspects:
        return
    own = verdict.suspects[0]
    others = [s for s in verdict.suspects[1:] if s.change]
    rest = (
        f"{len(others)} other change{'s' * (len(others) != 1)} could fit"
        if others
        else "No other change is near"
    )
    best = f", {others[0].name} most ({round(100 * others[0].share)} %)" if others else ""
    yield Fact(
        term="other causes",
        text=f"{rest}{best}. This change has {round(100 * own.share)} % of the blame.",
        url="#suspects",
        link="Who fits",
    )


def _nothing_moved(ordered: Sequence[Assessment]) -> Iterator[Fact]:
    inside = [a for a in ordered if a.health is Health.HEALTHY]
    if inside:
        most = max(a.seen for a in inside)
        count, whose = len(inside), "their" if len(inside) > 1 else "its"
        yield Fact(
            term="nothing moved",
            text=f"{counted(count, 'indicator')} inside {whose} normal over {most:,} samples.",
        )
