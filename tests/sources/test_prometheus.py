"""The adapter against a real Prometheus server, over a history that was laid before it."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
import pytest

from live.prometheus import load_history, serving
from shipwake.domain import Samples, Sli, SliKind, Slot
from shipwake.sources import SourceError
from shipwake.sources.prometheus import Prometheus
from shipwake.wire.clock import ManualClock
from shipwake.wire.http import Client

pytestmark = pytest.mark.prometheus

START = datetime(2026, 2, 3, 8, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
LENGTH = 12_000
SCRAPED_S = 15
RATIO = "sum(increase(requests_total{{job='{job}',{label}=~'5..'}}[1m]))"


def _series(name: str, values: Iterable[float], every: int, begin: int = 0) -> Iterator[str]:
    at = int(START.timestamp()) + begin
    for i, value in enumerate(values):
        yield f"{name} {value} {at + i * every}\n"


def _history() -> Iterator[str]:
    hour = range(3600 // SCRAPED_S)
    yield from _series("level", (i % 97 for i in range(LENGTH)), 1)
    yield from _series('pods{pod="a"}', (1 for _ in hour), SCRAPED_S)
    yield from _series('pods{pod="b"}', (2 for _ in hour), SCRAPED_S)
    for job in ("shop", "quiet"):
        labels = f'job="{job}",code="200"'
        yield from _series(f"requests_total{{{labels}}}", (10 * i for i in hour), SCRAPED_S)
    failed = 'requests_total{job="shop",code="500"}'
    yield from _series(failed, (2 * i for i in range(120)), SCRAPED_S, begin=1800)
    yield from _series("idle_total", (7 for _ in hour), SCRAPED_S)
    yield from _series("p95_old", (20 for _ in range(120)), SCRAPED_S)
    yield from _series("p95_new", (20 for _ in range(120)), SCRAPED_S, begin=1800)
    yield from _series('moved{pod="a"}', (1 for _ in range(9)), 1)
    yield from _series('moved{pod="b"}', (1 for _ in range(9)), 1, begin=LENGTH - 100)
    yield "# EOF\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the history, which a single question may read 11,500 samples of."""
    folder = tmp_path_factory.mktemp("prometheus")
    (folder / "history").write_text("".join(_history()))
    load_history(folder / "history", folder / "data")
    with serving(folder / "data", flags=["--query.max-samples=11500"]) as found:
        yield found


@pytest.fixture
def source(url: str) -> Prometheus:
    """The adapter, at a time when all of the history has just passed."""
    return Prometheus("prom", Client(url), url, clock=ManualClock(START + (LENGTH + 60) * SECOND))


def _gauge(query: str, step: timedelta = MINUTE) -> Sli:
    return Sli(name="an indicator", step=step, query={"query": query})


def _ratio(job: str, label: str = "code", total_of: str = "requests_total") -> Sli:
    query = {
        "bad": RATIO.format(job=job, label=label),
        "total": f"sum(increase({total_of}{{job='{job}'}}[1m]))",
    }
    return Sli(name="errors", kind=SliKind.RATIO, step=MINUTE, query=query)


def _asked(url: str) -> int:
    """How many questions the server has answered."""
    page = httpx.get(f"{url}/metrics").text
    found = re.search(
        r'^prometheus_http_requests_total\{code="200",handler="/api/v1/query_range"\} (\d+)',
        page,
        re.MULTILINE,
    )
    return int(found[1]) if found else 0


def _states(found: Samples) -> set[int]:
    return set(found.states.tolist())


def test_values_come_as_they_were_kept(source: Prometheus) -> None:
    """A gauge read at its own step gives every value at its own time."""
    found = source.samples(_gauge("level", SECOND), START, START + MINUTE)

    assert found.t0_s == START.timestamp()
    assert found.values[:, 0].tolist() == [i % 97 for i in range(60)]
    assert _states(found) == {Slot.VALUE}


def test_a_long_window_is_asked_for_in_pieces(source: Prometheus, url: str) -> None:
    """Beyond 11,000 points the window is split, and nothing is lost or doubled where its pieces meet."""
    before = _asked(url)
    found = source.samples(_gauge("level", SECOND), START, START + LENGTH * SECOND)

    assert found.values[:, 0].tolist() == [i % 97 for i in range(LENGTH)]
    assert _asked(url) - before == 2


def test_a_huge_window_is_asked_only_where_something_is(source: Prometheus, url: str) -> None:
    """Of 28 days at one second, 220 pieces, only those are asked for that a coarse question found something in."""
    before = _asked(url)
    end = START + LENGTH * SECOND
    found = source.samples(_gauge("level", SECOND), end - timedelta(days=28), end)

    assert len(found) == 28 * 86_400
    assert found.values[-LENGTH:, 0].tolist() == [i % 97 for i in range(LENGTH)]
    assert not found.present[:-LENGTH].any()
    assert _asked(url) - before <= 4


def test_nothing_divided_by_nothing_is_a_gap(source: Prometheus) -> None:
    """0/0 is NaN to Prometheus and a gap to us; 1/0 is infinite and no measurement."""
    zero = "rate(idle_total[1m])"
    nan = source.samples(_gauge(f"{zero} / {zero}"), START + MINUTE, START + HOUR)
    infinite = source.samples(_gauge(f"1 / {zero}"), START + MINUTE, START + HOUR)

    assert _states(nan) == {Slot.GAP}
    assert _states(infinite) == {Slot.ERROR}


def test_an_absent_series_is_missing(source: Prometheus) -> None:
    """What Prometheus knows nothing of is missing, which is not zero."""
    found = source.samples(_gauge("levle"), START, START + HOUR)

    assert found.missing
    assert len(found) == 0


