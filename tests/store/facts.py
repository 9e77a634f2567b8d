"""Changes, events, verdicts and notices for the store's tests: Alice deploys, Bob watches."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np

from shipwake.domain import (
    Assessment,
    Band,
    Change,
    ChangeKind,
    Commit,
    Effect,
    Event,
    Evidence,
    Exposure,
    Facts,
    Finding,
    Health,
    Heard,
    Link,
    Notice,
    Onset,
    Person,
    Reason,
    Reply,
    ReplyKind,
    Says,
    State,
    Sure,
    Suspect,
    Verdict,
)
from tests.store.conftest import START

ALICE = Person(name="Alice Ångström", email="Alice@example.com", login="alice")
BOB = Person(name="Bob", login="bob")
MINUTE = timedelta(minutes=1)
SHA = "0123456789abcdef0123456789abcdef01234567"


def event(key: str = "1", **facts: Any) -> Event:  # noqa: ANN401 - a test may set any fact
    """One statement of a sender."""
    return Event(
        source="story",
        key=key,
        says=Says.LIVE,
        at=START,
        received=START + timedelta(microseconds=7),
        text="checkout went live",
        facts=Facts(**facts),
    )


def change(
    id: str = "c1",
    at: datetime | None = START,
    *,
    service: str = "checkout",
    environment: str = "production",
    kind: ChangeKind = ChangeKind.DEPLOY,
    title: str = "Faster basket",
    revision: str = SHA,
    repository: str = "acme/checkout",
    author: Person = ALICE,
) -> Change:
    """One change, with all that a change can hold."""
    return Change(
        id=id,
        kind=kind,
        state=State.LIVE if at else State.PLANNED,
        service=service,
        environment=environment,
        heard_service="Checkout",
        heard_environment="prod-eu",
        repository=repository,
        title=title,
        revision=revision,
        at=at,
        exposure=(Exposure(at=at, share=1.0),) if at else (),
        authors=(author,),
        commits=(Commit(sha=SHA, title="Cache the basket", author=author, at=START),),
        links=(Link(kind="pull request", title="Faster basket", number="412"),),
        tags=("eu",),
    )


def verdict(
    change: str = "c1",
    seq: int = 1,
    health: Health = Health.HEALTHY,
    sentence: str = "Looks healthy.",
) -> Verdict:
    """One verdict."""
    return Verdict(
        change=change,
        seq=seq,
        at=START + seq * MINUTE,
        health=health,
        reason=Reason.NORMAL,
        sure=Sure.LIKELY,
        sentence=sentence,
        findings=(
            Finding(
                sli="errors", health=health, reason=Reason.NORMAL, look=seq, words="0.8 → 0.9 %"
            ),
        ),
        suspects=(Suspect(change="", name="something else", share=0.25, why="no cause fits"),),
        next_look=START + (seq + 1) * MINUTE,
    )


def assessment(
    change: str = "c1",
    sli: str = "errors",
    look: int = 1,
    health: Health = Health.HEALTHY,
    *,
    low: float = -0.5,
    evidence: bool = True,
) -> Assessment:
    """One look at one SLI."""
    return Assessment(
        change=change,
        sli=sli,
        look=look,
        at=START + look * MINUTE,
        anchor=START,
        health=health,
        reason=Reason.NORMAL,
        p_worse=0.1 + 0.2,
        p_better=1.0,
        level=1e-300,
        effect=Effect(estimate=0.1, low=low, high=0.7, relative=None, unit="%"),
        expected=Band(low=0.6, high=1.1),
        onset=Onset(at=START, low=START - MINUTE, high=START + MINUTE),
        seen=3,
        wanted=3,
        evidence=proof(look) if evidence else None,
    )


def proof(seed: int = 1, count: int = 40) -> Evidence:
    """Evidence with gaps, as a judge leaves it."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1.0, 0.1, count)
    values[5] = np.nan
    return Evidence(
        t0_s=START.timestamp(),
        step_s=60.0,
        before=30,
        values=values,
        total=np.empty(0),
        low=values - 0.3,
        high=np.full(count, np.nan),
    )


def notice(revision: int = 1, recipient: str = "alice", **more: Any) -> Notice:  # noqa: ANN401 - a test may set any field
    """Words for one recipient."""
    return Notice(
        change="c1",
        recipient=recipient,
        channel="box",
        revision=revision,
        health=Health.HEALTHY,
        lines=(f"revision {revision}", "second line"),
        at=START,
        **more,
    )


def reply(id: str = "r1", change: str = "c1", minutes: int = 1) -> Reply:
    """What Bob says."""
    at = START + minutes * MINUTE
    return Reply(id=id, change=change, at=at, author="bob", kind=ReplyKind.COMMENT, text="Nice.")


def heard(body: bytes = b"{}", source: str = "acme") -> Heard:
    """One delivery."""
    return Heard(kind="github", source=source, headers={"x-id": "7"}, body=body, received=START)
