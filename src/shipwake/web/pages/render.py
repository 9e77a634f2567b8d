"""Templates filled with a view; every word is escaped unless a filter of ours made it markup."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response

from shipwake import __version__
from shipwake.domain import Health, rfc3339
from shipwake.web import charts
from shipwake.web.charts import around, band, history, spark, strip
from shipwake.web.pages import prose, times
from shipwake.web.pages.shell import Shell
from shipwake.web.pages.twin import twin

TEMPLATES = Path(__file__).parent.parent / "templates"
CHART_SIZES = {"wide": charts.WIDE, "narrow": charts.NARROW, "small": charts.SMALL}
MEANINGS = {
    charts.WATCHING: "The first look is still to come.",
    charts.KNOWN: "Whoever announced it asked for no verdict; it still counts where another change is judged.",
}
LOOKS_WIDTH = {"wide": 780.0, "narrow": 352.0}


def page(template: str, shell: Shell, view: object, status: int = 200) -> Response:
    """A page as HTML."""
    return HTMLResponse(_templates().get_template(template).render(shell=shell, view=view), status)


def data(view: object) -> Response:
    """The same view as JSON."""
    return Response(msgspec.json.encode(twin(view)), media_type="application/json")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    environment.globals.update(
        mark=_drawn(charts.MARK), signs=_drawn(charts.sheet()), static=_static
    )
    return environment


def _static(name: str) -> str:
    return f"/static/{name}?v={__version__}"


def _drawn(svg: str) -> Markup:
    """SVG that a chart function made: each of its words was escaped there."""
    return Markup(svg)  # noqa: S704


def _classed(svg: str, name: str) -> Markup:
    return _drawn(svg.replace('class="chart ', f'class="chart {name} ', 1))


def _chart(plot: charts.Plot, size: str) -> Markup:
    svg = around.draw(plot, CHART_SIZES[size])
    return _drawn(svg) if size == "small" else _classed(svg, f"for-{size}")


def _band(shown: band.Band, size: str) -> Markup:
    paper = band.WIDE if size == "wide" else band.NARROW
    return _classed(band.draw(shown, paper), f"for-{size}")


def _history(shown: history.History, size: str) -> Markup:
    paper = history.WIDE if size == "wide" else history.NARROW
    return _classed(history.draw(shown, paper), f"for-{size}")


def _looks(marks: tuple[strip.Mark, ...], size: str) -> Markup:
    return _classed(strip.large(marks, width=LOOKS_WIDTH[size]), f"for-{size}")


def _meaning(word: str) -> str:
    return Health(word).meaning if word in set(Health) else MEANINGS.get(word, "")


def _spoken(word: str) -> str:
    return charts.SPOKEN.get(word, word)


def _timed(text: str | Markup, near: Any) -> Markup:  # noqa: ANN401 - a template's value
    return times.timed(text, near)


FILTERS: dict[str, Callable[..., Any]] = {
    "arrows": prose.arrows,
    "band": _band,
    "chart": _chart,
    "clock": times.clock_element,
    "coded": prose.coded,
    "day": times.day_element,
    "glyph": lambda kind: _drawn(charts.glyph_icon(kind)),
    "history": _history,
    "iso": rfc3339,
    "looks": _looks,
    "meaning": _meaning,
    "moment": times.moment_element,
    "shape": lambda word: _drawn(charts.shape_icon(word)),
    "spoken": _spoken,
    "spark": lambda plot: _drawn(spark.draw(plot)),
    "strip": lambda marks: _drawn(strip.small(marks)),
    "timed": _timed,
    "when": times.when_element,
    "worded": prose.worded,
}
