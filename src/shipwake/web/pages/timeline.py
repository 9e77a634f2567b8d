"""What happened to a change, in order, its impact among the rest."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from shipwake.domain import (
    Assessment,
    Change,
    Event,
    Reason,
    Reply,
    ReplyKind,
    Says,
    Verdict,
)
from shipwake.web.charts import ROLLBACK, day
from shipwake.web.pages.change_view import Day, Happened, Talk
from shipwake.web.pages.evidence import has_moved

SAYS = {Says.STARTED: "on its way", Says.FAILED: "failed", Says.ENDED: "ended"}
PLACES = {"page": "", "slack": "in Slack", "sleuth": "in Sleuth", "api": "by the API"}
"""Where somebody said it, in words; the page itself goes without saying."""
TAGS = {
    ReplyKind.SEEN: "seen",
    ReplyKind.EXPECTED: "expected",
    ReplyKind.NOT_MINE: "not mine",
    ReplyKind.RIGHT: "right",
    ReplyKind.WRONG: "wrong verdict",
}


def days(
    change: Change,
    events: Sequence[Event],
    verdicts: Sequence[Verdict],
    assessments: Sequence[Assessment],
    others: Sequence[Change],
) -> tuple[Day, ...]:
    """The timeline, a group a day; each change of the word once, not each look."""
    found = [
        *_commits(change),
        *_exposure(change),
        *_heard(change, events),
        *_impact(assessments),
        *_words(verdicts),
        *_taken_back(change, others),
    ]
    ordered = sorted(found, key=lambda h: h.at)
    return tuple(
        Day(label=label, events=tuple(lines))
        for label, lines in groupby(ordered, key=lambda h: day(h.at))
    )


def _commits(change: Change) -> Iterator[Happened]:
    dated = [(c.at, c) for c in change.commits if c.at is not None]
    if not dated:
        return
    at, first = min(dated, key=lambda pair: pair[0])
    who = f", {first.author.shown}" if first.author else ""
    yield Happened(at=at, text=f"{'first commit' if len(change.commits) > 1 else 'commit'}{who}")


def _exposure(change: Change) -> Iterator[Happened]:
    if change.started_at is not None and change.started_at != change.at:
        yield Happened(at=change.started_at, text="started")
    where = change.environment or change.heard_environment or "live"
    for i, step in enumerate(change.exposure):
        share = (
            f"{step.share:.0%}".replace("%", " %")
            if step.share < 1 or len(change.exposure) > 1
            else ""
        )
        text = ", ".join(
            filter(
                None,
                (share, f"revision {change.revision[:10]}" if change.revision and not i else ""),
            )
        )
        yield Happened(
            at=step.at,
            strong=where,
            text=text,
            kind=ROLLBACK if change.rolls_back else change.kind.value,
        )
    if change.ended_at is not None:
        yield Happened(at=change.ended_at, text="ended")


def _heard(change: Change, events: Iterable[Event]) -> Iterator[Happened]:
    told = {change.started_at, change.ended_at}
    for event in events:
        if event.says in SAYS and event.at not in told:
            yield Happened(at=event.at, text=event.text or SAYS[event.says])
        elif event.says is Says.CONTEXT and event.text:
            yield Happened(at=event.at, text=event.text)


def _impact(assessments: Iterable[Assessment]) -> Iterator[Happened]:
    for a in assessments:
        if not has_moved(a):
            continue
        if a.onset is not None:
            up = a.effect is None or a.effect.estimate > 0
            yield Happened(at=a.onset.at, text=f"{a.sli} {'rose' if up else 'fell'}")
        if a.recovered_at is not None and a.reason is Reason.RECOVERED:
            yield Happened(at=a.recovered_at, text=f"{a.sli} back to normal")


def _words(verdicts: Iterable[Verdict]) -> Iterator[Happened]:
    previous = None
    for v in verdicts:
        if (v.health, v.standing) != previous:
            yield Happened(at=v.at, strong=v.health.value, text=v.standing, word=v.health.value)
        previous = (v.health, v.standing)


def _taken_back(change: Change, others: Iterable[Change]) -> Iterator[Happened]:
    for other in others:
        if other.rolls_back == change.id and other.at is not None:
            yield Happened(at=other.at, text=f"taken back by {other.name}", kind=ROLLBACK)


def talk(replies: Iterable[Reply], told: Iterable[Talk]) -> tuple[Talk, ...]:
    """The conversation in order, with what was told to whom between what people said."""
    said = [
        Talk(
            at=r.at,
            text=r.text,
            author=r.author,
            initial=(r.author[:1] or "?").upper(),
            tag=TAGS.get(r.kind, ""),
            via=PLACES.get(r.via, r.via),
        )
        for r in replies
    ]
    return tuple(sorted([*said, *told], key=lambda t: t.at))
