"""Samples from Prometheus and what speaks like it (Thanos, Mimir, VictoriaMetrics), by query_range; guesses nothing.

The value at t is the query's evaluation at t and covers the time up to t. Form and limits: prometheus.io, "HTTP API".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode

import numpy as np
import structlog

from shipwake.config import Adapter, Field, Setting, read
from shipwake.domain import Samples, Sli, SliKind
from shipwake.sources import Reader, SourceError, promql, remote
from shipwake.sources.remote import Flags, Grid, Line, Span
from shipwake.wire.clock import Clock, SystemClock
from shipwake.wire.hiding import hide
from shipwake.wire.http import CallError, Client, secrets_of

TIMEOUT, DELAY, PARALLEL = timedelta(seconds=20), timedelta(seconds=5), 4
RECENT = timedelta(days=1)
STEP = timedelta(minutes=1)
MOST = 11_000
"""Points of one series in one answer, both ends counted; the server refuses more."""
FEW = 8
"""Questions up to which none is spared by asking first, at a coarser step, where there is anything."""
OWN = frozenset({"query", "start", "end", "step", "timeout"})

log = structlog.get_logger()


def _params(given: Field) -> dict[str, str]:
    for name in OWN & given.entries().keys():
        raise given.entries()[name].wrong("a parameter that is not asked for anyway", read=name)
    return remote.texts(given)


SETTINGS = (
    Setting(
        "url",
        remote.address,
        "Where it listens, with its path if it has one, such as `https://mimir.example.com/prometheus`.",
        required=True,
    ),
    Setting("username", read.expanded, "Who asks, by basic authentication; with `password`."),
    Setting("password", read.secret, "The password of `username`."),
    Setting("token", read.secret, "Opens it as `Authorization: Bearer`."),
    Setting(
        "headers",
        remote.headers,
        "Headers to send, such as `X-Scope-OrgID` for a tenant; a value with `${NAME}` is kept secret.",
    ),
    Setting(
        "params",
        _params,
        'Parameters to send with each question, such as `dedup: "true"` for Thanos.',
    ),
    Setting(
        "timeout",
        read.duration(timedelta(milliseconds=100), timedelta(minutes=10)),
        "How long a question may take; 20s where absent. The server is told, and stops then too.",
    ),
    Setting(
        "parallel", read.whole(1, 64), "How many questions it is asked at once; 4 where absent."
    ),
    Setting(
        "delay",
        read.duration(timedelta(0), timedelta(days=1)),
        "How long after its time a sample may still arrive or change; 5s where absent.",
    ),
)
CHECKS = (remote.one_credential,)


@dataclass(frozen=True, slots=True)
class Prometheus:
    """One server. Nothing newer than `delay` ago is asked for; those slots have not arrived."""

    name: str
    client: Client = field(repr=False)
    url: str = field(repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    parallel: int = PARALLEL
    delay: timedelta = DELAY
    clock: Clock = field(default_factory=SystemClock, repr=False)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """The query's values at whole multiples of the step (one minute where the SLI has none).

        No value at a time that has passed is a gap, and none at any of them means that there is no such series.
        """
        step = sli.step or STEP
        grid = Grid.over(start, end, step)
        now = self.clock.now() - self.delay
        arrived = grid.until(now)
        ratio = sli.kind is SliKind.RATIO
        whole = _Question(self, sli, "total" if ratio else "query")
        if not arrived:
            return grid.samples([Line(grid.n)] * sli.columns, 0)
        line = whole.line(grid, whole.worth_asking(grid, arrived))
        if not line.present.any():
            return Samples.nothing(start, step, sli.columns)
        if not ratio:
            return grid.samples([line], arrived)
        recent = grid.until(now - RECENT) < grid.n
        return grid.samples([_part(whole, grid, line, recent=recent), line], arrived)

    def ask(self, query: str, grid: Grid, span: Span) -> promql.Points:
        """What `query` is in the slots of `span`, the last included; raises SourceError."""
        start, end = span
        asked = {
            **self.params,
            "query": query,
            "start": grid.label(start),
            "end": grid.label(end - 1),
            "step": f"{grid.step_s:.3f}".removesuffix(".000"),
            "timeout": f"{round(self.client.timeout_s * 1000)}ms",
        }
        try:
            answer = self.client.request(
                "POST",  # a query may be longer than an address may be
                f"{self.url}/api/v1/query_range",
                content=urlencode(asked).encode(),
                headers={"Content-Type": "application/x-www-form-urlencoded"},
                repeatable=True,
            )
        except CallError as error:
            raise promql.failed(error) from None
        return promql.read(answer.body, end - start, answer.hidden)


@dataclass(slots=True)
class _Question:
    """One of an SLI's queries (`query`, `bad`, `good`, `total`), and the series that has answered it."""

    source: Prometheus
    sli: Sli
    name: str
    query: str = ""
    labels: str | None = None

    def __post_init__(self) -> None:
        self.query = self.query or self.sli.query.get(self.name, "")
        if not self.query:
            raise self.wrong(f"the SLI has none; write `{self.name}:` and what to ask")

    def wrong(
        self, message: str, *, permanent: bool = True, retry_after: timedelta | None = None
    ) -> SourceError:
        """An error that names the question."""
        asked = f"{self.source.name}, asked for the `{self.name}` of {self.sli.name!r}"
        said = hide(message, self.source.client.secrets)
        return SourceError(f"{asked}: {said}", permanent=permanent, retry_after=retry_after)

    def line(self, grid: Grid, spans: Sequence[Span]) -> Line:
        """The series in these spans of the grid, one question a span."""
        line = Line(grid.n)
        for span in spans:
            try:
                points = self.source.ask(self.query, grid, span)
                slots = grid.slots(points.times_s)
            except SourceError as error:
                raise self.wrong(
                    error.message, permanent=error.permanent, retry_after=error.retry_after
                ) from None
            line.lay(slots, points.values)
            self._note(points)
        return line

    def worth_asking(self, grid: Grid, arrived: int) -> list[Span]:
        """The spans that may hold something, by one question at a coarser step where they are many.

        What lasted less than that step may lie between its points: it is found only beside something longer.
        """
        spans = grid.spans(arrived, MOST)
        if len(spans) <= FEW:
            return spans
        coarse = grid.coarser(arrived, MOST)
        factor = coarse.step_ms // grid.step_ms
        hits = self.line(coarse, [(0, coarse.n)]).present.nonzero()[0] * factor
        return [(i, j) for i, j in spans if ((hits > i - factor) & (hits < j - 1 + factor)).any()]

    def _note(self, points: promql.Points) -> None:
        """Raise SourceError where another series answers than before: two are not one, one after the other either."""
        if points.infos:
            said = hide("; ".join(points.infos), self.source.client.secrets)
            log.debug("source remarks", source=self.source.name, sli=self.sli.name, said=said)
        if len(points.times_s):
            if self.labels is not None and self.labels != points.labels:
                raise self.wrong(promql.several({self.labels, points.labels}, 2).message)
            self.labels = points.labels


