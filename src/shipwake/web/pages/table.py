"""The numbers of one chart as a table, and as JSON for the hand that moves over it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from shipwake.domain import Assessment, Change, Sli, from_epoch
from shipwake.web.charts import Marker, Plot, between
from shipwake.web.charts.figures import figure
from shipwake.web.pages.evidence import in_words, pool_words
from shipwake.web.pages.plots import plot_of
from shipwake.web.pages.shell import change_url


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRow:
    """One sample; `note` says that it is outside, or which change came just before."""

    at: datetime
    value: str
    total: str
    expected: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """A chart's samples, as words (`rows`) and as numbers in the chart's unit."""

    change: str
    change_url: str
    sli: str
    title: str
    sentence: str
    at: datetime
    unit: str
    with_total: bool
    rows: tuple[TableRow, ...]
    times_s: tuple[float, ...]
    values: tuple[float, ...]
    markers: tuple[Marker, ...]


def build(a: Assessment, change: Change, sli: Sli, others: Sequence[Change]) -> TableView:
    """The view of one indicator's samples around a change."""
    plot = plot_of(a, sli, change, others, name=a.sli)
    return TableView(
        change=change.name,
        change_url=change_url(change.id),
        sli=a.sli,
        title=f"{plot.title if plot else a.sli} around {change.name}",
        sentence=". ".join(filter(None, (in_words(a, sli), pool_words(a, sli)))),
        at=a.at,
        unit=plot.unit if plot else sli.unit,
        with_total=bool(plot and len(plot.total)),
        rows=tuple(_rows(plot)) if plot else (),
        times_s=tuple(plot.times_s.tolist()) if plot else (),
        values=tuple(plot.values.tolist()) if plot else (),
        markers=plot.markers if plot else (),
    )


def _rows(plot: Plot) -> list[TableRow]:
    outside = plot.is_outside()
    found = []
    for i, at in enumerate(plot.times_s.tolist()):
        value = float(plot.values[i])
        found.append(
            TableRow(
                at=from_epoch(at),
                value=figure(value, plot.unit) if np.isfinite(value) else "–",
                total=figure(float(plot.total[i])) if len(plot.total) else "",
                expected=between(float(plot.low[i]), float(plot.high[i]), plot.unit),
                note=_note(plot, at, outside=bool(outside[i]), gap=not np.isfinite(value)),
            )
        )
    return found


def _note(plot: Plot, at: float, *, outside: bool, gap: bool) -> str:
    started = [m.label for m in plot.markers if at <= m.at_s < at + plot.step_s]
    words = ["no data"] if gap else ["outside"] if outside else []
    return ", ".join([*words, *started])
