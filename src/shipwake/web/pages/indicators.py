"""The pages of indicators: from what the store holds to what is said, in pure steps after one read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from shipwake.domain import Assessment, Change, Floats, Health, Reason, Samples, Schedule, Sli
from shipwake.verdict import numbers
from shipwake.web.charts import WATCHING, age, between, clock, counted, figure, from_to, lasting
from shipwake.web.charts.figures import day
from shipwake.web.charts.history import History
from shipwake.web.pages import usual
from shipwake.web.pages.change import authors_of
from shipwake.web.pages.change_view import Fact
from shipwake.web.pages.evidence import in_words
from shipwake.web.pages.listing_view import Empty
from shipwake.web.pages.plots import key_of, plot_of, scale_for, title_of
from shipwake.web.pages.shell import change_url, link, sli_url
from shipwake.web.pages.sli_view import Moved, SliRow, SlisView, SliView
from shipwake.web.pages.today import newest_value, shown_values

HOLDS = timedelta(hours=24)
"""How long a word of a look stands for the indicator's state."""
QUIET_STEPS, QUIET = 10, timedelta(minutes=5)
EXAMPLE = """slis:
  - {name: checkout errors, service: checkout, environment: production,
     kind: ratio, source: push, better: lower, unit: "%"}"""
TOLD = {
    "lower": "lower is better",
    "higher": "higher is better",
    "either": "a move either way counts as worse",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """The newest look at an indicator under a change that moved it."""

    assessment: Assessment
    change: Change


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is known of one indicator; `moves` newest first, `newest` the last look of any word.

    Where its source was not `asked` for this page, `samples` are what the store holds of it, which ends at `until`.
    """

    sli: Sli
    step: timedelta
    samples: Samples | None
    trouble: str
    moves: Sequence[Move]
    newest: Assessment | None
    now: datetime
    until: datetime | None = None
    asked: bool = True
    past: str = ""

    @property
    def last(self) -> datetime | None:
        """When the newest sample was."""
        if self.samples is None or not self.samples.present.any():
            return None
        return datetime.fromtimestamp(
            float(self.samples.times_s[self.samples.present][-1]), self.now.tzinfo
        )

    @property
    def silent(self) -> timedelta | None:
        """How long it has sent nothing, where that is longer than it should be."""
        last = self.last
        if last is None:
            return None
        quiet = (self.until or self.now) - last
        return quiet if quiet > max(QUIET_STEPS * self.step, QUIET) else None

    @property
    def unread(self) -> str:
        """Why its source could not be read at the last look, where no sample is newer than that; else empty."""
        a = self.newest
        if self.asked or a is None or a.reason is not Reason.SOURCE_ERROR:
            return ""
        later = self.last is not None and self.last > a.at
        return "" if later else a.detail or a.reason.value

    @property
    def moved(self) -> Move | None:
        """The move that still stands, for worse or better."""
        if not self.moves:
            return None
        first = self.moves[0]
        word = first.assessment.health
        outside = word.hurts or word is Health.IMPROVED
        return first if outside and self.now - first.assessment.at < HOLDS else None

    @property
    def values(self) -> Floats:
        """One number a slot as it is shown, shape [n]."""
        return shown_values(self.samples, self.sli) if self.samples is not None else np.empty(0)

    @property
    def quiet(self) -> Floats:
        """The same without what a verdict called moved."""
        if self.samples is None:
            return np.empty(0)
        return usual.quiet(self.values, self.samples.times_s, [(a, b) for a, b, _ in flagged(self)])


def flagged(m: Material) -> list[tuple[float, float, Health]]:
    """The spans in which a look said that the indicator had moved."""
    found = []
    for move in m.moves:
        a = move.assessment
        if not (a.health.hurts or a.health is Health.IMPROVED or a.reason is Reason.RECOVERED):
            continue
        began = (a.onset.at if a.onset else a.anchor).timestamp()
        end = (a.recovered_at or a.at).timestamp()
        word = Health.AILING if a.reason is Reason.RECOVERED else a.health
        found.append((began, max(end, began), word))
    return found


def all_of_them(found: Sequence[Material]) -> SlisView:
    """The view of all indicators."""
    rows = tuple(_row(m) for m in found)
    hurt = [r for r in rows if r.word in {Health.UNHEALTHY, Health.AILING}]
    unheard = [r for r in rows if r.word == Health.UNKNOWN]
    count = len(rows)
    if not count:
        sentence, word = "No indicators yet.", ""
    elif hurt:
        word = hurt[0].word
        are = "is" if len(hurt) == 1 else "are"
        said = f"{hurt[0].name} moved after {hurt[0].change}"
        sentence = f"{len(hurt)} of {count} indicators {are} {word}: {said}."
    elif unheard:
        word = Health.UNKNOWN.value
        are = "is" if len(unheard) == 1 else "are"
        said = f"{unheard[0].name} {unheard[0].state}"
        sentence = f"{len(unheard)} of {count} indicators {are} unknown: {said}."
    else:
        sentence, word = _calm(rows), ""
    return SlisView(
        sentence=sentence,
        word=word,
        under="Each change is judged on the indicators of its service and environment.",
        rows=rows,
        empty=None if count else _none_configured(),
    )


def _calm(rows: Sequence[SliRow]) -> str:
    waiting = sum(r.word == WATCHING for r in rows)
    if waiting:
        rest = len(rows) - waiting
        before = f"{counted(rest, 'indicator')} normal, " if rest else ""
        noun = "" if rest else " indicator" + "s" * (waiting != 1)
        return f"{before}{waiting}{noun} asked when needed."
    better = sum(r.word == Health.IMPROVED for r in rows)
    if better:
        return f"{len(rows) - better} of {counted(len(rows), 'indicator')} normal, {better} better than normal."
    return (
        f"All {len(rows)} indicators are normal." if len(rows) > 1 else "The indicator is normal."
    )


def _none_configured() -> Empty:
    return Empty(
        title="Nothing is measured yet.",
        text="One indicator under slis: in shipwake.yaml is enough to judge the next change.",
        command=EXAMPLE,
        url="/changes",
        action="See the changes",
    )


def _row(m: Material) -> SliRow:
    word, state = _state(m)
    band = usual.whole(m.quiet)
    move = m.moved
    return SliRow(
        name=m.sli.name,
        url=sli_url(m.sli.name),
        of=" in ".join(filter(None, (m.sli.service, m.sli.environment))) or "everywhere",
        word=word,
        state=state,
        now=figure(newest_value(m.samples, m.sli), m.sli.unit),
        usual=between(*band, m.sli.unit) if band else "–",
        last=_last(m),
        change=move.change.name if move else "",
        change_url=change_url(move.change.id) if move else "",
    )


def _last(m: Material) -> str:
    if m.trouble or m.unread:
        return m.trouble or m.unread
    if m.last is not None:
        return f"{age(m.now - m.last)} ago"
    return "none yet" if m.asked else "asked at each look"


def _state(m: Material) -> tuple[str, str]:
    if m.trouble or m.unread:
        return Health.UNKNOWN.value, "not readable"
    if m.last is None and not m.asked and m.moved is None:
        return WATCHING, "asked when needed"
    if m.last is None and m.asked:
        return Health.UNKNOWN.value, "has no samples"
    silent = m.silent
    if silent is not None:
        return Health.UNKNOWN.value, f"silent for {age(silent)}"
    move = m.moved
    if move is None:
        return Health.HEALTHY.value, "normal"
    word = move.assessment.health
    return word.value, "better" if word is Health.IMPROVED else "moved"


def one_of_them(m: Material, schedule: Schedule, caution: float) -> SliView:
    """The view of one indicator."""
    word, _ = _state(m)
    sli = m.sli
    return SliView(
        name=sli.name,
        service=sli.service,
        service_url=link("/changes", {"service": sli.service}) if sli.service else "",
        facts=tuple(_facts(m)),
        word=word,
        sentence=_sentence(m),
        under=_under(m),
        history_title=f"{title_of('the last ' + _span_words(m), scale_for(sli.unit, _largest(m)).unit)}",
        history=_history(m),
        notices=tuple(_notices(m, schedule, caution)),
        source=tuple(_source(m)),
        moves=tuple(_moved(m, move) for move in m.moves),
        no_moves="It has not moved after any change that is kept here.",
    )


def _facts(m: Material) -> Iterator[str]:
    sli = m.sli
    place = " in ".join(filter(None, (sli.service, sli.environment)))
    if place:
        yield place
    yield f"{sli.kind.value}, {sli.unit}" if sli.unit else sli.kind.value
    yield TOLD[sli.better.value]
    yield f"source {sli.source}, every {lasting(m.step)}"
    if sli.required:
        yield "required"


def _sentence(m: Material) -> str:
    value = newest_value(m.samples, m.sli)
    band = usual.whole(m.quiet)
    if m.trouble:
        return f"unknown: {m.trouble}"
    if value is None or m.last is None:
        return "unknown: no sample of it is here."
    silent = m.silent
    if silent is not None:
        return f"unknown: nothing came for {age(silent)}, since {clock(m.last)}."
    now = figure(value, m.sli.unit)
    where = f", where {between(*band, m.sli.unit)} is usual" if band else ""
    move = m.moved
    if move is None:
        return f"normal: {now} now{where}."
    a = move.assessment
    numbers = in_words(a, m.sli).partition(", ")[2]
    at = clock(move.change.at or a.anchor)
    return f"{a.health.value}: {numbers}, since {move.change.name} at {at}."


def _under(m: Material) -> str:
    known = int(np.isfinite(m.values).sum())
    if not known:
        return "Its normal is learned as soon as samples arrive."
    words = f"{known:,} samples over {_span_words(m)} shown here."
    spans = flagged(m)
    if spans:
        words += f" What moved after {counted(len(spans), 'change')} does not count as usual."
    return words


def _span_words(m: Material) -> str:
    if m.samples is None or not len(m.samples):
        return "hours"
    span = timedelta(seconds=m.samples.step_s * len(m.samples))
    return (
        lasting(span) if span >= timedelta(hours=1) and not span % timedelta(hours=1) else age(span)
    )


def _largest(m: Material) -> float:
    known = np.abs(m.values[np.isfinite(m.values)])
    return float(known.max()) if len(known) else 0.0


def _history(m: Material) -> History | None:
    if m.samples is None or not np.isfinite(m.values).any():
        return None
    scale = scale_for(m.sli.unit, _largest(m))
    values = m.values * scale.factor
    spans = flagged(m)
    t0_s, step_s = m.samples.t0_s, m.samples.step_s
    return History(
        key=key_of(m.sli.name),
        unit=scale.unit,
        name=f"{m.sli.name} over {_span_words(m)}: {_sentence(m)}",
        t0_s=t0_s,
        step_s=step_s,
        values=values,
        usual=usual.parts(values, t0_s, step_s, [(a, b) for a, b, _ in spans]),
        flagged=tuple(spans),
    )


def _notices(m: Material, schedule: Schedule, caution: float) -> Iterator[Fact]:
    sli, a = m.sli, m.newest
    if a is not None and a.noticeable:
        share = (
            f" ({a.noticeable_relative:.0%})".replace("%", " %") if a.noticeable_relative else ""
        )
        size = figure(abs(a.noticeable), "points" if sli.unit == "%" else sli.unit)
        yield Fact(term="seen", text=f"{size}{share} at its last look, {day(a.at)} {clock(a.at)}")
    if a is not None and a.expected is not None:
        yield Fact(
            term="expected",
            text=f"{between(a.expected.low, a.expected.high, sli.unit)} on average, as of that look",
        )
    yield Fact(term="matters", text=_matters(sli))
    if sli.objective is not None:
        yield Fact(term="objective", text=f"{sli.objective:g}")
    unit = schedule.unit_for(m.step)
    yield Fact(term="first look", text=f"{lasting(schedule.looks[0] * unit)} after a change")
    harmless = f"{numbers.percent(caution)} of harmless changes are called ailing or unhealthy"
    yield Fact(term="false alarms", text=harmless, url="/backtest", link="On your own past")


def _matters(sli: Sli) -> str:
    if sli.notice.relative is not None:
        return f"{sli.notice.relative:.0%}".replace("%", " %") + " or more"
    if sli.notice.absolute is not None:
        return f"{figure(sli.notice.absolute, 'points' if sli.unit == '%' else sli.unit)} or more"
    return "what can be seen: no size is set"


def _source(m: Material) -> Iterator[Fact]:
    yield Fact(term="source", text=m.sli.source)
    yield Fact(
        term="last sample",
        text=f"{clock(m.last, seconds=True)}, {age(m.now - m.last)} ago"
        if m.last
        else m.trouble or "none yet",
    )
    if m.samples is not None and len(m.samples):
        missing = int((~m.samples.present).sum())
        yield Fact(
            term="gaps",
            text=f"{missing:,} of {len(m.samples):,} samples"
            if missing
            else f"none in {len(m.samples):,} samples",
        )
    if m.past:
        yield Fact(term="past", text=m.past)
    for term, text in m.sli.query.items():
        yield Fact(term=term, text=text, code=True)


def _moved(m: Material, move: Move) -> Moved:
    a = move.assessment
    began = a.onset.at if a.onset else a.anchor
    until = a.recovered_at or a.at
    more = "" if a.recovered_at or not a.health.hurts else " or more"
    word = Health.AILING if a.reason is Reason.RECOVERED else a.health
    return Moved(
        at=began,
        from_to=from_to(a.before, a.after, m.sli.unit),
        lasted=age(until - began) + more,
        change=move.change.name,
        authors=authors_of(move.change),
        url=change_url(move.change.id),
        word=word.value,
        plot=plot_of(a, m.sli, move.change, (), name=in_words(a, m.sli)),
    )
