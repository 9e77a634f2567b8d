"""What reached us and what became of it: from the store's counts to what is said, in one pure step."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import get_close_matches
from statistics import median

from shipwake.domain import Change
from shipwake.store import HeardPage, HeardRow, Outcome, Stored
from shipwake.store import Sender as Known
from shipwake.web.charts import age, clock
from shipwake.web.pages.heard_view import (
    Count,
    Delivery,
    HeardView,
    Phrase,
    Sender,
    Silence,
    Unmapped,
)
from shipwake.web.pages.listing_view import Empty, Pick
from shipwake.web.pages.shell import link

PATH = "/heard"
UNDER = (
    "Everything that reached a hook is kept as it came, or counted with its reason. "
    "Nothing is dropped in silence."
)
ENOUGH = 10
"""Deliveries from which the rhythm of a sender is known."""
QUIET = timedelta(hours=1)
STATES = {
    Outcome.UNDERSTOOD: ("understood", "healthy", "✓"),
    Outcome.UNREADABLE: ("not readable", "unhealthy", "✕"),
    Outcome.REFUSED: ("refused", "unhealthy", "✕"),
    Outcome.UNUSED: ("unused", "unknown", "○"),
    Outcome.KEPT: ("read next", "unknown", "○"),
}
TO_DO = {
    Outcome.REFUSED: "Give the sender and shipwake.yaml the same secret; nothing of it was kept.",
    Outcome.UNREADABLE: "It is kept as it came; fix the sender and it can send again.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the page is made of; `rhythm` are the times of each sender's last deliveries."""

    senders: Sequence[Known]
    hooks: Sequence[tuple[str, str]]
    unmapped: Sequence[Stored]
    waiting_by: Mapping[tuple[str, str], int]
    page: HeardPage
    bodies: Mapping[int, str]
    rhythm: Mapping[tuple[str, str], Sequence[datetime]]
    services: Sequence[str]
    environments: Sequence[str]
    kind: str
    outcome: str
    cursor: str
    now: datetime
    url: str


def build(m: Material) -> HeardView:
    """The view of the page."""
    rows = sorted([*_deliveries(m), *_refusals(m)], key=lambda d: d.at, reverse=True)
    return HeardView(
        sentence=tuple(_sentence(m)),
        under=UNDER,
        silent=tuple(_silences(m)),
        names=tuple(_names(m)),
        senders=tuple(_senders(m)),
        chips=_chips(m),
        rows=tuple(rows),
        next_url=link(PATH, {"kind": m.kind, "outcome": m.outcome, "cursor": m.page.next})
        if m.page.next
        else "",
        empty=_empty(m) if not rows else None,
    )


def name_of(kind: str, source: str) -> str:
    """`github/acme`, or the kind alone where a hook has no name."""
    return "/".join(filter(None, (kind, source)))


def _sentence(m: Material) -> Iterator[Phrase]:
    received = sum(s.received for s in m.senders)
    if not received:
        yield Phrase(text="Nothing was heard yet.")
        return
    count = len(m.senders)
    yield Phrase(
        text=f"{received:,} deliver{'ies' if received != 1 else 'y'} from {count} sender{'s' * (count != 1)}: "
    )
    yield Phrase(text=f"{sum(s.understood for s in m.senders):,} understood")
    names = len(list(_names(m)))
    if names:
        yield Phrase(text=", ")
        yield Phrase(
            text=f"{names} name{'s' * (names != 1)} wait{'s' * (names == 1)} for a mapping",
            word="ailing",
        )
    for label, total in (
        ("refused", sum(s.refused for s in m.senders)),
        ("not readable", sum(s.unreadable for s in m.senders)),
    ):
        if total:
            yield Phrase(text=", ")
            yield Phrase(text=f"{total:,} {label}", word="unhealthy")
    yield Phrase(text=".")


def _silences(m: Material) -> Iterator[Silence]:
    for (kind, source), times in sorted(m.rhythm.items()):
        if len(times) < ENOUGH:
            continue
        ordered = sorted(times)
        pauses = [b - a for a, b in itertools.pairwise(ordered)]
        usual, quiet = (
            timedelta(seconds=median(p.total_seconds() for p in pauses)),
            m.now - ordered[-1],
        )
        if quiet > max(QUIET, 10 * usual, 2 * max(pauses)):
            yield Silence(
                text=f"{name_of(kind, source)} has been silent for {age(quiet)}.",
                since=f"It usually speaks every {age(usual)}. What it knows since {clock(ordered[-1])} may be missing.",
            )