def test_a_renamed_metric_leaves_gaps_then_nothing(source: Prometheus) -> None:
    """Five minutes after a metric got another name the old one has no values, and no later window has the series."""
    whole = source.samples(_gauge("p95_old"), START, START + HOUR)
    after = source.samples(_gauge("p95_old"), START + 36 * MINUTE, START + HOUR)

    assert whole.present[:35].all()
    assert set(whole.states[36:].tolist()) == {Slot.GAP}
    assert after.missing


def test_counts_of_a_part_and_its_total(source: Prometheus) -> None:
    """Where both series are there, both counts are what Prometheus says of the minute before."""
    found = source.samples(_ratio("shop"), START + 35 * MINUTE, START + 55 * MINUTE)

    assert _states(found) == {Slot.VALUE}
    assert np.allclose(found.values, [8, 48])


def test_what_never_failed_has_no_failures(source: Prometheus) -> None:
    """Without one error there is no series of errors; it is zero, for what is counted does carry the label."""
    found = source.samples(_ratio("quiet"), START + 10 * MINUTE, START + HOUR)

    assert _states(found) == {Slot.VALUE}
    assert np.allclose(found.values, [0, 40])


def test_before_the_first_failure_there_are_none(source: Prometheus) -> None:
    """The slots before a service's first error are zero, those after it are counts, and no slot is a gap."""
    found = source.samples(_ratio("shop"), START + 10 * MINUTE, START + 55 * MINUTE)

    assert _states(found) == {Slot.VALUE}
    assert set(found.values[:20, 0].tolist()) == {0}
    assert (found.values[22:, 0] > 0).all()


def test_a_misspelt_label_is_not_health(source: Prometheus) -> None:
    """A label that nothing carries proves no zero: it is an error that names the query, or long ago a gap."""
    sli = _ratio("shop", label="status")
    with pytest.raises(SourceError, match="is the label spelt") as caught:
        source.samples(sli, START + 10 * MINUTE, START + HOUR)
    later = Prometheus(
        "prom", Client(source.url), source.url, clock=ManualClock(START + timedelta(days=9))
    )

    assert caught.value.permanent
    assert "prom, asked for the `bad` of 'errors': no series" in caught.value.message
    assert _states(later.samples(sli, START + 10 * MINUTE, START + HOUR)) == {Slot.GAP}


def test_an_unlike_part_is_not_taken_for_zero(source: Prometheus) -> None:
    """Where the part is of another metric than the total, its absence proves nothing, and the error says what to do."""
    query = {"bad": "sum(increase(failures_total[1m]))", "total": "sum(increase(idle_total[1m]))"}
    sli = Sli(name="errors", kind=SliKind.RATIO, step=MINUTE, query=query)
    with pytest.raises(SourceError, match=r"absent is not zero.*append `or 0 \* sum"):
        source.samples(sli, START + MINUTE, START + HOUR)
    proper = {**query, "bad": f"{query['bad']} or 0 * sum(increase(idle_total[1m]))"}
    found = source.samples(
        Sli(name="errors", kind=SliKind.RATIO, step=MINUTE, query=proper),
        START + MINUTE,
        START + HOUR,
    )

    assert np.allclose(found.values, 0)
    assert _states(found) == {Slot.VALUE}


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("sum(level", r"answered 400: .*1:10: parse error: unclosed left paren.*correct the query"),
        ("pods", r"answered 2 series, such as pods\{pod=\"a\"\} and pods\{pod=\"b\"\}.*sum\(…\)"),
        ('"words"', r"answered 400: .*string.*correct the query"),
        ("max_over_time(level[3h])", "answered 422: .*too many samples.*read less"),
        ("pods + ignoring(pod) pods", "answered 422: found duplicate series.*correct the query"),
    ],
)
def test_a_query_that_will_not_do(source: Prometheus, query: str, says: str) -> None:
    """What the server refuses, or answers with more than one series, is an error for good that says what to do."""
    end = START + (3 * HOUR if "3h" in query else 20 * MINUTE)
    with pytest.raises(SourceError, match=says) as caught:
        source.samples(_gauge(query, SECOND), START, end)

    assert caught.value.permanent


def test_one_series_after_another_is_two(source: Prometheus) -> None:
    """A series that another takes over from is refused too where each has a piece of the window to itself."""
    with pytest.raises(SourceError, match="answered 2 series, such as moved"):
        source.samples(_gauge("moved", SECOND), START, START + LENGTH * SECOND)


def test_the_newest_slots_have_not_arrived(url: str) -> None:
    """What is newer than the delay is not asked for: it is not a gap, and its value would still change."""
    source = Prometheus("prom", Client(url), url, clock=ManualClock(START + 15 * SECOND))
    found = source.samples(_gauge("level", SECOND), START, START + 20 * SECOND)

    assert found.states.tolist() == [Slot.VALUE] * 11 + [Slot.NOT_ARRIVED] * 9


def test_a_window_to_come_is_not_asked_for(url: str) -> None:
    """Where no slot has passed yet nothing is asked, and nothing is called missing."""
    source = Prometheus("prom", Client(url), url, clock=ManualClock(START))
    before = _asked(url)
    found = source.samples(_ratio("shop"), START + MINUTE, START + 5 * MINUTE)

    assert found.states.tolist() == [Slot.NOT_ARRIVED] * 4
    assert not found.missing
    assert _asked(url) == before


def test_a_server_that_is_down_may_come_back(tmp_path: Path) -> None:
    """A server that was there and is stopped gives an error that passes, and says what to look at."""
    with serving(tmp_path) as gone:
        source = Prometheus("prom", Client(gone, attempts=1), gone, clock=ManualClock(START))
    with pytest.raises(SourceError, match="is it running") as caught:
        source.samples(_gauge("level"), START - HOUR, START)

    assert not caught.value.permanent
