"""A made-up deploy for the pages' tests: of four indicators one moved, one came back, one is unknown."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from shipwake.domain import (
    Assessment,
    Band,
    Better,
    Change,
    ChangeKind,
    Commit,
    Effect,
    Evidence,
    Exposure,
    Finding,
    Floats,
    Health,
    Link,
    Notice,
    Onset,
    Person,
    Reason,
    Reply,
    ReplyKind,
    Schedule,
    Sli,
    SliKind,
    State,
    Sure,
    Suspect,
    Verdict,
)
from shipwake.store import Post, Queued
from shipwake.web.charts import Marker, Mean, Outside, Plot
from shipwake.web.pages.change import Beside, Material
from shipwake.web.pages.told import Channels

AT = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
NASTY = "<script>alert('x')</script> & \"quoted\""
ALICE = Person(name="Alice", email="alice@example.com")
BOB = Person(name="Bob")


def evidence(
    values: Floats, *, before: int, low: float, high: float, total: Floats | None = None
) -> Evidence:
    """Samples a minute apart around the deploy, held against a flat band."""
    n = len(values)
    return Evidence(
        t0_s=AT.timestamp() - 60.0 * before,
        step_s=60.0,
        before=before,
        values=values,
        total=np.empty(0) if total is None else total,
        low=np.full(n, low),
        high=np.full(n, high),
    )


def moved() -> Assessment:
    """Checkout errors, 0.5 to 4 %, a minute after the deploy."""
    values = np.concatenate([np.full(30, 0.5), [0.6], np.full(19, 4.0)])
    return Assessment(
        change="d-1", sli="checkout errors", look=5, at=AT + 20 * MINUTE, anchor=AT,
        health=Health.UNHEALTHY, reason=Reason.FAR_OUTSIDE, p_worse=1e-4, p_better=1.0, level=0.002,
        effect=Effect(estimate=3.4, low=3.1, high=3.8, relative=6.0, unit="%"),
        expected=Band(low=0.3, high=0.8), before=0.5, after=4.0,
        onset=Onset(at=AT + MINUTE, low=AT + 0.5 * MINUTE, high=AT + 2 * MINUTE),
        excess=410.0, seen=20, wanted=20,
        evidence=evidence(values, before=30, low=0.3, high=0.8, total=np.full(50, 600.0)),
    )  # fmt: skip


def recovered() -> Assessment:
    """Checkout memory, out for eight minutes and back."""
    values = np.concatenate([np.full(30, 30.0), np.full(8, 44.0), np.full(12, 30.0)])
    return Assessment(
        change="d-1", sli="checkout memory", look=5, at=AT + 20 * MINUTE, anchor=AT,
        health=Health.HEALTHY, reason=Reason.RECOVERED, p_worse=1e-3, p_better=1.0, level=0.002,
        effect=Effect(estimate=14.0, low=13.0, high=15.0, relative=0.46, unit="%"),
        expected=Band(low=28.0, high=32.0), before=30.0, after=44.0,
        onset=Onset(at=AT, low=AT, high=AT + MINUTE), recovered_at=AT + 8 * MINUTE, seen=20, wanted=20,
        evidence=evidence(values, before=30, low=28.0, high=32.0),
    )  # fmt: skip


def unknown() -> Assessment:
    """Payment latency, with three minutes that have no value."""
    values = np.full(50, 4.6)
    values[32:35] = np.nan
    return Assessment(
        change="d-1", sli="payment p90", look=5, at=AT + 20 * MINUTE, anchor=AT,
        health=Health.UNKNOWN, reason=Reason.TOO_QUIET, p_worse=1.0, p_better=1.0, level=0.002,
        seen=17, wanted=20, detail="17 payments", evidence=evidence(values, before=30, low=3.6, high=6.1),
    )  # fmt: skip


def normal(name: str = "page p95") -> Assessment:
    """A latency inside its normal."""
    return Assessment(
        change="d-1", sli=name, look=5, at=AT + 20 * MINUTE, anchor=AT,
        health=Health.HEALTHY, reason=Reason.NORMAL, p_worse=0.4, p_better=0.5, level=0.002,
        effect=Effect(estimate=3.0, low=-20.0, high=26.0, relative=0.01, unit="ms"),
        expected=Band(low=437.0, high=1392.0), before=833.0, after=836.0, noticeable=410.0,
        noticeable_relative=0.5, seen=20, wanted=20,
        evidence=evidence(np.full(50, 833.0), before=30, low=437.0, high=1392.0),
    )  # fmt: skip


SLIS = {
    "checkout errors": Sli(name="checkout errors", service="checkout", environment="production", kind=SliKind.RATIO,
                           unit="%", better=Better.LOWER, step=MINUTE),
    "checkout memory": Sli(name="checkout memory", service="checkout", unit="%", better=Better.LOWER, step=MINUTE),
    "payment p90": Sli(name="payment p90", service="checkout", unit="ms", better=Better.LOWER, step=MINUTE),
    "page p95": Sli(name="page p95", service="checkout", unit="ms", better=Better.LOWER, step=MINUTE),
}  # fmt: skip


def deploy(
    id: str = "d-1", *, title: str = "#412 Quote in parallel", after: timedelta = timedelta(0)
) -> Change:
    """Alice's deploy of checkout."""
    at = AT + after
    return Change(
        id=id, kind=ChangeKind.DEPLOY, state=State.LIVE, service="checkout", environment="production",
        title=title, revision="9c1e07b4d5e6f7", at=at, started_at=at - 4 * MINUTE,
        exposure=(Exposure(at=at, share=1.0),), authors=(ALICE,),
        commits=(Commit(sha="9c1e07b4d5", title="Ask for both at once", author=ALICE, at=at - 60 * MINUTE,
                        url="https://example.com/c/9c1e"),),
        links=(Link(kind="pull request", title="Quote in parallel", number="412", url="https://example.com/412"),
               Link(kind="issue", title="Slow", number="88", url="javascript:alert(1)")),
    )  # fmt: skip