def _senders(m: Material) -> Iterator[Sender]:
    known = {(s.kind, s.source): s for s in m.senders}
    for key in sorted({*known, *m.hooks}):
        sender = known.get(key)
        yield Sender(
            name=name_of(*key),
            path=f"/hooks/{name_of(*key)}",
            last=sender.last if sender else None,
            age=f"{age(m.now - sender.last)} ago" if sender else "",
            counts=_counts(sender, m.waiting_by.get(key, 0)),
        )


def _counts(s: Known | None, waiting: int) -> tuple[Count, ...]:
    received, understood, refused, unreadable, unused = (
        (s.received, s.understood, s.refused, s.unreadable, s.unused) if s else (0, 0, 0, 0, 0)
    )
    return (
        Count(label="received", count=received),
        Count(label="understood", count=understood),
        Count(label="not mapped", count=waiting, word="ailing"),
        Count(label="refused", count=refused, word="unhealthy"),
        Count(label="unreadable", count=unreadable, word="unhealthy"),
        Count(label="unused", count=unused),
    )


def missing_names(change: Change) -> Iterator[tuple[str, str]]:
    """What of a change's place is not known, with the name that was heard for it."""
    if not change.service and (change.heard_service or change.repository):
        yield "service", change.heard_service or change.repository
    if not change.environment and change.heard_environment:
        yield "environment", change.heard_environment


def _names(m: Material) -> Iterator[Unmapped]:
    waiting: dict[tuple[str, str], list[Stored]] = {}
    for stored in m.unmapped:
        for missing in missing_names(stored.change):
            waiting.setdefault(missing, []).append(stored)
    for (what, heard), changes in sorted(waiting.items()):
        choices = tuple(m.services if what == "service" else m.environments)
        count, oldest = len(changes), min(s.heard_at for s in changes)
        near = get_close_matches(heard.rpartition("/")[2], choices, n=1, cutoff=0.4)
        waits = f"{count} change{'s' * (count != 1)} wait{'s' * (count == 1)}, the oldest for {age(m.now - oldest)}"
        looks = f" It looks like {near[0]}." if near else ""
        yield Unmapped(
            what=what,
            heard=heard,
            text=f"The {what} “{heard}” is new: {waits}.{looks}",
            choices=choices,
            guess=near[0] if near else "",
        )


def _chips(m: Material) -> tuple[Pick, ...]:
    def pick(label: str, kind: str, outcome: str) -> Pick:
        on = (kind, outcome) == (m.kind, m.outcome)
        return Pick(label=label, url=link(PATH, {"kind": kind, "outcome": outcome}), on=on)

    kinds = sorted({s.kind for s in m.senders})
    return (
        pick("All", "", ""),
        pick("Not readable", "", Outcome.UNREADABLE.value),
        *(pick(kind, kind, "") for kind in kinds),
    )


def _deliveries(m: Material) -> Iterator[Delivery]:
    for row in m.page.rows:
        state, word, sign = STATES[row.outcome]
        yield Delivery(
            at=row.received,
            sender=name_of(row.kind, row.source),
            what="",
            state=state,
            word=word,
            sign=sign,
            text=_said(row),
            body=m.bodies.get(row.id, ""),
        )


def _said(row: HeardRow) -> str:
    todo = TO_DO.get(row.outcome, "")
    said = row.text or ("Nothing new." if row.outcome is Outcome.UNDERSTOOD else "")
    if said and todo and said[-1] not in ".!?":
        said += "."
    return " ".join(filter(None, (said, todo)))


def _refusals(m: Material) -> Iterable[Delivery]:
    """What is only counted, a row a reason; on the first page of all."""
    if m.cursor or m.outcome:
        return
    for sender in m.senders:
        if m.kind not in {"", sender.kind}:
            continue
        for why in sender.reasons:
            if why.outcome is Outcome.REFUSED:
                state, word, sign = STATES[why.outcome]
                yield Delivery(
                    at=why.last,
                    sender=name_of(sender.kind, sender.source),
                    what=f"{why.count:,} time{'s' * (why.count != 1)}",
                    state=state,
                    word=word,
                    sign=sign,
                    text=f"{why.text} {TO_DO[why.outcome]}",
                )


def _empty(m: Material) -> Empty:
    if m.kind or m.outcome:
        return Empty(title="Nothing of this kind was heard.", url=PATH, action="Show all")
    if m.hooks:
        address = f"{m.url.rstrip('/')}/hooks/{name_of(*m.hooks[0])}"
        return Empty(
            title="Listening.",
            text="Paste this address into your sender's webhooks:",
            command=address,
            copy="Copy the address",
        )
    return Empty(
        title="No hook is configured.",
        text="Add one under hooks: in shipwake.yaml, or send changes yourself to /api/v1/changes.",
        url="/openapi.json",
        action="See what can be sent",
    )
