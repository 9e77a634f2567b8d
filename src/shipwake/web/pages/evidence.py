"""The indicators of a change as panels, folded rows and unjudged facts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from shipwake.domain import Assessment, Change, Health, Reason, Sli, SliKind, Verdict
from shipwake.web.charts import between, clock, from_to, lasting
from shipwake.web.charts.figures import figure
from shipwake.web.pages.change_view import Fact, Normal, Panel
from shipwake.web.pages.plots import OUTSIDE_WORDS, key_of, likely, plot_of, title_of
from shipwake.web.pages.pooling import pooled
from shipwake.web.pages.prose import ended
from shipwake.web.pages.shell import change_url, part, sli_url

ORDER = (Health.UNHEALTHY, Health.AILING, Health.IMPROVED)
MOST_PANELS = 6


def moved_first(assessments: Iterable[Assessment], verdict: Verdict | None) -> list[Assessment]:
    """In the order of the verdict's findings, which is by evidence; what it does not name comes last."""
    rank = {f.sli: i for i, f in enumerate(verdict.findings)} if verdict else {}
    return sorted(assessments, key=lambda a: (rank.get(a.sli, len(rank)), a.sli))


def has_moved(a: Assessment) -> bool:
    """Whether this indicator is, or was, outside its normal after the change."""
    return a.health in ORDER or a.reason is Reason.RECOVERED


def unit_of(a: Assessment, sli: Sli) -> str:
    """The unit numbers are shown in."""
    return sli.unit or (a.effect.unit if a.effect else "")


def sli_of(slis: Mapping[str, Sli], name: str) -> Sli:
    """The definition by name; one that is no longer configured is known by its name alone."""
    return slis.get(name) or Sli(name=name)


def panel(
    a: Assessment, change: Change, sli: Sli, others: Iterable[Change], *, sentence: str
) -> Panel:
    """One indicator with its chart and the fact beside it."""
    unit = unit_of(a, sli)
    plot = plot_of(a, sli, change, others, name=sentence)
    expected = f"(expected {between(a.expected.low, a.expected.high, unit)})" if a.expected else ""
    base = f"{change_url(change.id)}/slis/{part(a.sli)}"
    return Panel(
        key=key_of(a.sli),
        sli=a.sli,
        word=a.health.value,
        title=plot.title if plot else title_of(a.sli, unit),
        moved=from_to(a.before, a.after, unit) if a.after is not None else "",
        expected=expected,
        likely=likely(a, unit),
        outside=OUTSIDE_WORDS[a.health] if has_moved(a) and a.health in OUTSIDE_WORDS else "",
        caption=_caption(a, sli),
        table_url=f"{base}/table",
        json_url=f"{base}.json",
        at=a.at,
        plot=plot,
    )


def _caption(a: Assessment, sli: Sli) -> str:
    words = []
    if a.reason is Reason.RECOVERED and a.recovered_at:
        words.append(f"back to normal since {clock(a.recovered_at)}")
    if sli.kind is SliKind.RATIO and a.evidence is not None and len(a.evidence.total):
        words.append("grey bars: all traffic")
    if pool := pool_words(a, sli):
        words.append(pool)
    gaps = a.wanted - a.seen
    if gaps > 0:
        words.append(f"hatched: {gaps} of {a.wanted} samples missing, never drawn as zero")
    return " · ".join(words)


def pool_words(a: Assessment, sli: Sli) -> str:
    """That the points of its chart are several samples each; empty where each is one."""
    drawn = pooled(a, sli)
    if drawn is None or drawn.per == 1:
        return ""
    span = lasting(timedelta(seconds=drawn.evidence.step_s))
    return f"each point: all requests of {span}, few as they are; the band allows for their number"


def lead_and_rest(
    change: Change,
    ordered: Sequence[Assessment],
    slis: Mapping[str, Sli],
    others: Sequence[Change],
    *,
    sentence: str,
) -> tuple[Panel | None, tuple[Panel, ...]]:
    """The one chart the verdict rests on, and small ones for what else moved."""
    drawn = [a for a in ordered if a.evidence is not None and len(a.evidence.values)]
    moved = [a for a in drawn if has_moved(a)]
    first = moved[0] if moved else _most_telling(drawn)
    if first is None:
        return None, ()
    lead = panel(first, change, sli_of(slis, first.sli), others, sentence=sentence)
    rest = tuple(
        panel(a, change, sli_of(slis, a.sli), others, sentence=in_words(a, sli_of(slis, a.sli)))
        for a in moved[1 : 1 + MOST_PANELS]
    )
    return lead, rest


def in_words(a: Assessment, sli: Sli) -> str:
    """One indicator's word with its numbers, for a picture's name or a table's head."""
    unit = unit_of(a, sli)
    numbers = f", {from_to(a.before, a.after, unit)}" if a.after is not None else ""
    expected = f", expected {between(a.expected.low, a.expected.high, unit)}" if a.expected else ""
    return f"{a.sli}: {a.health}{numbers}{expected}"


def _most_telling(drawn: Sequence[Assessment]) -> Assessment | None:
    """Where nothing moved: what could not be judged if there is any of it, else the nearest to moving."""
    unknown = [a for a in drawn if a.health is Health.UNKNOWN]
    return min(unknown or drawn, key=lambda a: (min(a.p_worse, a.p_better), a.sli), default=None)


def normal_rows(
    ordered: Sequence[Assessment], slis: Mapping[str, Sli], shown: Iterable[str]
) -> tuple[Normal, ...]:
    """The indicators inside their normal that have no chart of their own."""
    hidden = set(shown)
    inside = [a for a in ordered if a.health is Health.HEALTHY and a.sli not in hidden]
    return tuple(_row(a, sli_of(slis, a.sli)) for a in inside)


def _row(a: Assessment, sli: Sli) -> Normal:
    unit = unit_of(a, sli)
    noticed = f"+{_size(a.noticeable, unit)}" if a.noticeable else "–"
    return Normal(
        sli=a.sli,
        url=sli_url(a.sli),
        before=figure(a.before, unit),
        after=figure(a.after, unit),
        expected=between(a.expected.low, a.expected.high, unit) if a.expected else "–",
        notice=_towards(sli, noticed),
    )


def _size(value: float, unit: str) -> str:
    return figure(abs(value), "points" if unit == "%" else unit)


def _towards(sli: Sli, noticed: str) -> str:
    sign = {"lower": "+", "higher": "−", "either": "±"}[sli.better.value]
    return noticed.replace("+", sign, 1)


def blind(ordered: Sequence[Assessment], verdict: Verdict | None) -> tuple[Fact, ...]:
    """The indicators that could not be judged, each with what it lacks and what to do."""
    said = {f.sli: f.detail for f in verdict.findings} if verdict else {}
    return tuple(
        _broken(a, verdict)
        if a.reason is Reason.SOURCE_ERROR
        else Fact(term=a.sli, text=said.get(a.sli) or a.detail or a.reason.value)
        for a in ordered
        if a.health is Health.UNKNOWN
    )


def _broken(a: Assessment, verdict: Verdict | None) -> Fact:
    """The source's own words in full, which say what to correct, and where it can be asked at once."""
    why = f": {a.detail}" if a.detail else ""
    again = " It is asked again at the next look." if verdict and verdict.next_look else ""
    text = f"{ended(f'Its source could not be read{why}')}{again}"
    return Fact(term=a.sli, text=text, url=sli_url(a.sli), link="Ask it now")
