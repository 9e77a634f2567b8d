"""The list of changes: from what the store holds to what is said, in one pure step after one read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import Health, Reply, ReplyKind, Schedule
from shipwake.store import Page
from shipwake.store import Row as Stored
from shipwake.web.charts import WATCHING, age, clock
from shipwake.web.pages import filters, today
from shipwake.web.pages.change import authors_of, kind_of
from shipwake.web.pages.filters import Asked
from shipwake.web.pages.listing_view import Empty, ListView, Row, Tally
from shipwake.web.pages.looks import Said, marks
from shipwake.web.pages.shell import change_url
from shipwake.web.pages.today import Pulse

SPOKEN = {
    ReplyKind.EXPECTED: "expected",
    ReplyKind.NOT_MINE: "not theirs",
    ReplyKind.WRONG: "wrong verdict",
}
ENOUGH_SAID = 60
FIRST = """curl -X POST {url}/api/v1/changes \\
  -H "Authorization: Bearer $SHIPWAKE_TOKEN" \\
  -d '{{"service": "checkout", "environment": "production", "title": "hello"}}'"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """All that the list is made of, read in one snapshot as of `now`.

    `page` are the changes of the filter; `lately` those of the same place in the last day.
    """

    asked: Asked
    page: Page
    lately: Page
    any_change: bool
    words: Mapping[str, Sequence[Said]]
    replies: Mapping[str, Sequence[Reply]]
    steps: Mapping[str, timedelta]
    pulses: Sequence[Pulse]
    indicators: int
    services: Sequence[str]
    schedule: Schedule
    head: int
    now: datetime
    url: str


def build(m: Material) -> ListView:
    """The view of the list."""
    state, word = _state(m)
    span = today.span_of(m.lately.rows, m.now)
    shown = bool(m.any_change and not m.asked.cursor and (m.lately.rows or m.pulses))
    return ListView(
        state=state,
        state_word=word,
        under=_under(m),
        tally=_tally(m),
        silent=today.silences(m.pulses, m.now),
        band_title=_band_title(span),
        band=today.band(m.lately.rows, m.pulses, m.now - span, m.now) if shown else None,
        band_late=today.band(m.lately.rows, m.pulses, m.now - min(span, today.PHONE), m.now)
        if shown
        else None,
        chips=filters.health_picks(m.asked, m.page.counts, m.page.unjudged, capped=m.page.capped),
        filters=filters.active(m.asked),
        menus=filters.menus(m.asked, m.services, _authors(m.page.rows)),
        rows=tuple(_row(m, r) for r in m.page.rows),
        next_url=m.asked.url(cursor=m.page.next) if m.page.next else "",
        first_url=m.asked.url() if m.asked.cursor else "",
        first_hour=not m.any_change,
        empty=_empty(m),
        newest=str(m.head),
        indicators=_indicators(m),
    )


def _place(m: Material) -> str:
    wanted = m.asked.wanted
    where = wanted.environment or "everything"
    return (
        f"{wanted.service} in {where}"
        if wanted.service and wanted.environment
        else wanted.service or where
    )


def _state(m: Material) -> tuple[str, str]:
    """The first sentence, and the word in it that has a colour."""
    place = _place(m)
    hurt = today.hurting(m.lately.rows, m.now)
    if hurt:
        return _hurts(m, place, hurt)
    silent = [p for p in m.pulses if p.silent_for(m.now) is not None]
    if silent and len(silent) == len(m.pulses):
        return f"{place} is unknown: no indicator has sent a sample lately.", Health.UNKNOWN.value
    if not m.any_change:
        return "No changes yet.", ""
    if not m.lately.rows:
        return f"{place} is quiet: no change in the last 24 h.", ""
    judged = [r for r in m.lately.rows if r.health not in {None, Health.UNKNOWN}]
    if not judged:
        return (
            f"{place} is unknown: no change of the last 24 h could be judged yet.",
            Health.UNKNOWN.value,
        )
    watched = sum(r.health is None for r in m.lately.rows)
    waiting = f", {watched} still watched" if watched else ""
    return f"{place} is healthy: no change of the last 24 h hurts{waiting}.", Health.HEALTHY.value


def _hurts(m: Material, place: str, hurt: Sequence[Stored]) -> tuple[str, str]:
    first = hurt[0]
    word = (first.health or Health.AILING).value
    if not m.asked.wanted.environment and first.change.environment:
        place = first.change.environment
    lead = (
        next((f for f in first.verdict.findings if f.health.hurts), None) if first.verdict else None
    )
    moved = lead.words if lead else "an indicator moved"
    more = f"; {len(hurt) - 1} more hurt" if len(hurt) > 1 else ""
    name = _short(first.change.name)
    return f"{place} is {word}: {moved} since {name} at {clock(first.at)}{more}.", word


def _short(name: str) -> str:
    return name if len(name) <= ENOUGH_SAID else name[: ENOUGH_SAID - 1].rstrip() + "…"


def _under(m: Material) -> str:
    count = sum(m.lately.counts.values()) + m.lately.unjudged
    if not count:
        return "Each change will show here with its impact." if not m.any_change else ""
    return f"{count} change{'s' * (count != 1)} in the last 24 h:"


def _tally(m: Material) -> tuple[Tally, ...]:
    order = (Health.HEALTHY, Health.IMPROVED, Health.AILING, Health.UNHEALTHY, Health.UNKNOWN)
    found = [Tally(word=h.value, count=m.lately.counts[h]) for h in order if m.lately.counts.get(h)]
    if m.lately.unjudged:
        found.append(Tally(word=WATCHING, count=m.lately.unjudged))
    return tuple(found)


def _band_title(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"The last {hours} h" if hours > 1 else "The last hour"


def _authors(rows: Sequence[Stored]) -> list[str]:
    return [p.shown for r in rows for p in r.change.people]


def _row(m: Material, r: Stored) -> Row:
    change = r.change
    authors = authors_of(change)
    service = change.service or change.heard_service
    replies = f"{r.replies} repl{'ies' if r.replies != 1 else 'y'}" if r.replies else ""
    environment = (
        "" if m.asked.wanted.environment else change.environment or change.heard_environment
    )
    return Row(
        id=change.id,
        url=change_url(change.id),
        at=r.at,
        age=age(m.now - r.at) if r.at <= m.now else "to come",
        kind=kind_of(change),
        title=change.name,
        of=" · ".join(filter(None, (service, environment, authors, replies))),
        service=service,
        environment=environment,
        authors=authors,
        replies=r.replies,
        why=_why(r),
        marks=marks(change, m.words.get(change.id, ()), m.schedule, m.steps.get(change.id)),
        word=r.health.value if r.health else WATCHING,
        standing=_standing(m, r),
        said_at=r.verdict.at if r.verdict else m.now,
    )


def _why(r: Stored) -> str:
    if r.verdict is not None:
        said = r.verdict.sentence
        return f"{said[:1].upper()}{said[1:]}." if said else ""
    if not r.change.live:
        return "Nothing of it is live yet."
    if not r.mapped:
        return f"The name “{r.change.heard_service or r.change.heard_environment}” is not mapped yet: see Heard."
    return "The first look is still to come." if r.change.judge else "Known, and not judged."


def _standing(m: Material, r: Stored) -> str:
    spoken = [x for x in m.replies.get(r.change.id, ()) if x.kind in SPOKEN]
    if spoken:
        return f"{SPOKEN[spoken[-1].kind]}, says {spoken[-1].author}"
    if r.verdict is None:
        return ""
    if r.verdict.standing and r.verdict.standing != WATCHING:
        return r.verdict.standing
    if r.health is Health.UNKNOWN:
        following = r.verdict.next_look
        return f"next look {clock(following)}" if following else "no further look"
    return (
        f"{r.verdict.sure.value}, {age(r.verdict.at - r.at)} in"
        if r.verdict.at > r.at
        else r.verdict.sure.value
    )


def _empty(m: Material) -> Empty:
    if not m.any_change:
        return Empty(
            title="No changes yet. Send one now.",
            text='Where shipwake runs: shipwake change "hello". From anywhere else:',
            command=FIRST.format(url=m.url.rstrip("/")),
            url="/heard",
            action="See what was heard",
        )
    wanted = m.asked.wanted
    what = " ".join(
        filter(
            None,
            (
                wanted.health.value if wanted.health else "",
                wanted.kind.value if wanted.kind else "",
            ),
        )
    )
    of = f" of {wanted.service}" if wanted.service else ""
    by = f" by {wanted.author}" if wanted.author else ""
    about = f" about “{wanted.text}”" if wanted.text else ""
    return Empty(
        title=f"No {what + ' ' if what else ''}changes{of}{by}{about}.",
        text="Nothing that is kept here matches this filter.",
        url=filters.PATH,
        action="Clear filter",
    )


def _indicators(m: Material) -> str:
    words = f"{m.indicators} indicator{'s' * (m.indicators != 1)}"
    silent = sum(p.silent_for(m.now) is not None for p in m.pulses)
    return f"{words}, {silent} silent" if silent else words
