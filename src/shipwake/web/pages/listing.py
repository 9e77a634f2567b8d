"""The list of changes: from what the store holds to what is said, in one pure step after one read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shipwake.domain import WORST_FIRST, Change, Health, Reply, ReplyKind, Schedule
from shipwake.store import Page
from shipwake.store import Row as Stored
from shipwake.verdict import NOT_LIKELY_YOU, EnvironmentState, Recent, state_sentence
from shipwake.web.charts import KNOWN, WATCHING, age, clock, counted
from shipwake.web.charts.band import Band
from shipwake.web.charts.strip import Mark
from shipwake.web.pages import filters, today
from shipwake.web.pages.change import authors_of, kind_of, word_of
from shipwake.web.pages.filters import Asked
from shipwake.web.pages.listing_view import Empty, ListView, Row, Tally
from shipwake.web.pages.looks import Said, marks
from shipwake.web.pages.shell import change_url
from shipwake.web.pages.today import Pulse

PERIOD = "in the last 24 h"
SPOKEN = {
    ReplyKind.EXPECTED: "expected",
    ReplyKind.NOT_MINE: "not theirs",
    ReplyKind.WRONG: "wrong verdict",
}
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

    @property
    def one_environment(self) -> bool:
        """Whether all that is shown is of one environment, so that no row needs to name it."""
        found = {r.change.environment or r.change.heard_environment for r in self.page.rows}
        return bool(self.asked.wanted.environment) or len(found) < 2  # noqa: PLR2004


def build(m: Material) -> ListView:
    """The view of the list."""
    state = _state(m)
    span = today.span_of(m.lately.rows, m.now)
    return ListView(
        state=state.sentence if m.any_change else "No changes yet.",
        state_word=state.health.value if state.health else "",
        under=_under(m),
        tally=_tally(m),
        band_title=_band_title(span),
        band_late_title=_band_title(min(span, today.PHONE)),
        band=_band(m, span, today.MOST_STRIPS),
        band_late=_band(m, min(span, today.PHONE), today.PHONE_STRIPS),
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


def _band(m: Material, span: timedelta, at_most: int) -> Band | None:
    if not m.any_change or m.asked.cursor or not (m.lately.rows or m.pulses):
        return None
    return today.band(m.lately.rows, m.pulses, m.now - span, m.now, at_most=at_most)


def _state(m: Material) -> EnvironmentState:
    """How the worst of the environments asked for is."""
    wanted = m.asked.wanted
    quiet = today.silent(m.pulses, m.now)
    places: dict[str, list[Recent]] = {}
    for r in _told(m.lately.rows):
        where = wanted.environment or r.change.environment
        places.setdefault(where, []).append(Recent(r.change, r.verdict))
    states = [
        state_sentence(_place(m, name), recent, now=m.now, silent=quiet, period=PERIOD)
        for name, recent in sorted(places.items() or [(wanted.environment, [])])
    ]
    return min(states, key=lambda s: WORST_FIRST.index(s.health) if s.health else len(WORST_FIRST))


def _told(rows: Sequence[Stored]) -> list[Stored]:
    """The rows that the state speaks of: a move that another change of them explains better is told once, with that."""
    explained = any(r.health is Health.UNHEALTHY for r in rows)
    return [
        r for r in rows if not (explained and r.verdict and r.verdict.standing == NOT_LIKELY_YOU)
    ]


def _place(m: Material, environment: str) -> str:
    service = m.asked.wanted.service
    where = environment or "everything"
    return f"{service} in {where}" if service else where


def _under(m: Material) -> str:
    count = sum(m.lately.counts.values()) + m.lately.unjudged
    if not count:
        return "Each change will show here with its impact." if not m.any_change else ""
    return f"{counted(count, 'change')} {PERIOD}:"


def _tally(m: Material) -> tuple[Tally, ...]:
    order = (Health.HEALTHY, Health.IMPROVED, Health.AILING, Health.UNHEALTHY, Health.UNKNOWN)
    found = [Tally(word=h.value, count=m.lately.counts[h]) for h in order if m.lately.counts.get(h)]
    # The store counts all that have no verdict; which of them asked for none, only its rows tell.
    known = sum(r.health is None and not r.change.judge for r in m.lately.rows)
    without = {WATCHING: m.lately.unjudged - known, KNOWN: known}
    return (*found, *(Tally(word=word, count=count) for word, count in without.items() if count))


def _band_title(span: timedelta) -> str:
    hours = round(span / timedelta(hours=1))
    return f"The last {hours} h" if hours > 1 else "The last hour"


def _authors(rows: Sequence[Stored]) -> list[str]:
    return [p.shown for r in rows for p in r.change.people]


def _row(m: Material, r: Stored) -> Row:
    change = r.change
    authors = authors_of(change)
    service = change.service or change.heard_service
    replies = counted(r.replies, "reply", "replies") if r.replies else ""
    environment = "" if m.one_environment else change.environment or change.heard_environment
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
        marks=_marks(m, change),
        word=word_of(change, r.health),
        standing=_standing(m, r),
        said_at=r.verdict.at if r.verdict else m.now,
    )


def _marks(m: Material, change: Change) -> tuple[Mark, ...]:
    """Its looks; none are planned where no verdict was asked for."""
    said = m.words.get(change.id, ())
    if not change.judge and not said:
        return ()
    return marks(change, said, m.schedule, m.steps.get(change.id))


def _why(r: Stored) -> str:
    if r.verdict is not None:
        said = r.verdict.sentence
        return f"{said[:1].upper()}{said[1:]}." if said else ""
    if not r.change.judge:
        return "No verdict was asked for; it still counts where another change is judged."
    if not r.change.live:
        return "Nothing of it is live yet."
    if not r.mapped:
        return f"The name “{r.change.heard_service or r.change.heard_environment}” is not mapped yet: see Heard."
    return "The first look is still to come."


def _standing(m: Material, r: Stored) -> str:
    spoken = [x for x in m.replies.get(r.change.id, ()) if x.kind in SPOKEN]
    if spoken:
        return f"{SPOKEN[spoken[-1].kind]}, says {spoken[-1].author}"
    if r.verdict is None:
        return "" if r.mapped else "not mapped"
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
            title="Send one now.",
            text='Where shipwake runs: shipwake change "hello". From anywhere else:',
            command=FIRST.format(url=m.url.rstrip("/")),
            copy="Copy as curl",
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
    words = counted(m.indicators, "indicator")
    silent = sum(p.silent_for(m.now) is not None for p in m.pulses)
    return f"{words}, {silent} silent" if silent else words
