"""A change's page: from what the store holds to what is said, in one pure step after one read."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import (
    Assessment,
    Change,
    Event,
    Health,
    Reply,
    Schedule,
    Sli,
    State,
    Sure,
    Verdict,
)
from shipwake.store import Queued
from shipwake.web.charts import KNOWN, ROLLBACK, SPOKEN, WATCHING, age
from shipwake.web.charts.strip import Mark
from shipwake.web.pages import timeline, told
from shipwake.web.pages.change_view import ChangeView, Fact, Near, Normal, Sha, Spoken, Suspected
from shipwake.web.pages.evidence import blind, has_moved, lead_and_rest, moved_first, normal_rows
from shipwake.web.pages.knowing import knowing
from shipwake.web.pages.looks import marks, said_by
from shipwake.web.pages.plots import short_name
from shipwake.web.pages.shell import change_url, link, part
from shipwake.web.pages.told import Channels

LIVE = {
    State.LIVE: "live since",
    State.ENDED: "went live",
    State.PLANNED: "planned for",
    State.FAILED: "failed at",
}
ODD = re.compile(r"[\x00-\x20\x7f\\]")
OPEN_UP_TO = 4
NEAR_AT_MOST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Another change and its word, if it has one."""

    change: Change
    health: Health | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that a change's page is made of, read in one snapshot as of `now`."""

    change: Change
    mapped: bool
    verdicts: Sequence[Verdict]
    assessments: Sequence[Assessment]
    slis: Mapping[str, Sli]
    events: Sequence[Event]
    near: Sequence[Beside]
    replies: Sequence[Reply]
    queued: Sequence[Queued]
    channels: Channels
    newer: str
    older: str
    schedule: Schedule
    now: datetime
    you: str

    @property
    def verdict(self) -> Verdict | None:
        """The newest."""
        return self.verdicts[-1] if self.verdicts else None


def build(m: Material) -> ChangeView:
    """The view of a change's page."""
    change, verdict, others = m.change, m.verdict, [b.change for b in m.near]
    ordered = moved_first(m.assessments, verdict)
    word = word_of(change, verdict.health if verdict else None)
    said = f"{SPOKEN.get(word, word)}: {sentence_of(m)}"
    lines = told.told(m.queued, m.channels, m.verdicts)
    lead, rest = lead_and_rest(change, ordered, m.slis, others, sentence=said)
    shown = [p.sli for p in (*((lead,) if lead else ()), *rest)]
    normal = normal_rows(ordered, m.slis, shown)
    plan = _marks(m)
    return ChangeView(
        id=change.id,
        seq=verdict.seq if verdict else 0,
        title=change.name,
        short=short_name(change),
        service=change.service or change.heard_service,
        service_url=link("/changes", {"service": change.service}) if change.service else "",
        kind=kind_of(change),
        what=_what(change),
        authors=authors_of(change),
        initial=authors_of(change)[:1].upper(),
        at=change.at,
        live_words=LIVE[change.state],
        age=age(m.now - change.at) if change.at else "",
        facts=tuple(_small_facts(change)),
        word=word,
        sentence=f"{said}.",
        sure=_sure(verdict),
        doubt=_doubt(m),
        standing=_standing(verdict),
        said_at=verdict.at if verdict else m.now,
        lead=lead,
        knowing=knowing(verdict, ordered) if verdict else (),
        moved=rest,
        suspects_title=_suspects_title(ordered),
        suspects=_suspects(verdict, change),
        days=timeline.days(change, m.events, m.verdicts, m.assessments, others),
        contents=tuple(_contents(change)),
        commits_title=f"{len(change.commits)} commit{'s' * (len(change.commits) != 1)}",
        commits=tuple(_commit(change, i) for i in range(len(change.commits))),
        near=_near(m),
        blind=blind(ordered, verdict),
        normal_title=_normal_title(normal, shown),
        normal_note=_normal_note(normal),
        normal_open=len(normal) <= OPEN_UP_TO,
        normal=normal,
        marks=plan,
        looks_note=_looks_note(m, planned=bool(plan)),
        verdicts=tuple(_spoken(v) for v in m.verdicts),
        told=lines,
        told_note=told.note(change, verdict, m.channels, lines),
        talk=timeline.talk(m.replies, told.talked(lines)),
        reply_url=f"{change_url(change.id)}/replies",
        raw_url=f"/api/v1/changes/{part(change.id)}/verdicts",
        newer_url=change_url(m.newer) if m.newer else "",
        older_url=change_url(m.older) if m.older else "",
        you=m.you,
        of=change.service,
    )  # fmt: skip


def word_of(change: Change, health: Health | None) -> str:
    """The word of a badge: the verdict's; before the first, that it is watched, or that no verdict was asked for."""
    if health is not None:
        return health.value
    return WATCHING if change.judge else KNOWN


def kind_of(change: Change) -> str:
    """The kind as its glyph shows it: a rollback is one of its own."""
    return ROLLBACK if change.rolls_back else change.kind.value


def authors_of(change: Change) -> str:
    """The people who made it, the first three by name."""
    people = change.people or change.authors
    named = ", ".join(p.shown for p in people[:3])
    return f"{named} and {len(people) - 3} more" if len(people) > 3 else named  # noqa: PLR2004


def sentence_of(m: Material) -> str:
    """The verdict's sentence, or what is awaited before there is one."""
    if m.verdict is not None:
        return m.verdict.sentence
    if not m.change.judge:
        return "no verdict was asked for; it still counts where another change is judged"
    if not m.change.live:
        return "nothing of this is live yet, so there is nothing to judge"
    if not m.mapped:
        heard = m.change.heard_service if not m.change.service else m.change.heard_environment
        return f"the name “{heard}” is not mapped yet, so no indicator is watched"
    if not m.slis:
        return "no indicator is configured for this service and environment"
    return "the first look is still to come"