def _part(whole: _Question, grid: Grid, total: Line, *, recent: bool) -> Line:
    """The bad or good part of a total. Absent is zero only where a witness proves it (`promql.witness`), else a gap.

    A part that is nowhere in a recent window raises SourceError: somebody can say now what is meant.
    """
    source, sli = whole.source, whole.sli
    question = _Question(source, sli, "good" if sli.good else "bad")
    line = question.line(grid, _holding(grid, total.present))
    absent = total.present & ~line.present
    if not absent.any():
        return line
    query = promql.witness(question.query, whole.query)
    if query is not None:
        proof = _Question(source, sli, question.name, query).line(grid, _holding(grid, absent))
        proven = absent & proof.present
        line.lay(proven.nonzero()[0], np.zeros(int(proven.sum())))
    if recent and not line.present.any():
        raise question.wrong(_nowhere(query))
    return line


def _holding(grid: Grid, wanted: Flags) -> list[Span]:
    """The spans of the grid in which any slot is wanted, shape [n]."""
    return [(i, j) for i, j in grid.spans(grid.n, MOST) if wanted[i:j].any()]


def _nowhere(query: str | None) -> str:
    """Why a part that has no series at all is not taken for zero, and what would make it so."""
    if query is not None:
        return f"no series, and {query} has none either: is the label spelt as the total's series spell it?"
    return (
        "no series, though the total has values, and absent is not zero; correct the query, or, if nothing was counted"
        " yet, append `or 0 * sum(…)` over series that are there as long as the counting works"
    )


def connect(adapter: Adapter, _reader: Reader | None) -> Prometheus:
    """The server at the adapter's address; raises SourceError where a header cannot be sent."""
    settings, (sent, secrets) = adapter.settings, remote.opened_by(adapter.settings)
    client = Client(
        settings["url"],
        headers=sent,
        secrets=secrets_of([*secrets, settings["url"]]),
        timeout_s=settings.get("timeout", TIMEOUT).total_seconds(),
        largest=8 * 1024 * 1024,  # ten times what one series takes
        attempts=2,  # a question that was too much once is too much again, and takes its time
    )
    return Prometheus(
        adapter.name,
        client,
        settings["url"],
        settings.get("params", {}),
        settings.get("parallel", PARALLEL),
        settings.get("delay", DELAY),
    )