def verdict(
    seq: int = 1, health: Health = Health.UNHEALTHY, minutes: int = 20, **more: object
) -> Verdict:
    """A verdict on the deploy."""
    facts: dict[str, Any] = {
        "sentence": "checkout errors rose 0.5 → 4 % since 10:01 (1 min after the deploy), ≈ 410 failed so far",
        "doubt": "Sure: 20 samples, by chance 1 time in 10,000, and no other change fits. Next look 10:30.",
        "power": "We would have noticed page p95 slower by 410 ms.",
        "findings": tuple(
            Finding(sli=a.sli, health=a.health, reason=a.reason, look=a.look, words=a.sli, detail=a.detail)
            for a in (moved(), recovered(), unknown(), normal())
        ),
        "suspects": (
            Suspect(change="d-1", name="#412, Alice", share=0.94, why="Moved 1 min after it went live.", at=AT),
            Suspect(change="x-1", name="Pool move, Bob", share=0.02, why="Moved 10 min after it.", at=AT),
            Suspect(change="", name="something else", share=0.04, why="Moves with no change near."),
        ),
        "next_look": AT + 30 * MINUTE,
    }  # fmt: skip
    return Verdict(
        change="d-1", seq=seq, at=AT + minutes * MINUTE, health=health, reason=Reason.FAR_OUTSIDE,
        sure=Sure.SURE, **{**facts, **more},
    )  # fmt: skip


def queued(revision: int = 2, *, sent: datetime | None = None, **more: object) -> Queued:
    """A notice to Alice by the log; `sent` is when this very revision was put there."""
    words = {1: Health.AILING, 2: Health.UNHEALTHY}
    notice = Notice(change="d-1", recipient="alice@example.com", channel="log", revision=revision,
                    health=words[revision], lines=("x",), at=AT)  # fmt: skip
    facts: dict[str, Any] = {"notice": notice, "attempts": 0, "ref": None}
    if sent is not None:
        facts |= {"post": Post.SENT, "sent_revision": revision, "sent_at": sent}
    return Queued(**{**facts, **more})


def material(**more: object) -> Material:
    """The deploy's page, twenty minutes in."""
    pool = Change(
        id="x-1", kind=ChangeKind.INFRASTRUCTURE, state=State.LIVE, service="checkout", environment="production",
        title="Pool move", at=AT - 9 * MINUTE, exposure=(Exposure(at=AT - 9 * MINUTE, share=1.0),), authors=(BOB,),
    )  # fmt: skip
    facts: dict[str, Any] = {
        "change": deploy(),
        "mapped": True,
        "verdicts": [verdict(1, Health.AILING, 3), verdict(2)],
        "assessments": [normal(), unknown(), moved(), recovered()],
        "slis": SLIS,
        "events": [],
        "near": [Beside(change=pool, health=Health.HEALTHY)],
        "replies": [
            Reply(id="1", change="d-1", at=AT + 5 * MINUTE, author="Bob", kind=ReplyKind.EXPECTED, text=NASTY)
        ],
        "queued": [queued(1, sent=AT + 4 * MINUTE)],
        "channels": Channels(names=["log"]),
        "newer": "",
        "older": "x-1",
        "schedule": Schedule(),
        "now": AT + 25 * MINUTE,
        "you": "",
    }  # fmt: skip
    return Material(**{**facts, **more})


def plot(**more: object) -> Plot:
    """A chart of fifty minutes, thirty of them before the change."""
    values = np.concatenate([np.full(30, 1.0), np.full(20, 5.0)])
    facts: dict[str, Any] = {
        "key": "k",
        "title": "Errors, %",
        "unit": "%",
        "name": "unhealthy: errors rose",
        "t0_s": AT.timestamp() - 1800.0,
        "step_s": 60.0,
        "before": 30,
        "values": values,
        "total": np.empty(0),
        "low": np.full(50, 0.5),
        "high": np.full(50, 1.5),
        "health": Health.UNHEALTHY,
        "outside": Outside.ABOVE,
        "markers": (Marker(at_s=AT.timestamp(), label="#412, 10:00", judged=True),),
        "means": (Mean(start_s=AT.timestamp() - 1800, end_s=AT.timestamp(), value=1.0),),
    }
    return Plot(**{**facts, **more})
