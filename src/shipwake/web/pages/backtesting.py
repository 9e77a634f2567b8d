"""From what a backtest found to what its page says; the terminal says it in the same words."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from shipwake.backtest import snippet, words
from shipwake.domain import Backtest, PlacePast, Portion, SliPast
from shipwake.verdict import numbers
from shipwake.web.charts import age, counted
from shipwake.web.pages.backtest_view import BacktestRow, BacktestView, Chance, PlaceRow, Said
from shipwake.web.pages.change_view import Fact
from shipwake.web.pages.listing_view import Empty
from shipwake.web.pages.shell import change_url, sli_url

COMMAND = "shipwake backtest"
STALE = timedelta(days=28)
"""A backtest this old speaks of another past than the present one."""


def none_yet() -> BacktestView:
    """Before the first."""
    return BacktestView(
        sentence="No backtest yet.",
        under="It judges your own past: how many messages you would have had, and how many of them false.",
        empty=Empty(
            title="Ask your own past before you trust a word of this.",
            text="Run this where shipwake runs, beside the server; it changes nothing but this page.",
            command=COMMAND,
            copy="Copy",
        ),
    )


def unreadable() -> BacktestView:
    """Where what was kept is of no use."""
    return BacktestView(
        sentence="unknown: the last backtest cannot be read.",
        under="Another version of shipwake kept it, in a form that this one does not read.",
        empty=Empty(
            title="Run it again.",
            text="What it finds then is of this version.",
            command=COMMAND,
            copy="Copy",
        ),
    )


def shown(found: Backtest, now: datetime, caution: float) -> BacktestView:
    """The view of what was found, under the caution that holds now."""
    return BacktestView(
        sentence=words.sentence(found),
        under=words.falsely(found) if found.slis else "",
        at=found.at,
        facts=tuple(_facts(found, now, caution)),
        advice=words.advised(found),
        snippet=snippet(found),
        afters=words.afters(found),
        rows=tuple(_row(s, len(words.afters(found))) for s in found.slis),
        places=tuple(_place(p) for p in found.places) if len(found.places) > 1 else (),
        said=tuple(
            Said(
                at=m.at,
                name=m.name,
                of=" in ".join(filter(None, (m.service, m.environment))),
                url=change_url(m.change),
                word=m.health.value,
                sentence=m.sentence,
                said_at=m.said_at,
            )
            for m in found.messages
        ),
        said_note=_said_note(found),
    )


def _facts(found: Backtest, now: datetime, caution: float) -> Iterator[Fact]:
    old = " Its past is not yours of now: run it again." if now - found.at > STALE else ""
    took = numbers.duration(timedelta(seconds=found.took_s))
    yield Fact(term="run", text=f"{age(now - found.at)} ago, in {took}.{old}")
    yield Fact(term="past", text=_past(found))
    yield Fact(term="worse by chance", text=words.share(found.false_worse))
    yield Fact(term="better by chance", text=words.share(found.false_improved))
    if found.unknown:
        yield Fact(
            term="not judged",
            text=f"{found.unknown} of {counted(found.changes, 'change')} stayed unknown",
        )
    if caution != found.caution:
        set_now = numbers.percent(caution)
        yield Fact(
            term="caution",
            text=f"{numbers.percent(found.caution)} then, {set_now} now: run it again to see what that changes",
        )
    for missing in found.missing:
        yield Fact(term="left out", text=missing)


def _past(found: Backtest) -> str:
    months = "" if found.monthly == found.changes else f", {numbers.whole(found.monthly)} a month"
    span = numbers.duration(found.until - found.since)
    return f"{span}, {counted(found.changes, 'change')}{months}"


def _row(s: SliPast, afters: int) -> BacktestRow:
    return BacktestRow(
        name=s.sli,
        url=sli_url(s.sli),
        of=" in ".join(filter(None, (s.service, s.environment))) or "everywhere",
        messages=words.messages(s),
        worse=_chance(s.false_worse),
        better=_chance(s.false_improved),
        sizes=tuple(words.size(x, s.unit) for x in s.sights) or (numbers.NOTHING,) * afters,
        now=s.notice_now,
        notice=s.notice or "auto",
        why=s.why,
    )


def _place(p: PlacePast) -> PlaceRow:
    said = f"{p.worse} worse, {p.improved} improved of {p.changes}" if p.changes else "no change"
    return PlaceRow(
        name=" in ".join(filter(None, (p.service, p.environment))) or "everywhere",
        slis=p.slis,
        messages=said,
        worse=_chance(p.false_worse),
        better=_chance(p.false_improved),
    )


def _chance(p: Portion) -> Chance:
    if not p.of:
        return Chance(count=numbers.NOTHING, likely="")
    likely = numbers.span(100 * p.low, 100 * p.high, "%")
    return Chance(count=f"{p.count:,} of {p.of:,}", likely=likely)


def _said_note(found: Backtest) -> str:
    if found.messages:
        return "Judge them yourself: which of these would you have wanted to hear of?"
    if not found.changes:
        return (
            "No change is known in this past. Tell of past ones: they count with judge: false too."
        )
    return f"None of {counted(found.changes, 'change')} would have brought one."
