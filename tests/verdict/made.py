"""A small town to judge: Alice's deploy of checkout at 11:00, its indicators, and what they did."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shipwake.domain import (
    Assessment,
    Band,
    Better,
    Change,
    ChangeKind,
    Effect,
    Exposure,
    Health,
    Onset,
    Person,
    Reason,
    Sli,
    SliKind,
    State,
    Verdict,
)
from shipwake.verdict import Other, fold

LIVE = datetime(2026, 2, 3, 11, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    """So many minutes after Alice's deploy went live."""
    return LIVE + timedelta(minutes=minutes)


NEXT = at(12)


def onset(minutes: float, margin: float = 0.5) -> Onset:
    """An onset so many minutes after the deploy, known to within `margin`."""
    return Onset(at=at(minutes), low=at(minutes - margin), high=at(minutes + margin))


def live(
    id: str, minutes: float, *, kind: ChangeKind = ChangeKind.DEPLOY, **facts: object
) -> Change:
    """A change that went live, whole, so many minutes after Alice's deploy."""
    made = Change(
        id=id,
        kind=kind,
        state=State.LIVE,
        environment="production",
        at=at(minutes),
        exposure=(Exposure(at=at(minutes), share=1.0),),
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # each case names its fields


DEPLOY = live(
    "alice-412",
    0,
    service="checkout",
    title="#412 Quote shipping and tax in parallel",
    revision="9c1e07b5d2",
    authors=(Person(name="Alice"),),
)
ERRORS = Sli(
    name="checkout errors",
    service="checkout",
    environment="production",
    kind=SliKind.RATIO,
    better=Better.LOWER,
    unit="%",
)
P95 = Sli(
    name="checkout p95",
    service="checkout",
    environment="production",
    better=Better.LOWER,
    unit="ms",
)
MEMORY = replace(P95, name="checkout memory", unit="MiB")
SLIS = {s.name: s for s in (ERRORS, P95, MEMORY)}


def seen(sli: Sli, **facts: object) -> Assessment:
    """A look at one SLI after eight minutes: inside its normal, unless `facts` say otherwise."""
    made = Assessment(
        change=DEPLOY.id,
        sli=sli.name,
        look=3,
        at=at(8),
        anchor=LIVE,
        health=Health.HEALTHY,
        reason=Reason.NORMAL,
        p_worse=0.4,
        p_better=0.6,
        level=0.01,
        seen=8,
        wanted=8,
    )
    return replace(made, **facts)  # type: ignore[arg-type]  # each case names its fields


MORE_ERRORS = seen(
    ERRORS,
    health=Health.UNHEALTHY,
    reason=Reason.FAR_OUTSIDE,
    p_worse=0.0003,
    p_better=1.0,
    before=0.83,
    after=4.12,
    effect=Effect(estimate=3.3, low=2.9, high=3.7, relative=4.0, unit="%"),
    expected=Band(low=0.6, high=1.1),
    onset=onset(2),
    degree=8.0,
)
SLOWER = seen(
    P95,
    health=Health.AILING,
    reason=Reason.MOVED,
    p_worse=0.003,
    p_better=1.0,
    before=840.0,
    after=2350.0,
    effect=Effect(estimate=1500.0, low=900.0, high=1900.0, relative=1.8, unit="ms"),
    expected=Band(low=640.0, high=1010.0),
    onset=onset(2),
    degree=2.0,
)
FASTER = seen(
    P95,
    health=Health.IMPROVED,
    reason=Reason.MOVED,
    p_worse=1.0,
    p_better=0.001,
    before=840.0,
    after=610.0,
    effect=Effect(estimate=-230.0, low=-300.0, high=-100.0, relative=-0.3, unit="ms"),
    expected=Band(low=740.0, high=910.0),
    onset=onset(1),
    degree=2.0,
)
BACK = seen(
    ERRORS,
    reason=Reason.RECOVERED,
    p_worse=0.0003,
    onset=onset(2),
    recovered_at=at(31),
    at=at(43),
    excess=412.0,
)
NORMAL = [
    seen(ERRORS, noticeable=0.5),
    seen(P95, before=804.0, after=738.0, noticeable=200.0, noticeable_relative=0.25),
    seen(MEMORY, noticeable=40.0, noticeable_relative=0.13),
]


def unknown(sli: Sli, reason: Reason, **facts: object) -> Assessment:
    """A look at one SLI that could not be judged."""
    said = {"seen": 2, "wanted": 20, **facts}
    return seen(sli, health=Health.UNKNOWN, reason=reason, p_worse=1.0, p_better=1.0, **said)


def judged(
    newest: Sequence[Assessment],
    *,
    change: Change = DEPLOY,
    slis: Mapping[str, Sli] | None = None,
    others: Sequence[Other] = (),
    now: datetime | None = None,
    next_look: datetime | None = NEXT,
) -> Verdict:
    """The verdict on Alice's deploy from these assessments; only their SLIs are watched."""
    watched = {a.sli: SLIS[a.sli] for a in newest} if slis is None else slis
    now = now or max((a.at for a in newest), default=at(8))
    return fold(change, newest, watched, others, seq=1, now=now, next_look=next_look)
