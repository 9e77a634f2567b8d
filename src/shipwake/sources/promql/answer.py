"""The answer to query_range as points of one series; refuses several, histograms, and what may be half an answer.

The form: prometheus.io, "HTTP API", "Range queries".
"""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec
import numpy as np

from shipwake.domain import Floats
from shipwake.sources import SourceError
from shipwake.sources.promql.failure import PASSING, hint

POINT_BYTES = 64
"""More than a point takes: a stamp with three decimals and a number of 17 digits are 45."""
SLACK_BYTES = 1024
EXCERPT = 120
ABOUT_THE_QUERY = "PromQL warning"
"""How the warnings of Prometheus 3 begin that are about the query, and will come again."""


class _Series(msgspec.Struct):
    metric: dict[str, str] = {}
    values: msgspec.Raw = msgspec.Raw(b"[]")
    histograms: list[msgspec.Raw] = []


class _Data(msgspec.Struct, rename="camel"):
    result_type: str
    result: msgspec.Raw


class _Envelope(msgspec.Struct, rename="camel"):
    status: str
    data: _Data | None = None
    error_type: str = ""
    error: str = ""
    warnings: list[str] | None = None
    infos: list[str] | None = None
    is_partial: bool | None = None
    """VictoriaMetrics says so where a part of its cluster did not answer."""


_envelope = msgspec.json.Decoder(_Envelope)
_series = msgspec.json.Decoder(list[_Series])
_points = msgspec.json.Decoder(list[tuple[float, str]])


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """One series: `times_s` and `values`, shape [m], may be empty, with NaN and infinities as they came."""

    times_s: Floats
    values: Floats
    labels: str = ""
    infos: tuple[str, ...] = ()


def read(body: bytes, most: int, hidden: Callable[[str], str] = str) -> Points:
    """The points of an answer to a question for at most `most`; raises SourceError where it is not one whole series.

    `hidden` makes the answer's own words fit to be shown.
    """
    said = _decoded(body, hidden)
    if said.status != "success" or said.data is None:
        message = f"{said.error or 'an error without words'}; {hint(said.error_type)}"
        raise SourceError(message, permanent=said.error_type not in PASSING)
    _refuse_halves(said)
    if said.data.result_type != "matrix":
        raise SourceError(
            f"answered a {said.data.result_type} where a matrix belongs", permanent=True
        )
    try:
        found = _series.decode(said.data.result)
        series = _only(found)
        if series is None:
            return Points(np.empty(0), np.empty(0), infos=tuple(said.infos or ()))
        if len(series.values) > most * POINT_BYTES + SLACK_BYTES:
            message = f"answered more than the {most} points it was asked for; does something change `step` on its way?"
            raise SourceError(message, permanent=True)
        pairs = _points.decode(series.values)
        times = np.fromiter((at for at, _ in pairs), np.float64, len(pairs))
        values = np.fromiter((float(text) for _, text in pairs), np.float64, len(pairs))
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise _another_form(error) from None
    return Points(times, values, _shown(series), tuple(said.infos or ()))


def _shown(series: _Series) -> str:
    """A series by its labels, as PromQL writes them."""
    labels = ", ".join(f'{n}="{v}"' for n, v in sorted(series.metric.items()) if n != "__name__")
    return f"{series.metric.get('__name__', '')}{{{labels}}}"


def _decoded(body: bytes, hidden: Callable[[str], str]) -> _Envelope:
    try:
        return _envelope.decode(body)
    except msgspec.ValidationError as error:
        raise _another_form(error) from None
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        # Hidden before it is cut: half a secret is not known as one.
        start = hidden(body[: 8 * EXCERPT].decode(errors="replace").strip())[:EXCERPT]
        ends = body.rstrip().endswith(b"}") and "truncated" not in str(error)
        if start.startswith("{") and not ends:
            message = f"the answer breaks off after {len(body)} bytes; half an answer is not read"
            raise SourceError(message, permanent=False) from None
        message = f"answered what is no JSON: {start!r}; is `url` the API's address, and is the key right?"
        raise SourceError(message, permanent=True) from None


def _another_form(error: Exception) -> SourceError:
    message = f"answered in another form than Prometheus does ({error}); is `url` right?"
    return SourceError(message, permanent=True)


def _refuse_halves(said: _Envelope) -> None:
    """A warning says that samples are lacking or were left out: what is there may be taken for what was."""
    warnings = said.warnings or []
    if not warnings and not said.is_partial:
        return
    words = "; ".join(warnings)[: 2 * EXCERPT] or "a part of its stores did not answer"
    about_the_query = bool(warnings) and all(w.startswith(ABOUT_THE_QUERY) for w in warnings)
    todo = "correct the query" if about_the_query else "a part is not taken for the whole"
    raise SourceError(f"warns of its own answer: {words}; {todo}", permanent=about_the_query)


def _only(found: list[_Series]) -> _Series | None:
    if len(found) > 1:
        raise several({_shown(s) for s in found}, len(found))
    if found and found[0].histograms:
        message = (
            "answered native histograms; ask for a number, such as histogram_quantile(0.95, …)"
        )
        raise SourceError(message, permanent=True)
    return found[0] if found else None


def several(labels: set[str], count: int) -> SourceError:
    """The error of an SLI that is `count` series; `labels` are as Points have them."""
    two = " and ".join(label[:EXCERPT] for label in sorted(labels)[:2])
    message = f"answered {count} series, such as {two}; an SLI is one: put sum(…) around the query, or avg(…) or max(…)"
    return SourceError(message, permanent=True)