def _what(change: Change) -> str:
    service = change.service or change.heard_service
    where = change.environment or change.heard_environment
    words = kind_of(change)
    if service:
        words += f" of {service}"
    return f"{words} {'to' if words.startswith('deploy') else 'in'} {where}" if where else words


def _small_facts(change: Change) -> list[str]:
    facts = []
    if change.commits:
        facts.append(f"{len(change.commits)} commit{'s' * (len(change.commits) != 1)}")
    if change.tags:
        facts.append(", ".join(change.tags))
    return facts


def _spoken(v: Verdict) -> Spoken:
    word = v.health.value
    return Spoken(seq=v.seq, at=v.at, word=word, sentence=f"{word}: {v.sentence}")


def _sure(verdict: Verdict | None) -> str:
    return (
        verdict.sure.value.capitalize() if verdict and verdict.health is not Health.UNKNOWN else ""
    )


def _doubt(m: Material) -> str:
    """The doubt without the word for how sure, which stands before it in bold."""
    if m.verdict is None:
        return _awaited(m)
    doubt = m.verdict.doubt
    for sure in Sure:
        lead = f"{sure.value.capitalize()}: "
        if doubt.startswith(lead):
            rest = doubt[len(lead) :]
            return rest[:1].upper() + rest[1:]
    return doubt


def _awaited(m: Material) -> str:
    plan = _marks(m)
    if m.slis and plan:
        return f"{len(m.slis)} indicators are watched; the first look comes {plan[0].after} after it went live."
    if not m.mapped:
        return "Map the name under “what we heard”, and it is judged."
    return ""


def _standing(verdict: Verdict | None) -> str:
    if verdict is None or not verdict.standing or verdict.standing == WATCHING:
        return ""
    return verdict.standing[:1].upper() + verdict.standing[1:] + "."


def _suspects_title(ordered: Sequence[Assessment]) -> str:
    moved = [a for a in ordered if has_moved(a)]
    return f"Who fits {moved[0].sli}" if moved else "Who fits"


def _suspects(verdict: Verdict | None, change: Change) -> tuple[Suspected, ...]:
    if verdict is None:
        return ()
    return tuple(
        Suspected(
            name="This change" if s.change == change.id else s.name if s.change else "Something else",
            url=change_url(s.change) if s.change and s.change != change.id else "",
            own=s.change == change.id,
            other=not s.change,
            at=s.at,
            percent=round(100 * s.share),
            why=s.why,
        )
        for s in verdict.suspects
    )  # fmt: skip


def _contents(change: Change) -> list[Fact]:
    found = []
    if change.revision:
        before = f", before {change.previous_revision[:12]}" if change.previous_revision else ""
        found.append(Fact(term="revision", text=change.revision[:12] + before))
    if change.repository:
        found.append(Fact(term="repository", text=change.repository))
    for x in change.links:
        label = (
            " ".join(filter(None, (f"#{x.number.lstrip('#')}" if x.number else "", x.title)))
            or x.url
        )
        found.append(Fact(term=x.kind, text=label, url=safe_url(x.url)))
    if change.affects:
        found.append(Fact(term="affects", text=", ".join(change.affects)))
    return found


def safe_url(url: str) -> str:
    """A link from outside only where it is one that a browser may follow, and reads as it stands."""
    # A browser takes a backslash for a slash, so that another host is asked than the one that is read.
    if not url.lower().startswith(("https://", "http://")) or ODD.search(url):
        return ""
    return url


def _commit(change: Change, i: int) -> Sha:
    c = change.commits[i]
    return Sha(
        sha=c.sha[:8], title=c.title, author=c.author.shown if c.author else "", url=safe_url(c.url)
    )


def _near(m: Material) -> tuple[Near, ...]:
    found = [
        Near(
            at=b.change.at,
            kind=kind_of(b.change),
            title=b.change.name,
            of=" · ".join(filter(None, (b.change.service, authors_of(b.change)))),
            word=b.health.value if b.health else "",
            url=change_url(b.change.id),
        )
        for b in m.near
        if b.change.at is not None
    ]
    at = m.change.at or m.now
    nearest = sorted(found, key=lambda n: abs(n.at - at))[:NEAR_AT_MOST]
    return tuple(sorted(nearest, key=lambda n: n.at, reverse=True))


def _normal_title(normal: Sequence[Normal], shown: Sequence[str]) -> str:
    others = "other" if shown else "indicator"
    count = len(normal)
    return f"{count} {others}{'s' * (count != 1)} normal"


def _normal_note(normal: Sequence[Normal]) -> str:
    names = [n.sli for n in normal]
    more = f", and {len(names) - 4} more" if len(names) > OPEN_UP_TO else ""
    return ", ".join(names[:OPEN_UP_TO]) + more


def _marks(m: Material) -> tuple[Mark, ...]:
    if not m.change.judge and not m.verdicts:
        return ()
    steps = {s.step for s in m.slis.values() if s.step is not None}
    step: timedelta | None = min(steps) if steps else None
    return marks(m.change, said_by(m.verdicts), m.schedule, step)


def _looks_note(m: Material, *, planned: bool) -> str:
    note = "Taller is worse, a ring is unknown, below the line is improved."
    if not planned:
        return "No look is planned."
    following = m.verdict.next_look if m.verdict else None
    if following is None:
        return f"{note} No further look is planned." if m.verdict else note
    return f"{note} Next look {following:%H:%M}."
