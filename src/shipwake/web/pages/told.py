"""Who was told of a change, who still waits and why, and who could not be told, with what to do."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from shipwake.domain import Change, Health, Verdict
from shipwake.store import Post, Queued
from shipwake.web.pages.change_view import Talk, Told
from shipwake.web.pages.prose import ended

NOBODY = "no author known"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channels:
    """The channels that speak for a change's environment; `shared` of them tell each change once, for all."""

    names: Sequence[str] = ()
    shared: Collection[str] = ()
    healthy: bool = True
    """Whether a healthy change is told of."""


def told(
    queued: Iterable[Queued], channels: Channels, verdicts: Iterable[Verdict]
) -> tuple[Told, ...]:
    """One line a recipient and channel, in the order in which they were first told."""
    words = {v.seq: v.health for v in verdicts}
    return tuple(_told(q, channels, words) for q in queued)


def _told(q: Queued, channels: Channels, words: Mapping[int, Health]) -> Told:
    notice = q.notice
    shared = notice.channel in channels.shared
    sent = words.get(q.sent_revision)
    if sent is None and q.sent_revision == notice.revision:
        sent = notice.health
    return Told(
        whom=notice.recipient or (notice.channel if shared else NOBODY),
        channel="" if shared and not notice.recipient else notice.channel,
        state="told"
        if q.post is Post.SENT
        else "waiting"
        if q.post is Post.WAITING
        else "not told",
        word=sent.value if sent else "",
        at=(q.sent_at or notice.at) if q.sent_revision else None,
        newer=notice.health.value if q.post is not Post.SENT and q.sent_revision else "",
        again=q.due if q.post is Post.WAITING and q.why else None,
        why=ended(q.why) if q.why and q.post is not Post.SENT else "",
    )


def talked(lines: Iterable[Told]) -> list[Talk]:
    """The same as lines of the conversation; what was not told yet is none."""
    return [Talk(at=t.at, text=_in_talk(t), ours=True) for t in lines if t.at is not None]


def _in_talk(t: Told) -> str:
    by = f" by {t.channel}" if t.channel else ""
    whom = "everybody" if t.whom == NOBODY else t.whom
    return f"Told {whom}{by}{': ' if t.word else ''}{t.word}"


def note(change: Change, verdict: Verdict | None, channels: Channels, lines: Sequence[Told]) -> str:
    """Why nobody is told at all; empty where somebody is, or where there is nothing to tell of."""
    if lines or not change.judge or not change.environment:
        return ""
    if not channels.names:
        return f"Nobody: no channel is configured for {change.environment}. Add one under tell: in shipwake.yaml."
    if verdict is None:
        return "Nobody yet: its first verdict is still to come."
    if verdict.health is Health.HEALTHY and not channels.healthy:
        return "Nobody: it is healthy, and healthy_messages is false."
    if verdict.health is Health.UNKNOWN:
        return "Nobody yet: nothing is known so far. If it stays so, that is told too."
    return "Nobody: this verdict was given before any channel was configured."
