"""What whoever runs the server asks: is it alive, is it ready, what has it done."""

import subprocess
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from shipwake.app import listening
from shipwake.domain import BadInputError, ShipwakeError
from shipwake.flow import Kept, hear, step
from shipwake.flow.measured import Measured
from shipwake.flow.pulse import STILL_S
from shipwake.sources import SourceError
from shipwake.store.migrate import HEAD
from tests.flow.town import ALICE, Town, town
from tests.web.site import Site, site


def _value(page: str, series: str) -> float:
    (line,) = [x for x in page.splitlines() if x.startswith(f"{series} ")]
    return float(line.rpartition(" ")[2])


def _page(here: Town) -> str:
    with listening(here.river, "127.0.0.1:0") as url:
        return httpx.get(f"{url}/metrics").text


def test_health_is_open_to_all_and_tells_nothing_else(here: Site) -> None:
    """All three answer without a token, with status and version alone."""
    for path in ("/healthz", "/healthz/live", "/healthz/ready"):
        asked = here.client().get(path)

        assert asked.status_code == 200, path
        assert asked.json().keys() == {"status", "version"}


def test_a_loop_that_stands_still_is_not_ready(tmp_path: Path) -> None:
    """Where the loop here has not turned for a minute, ready is 503 with the reason, and live stays 200."""
    with site(tmp_path) as made:
        made.river.pulse.beat()
        made.river.pulse._last -= STILL_S + 1  # noqa: SLF001 - a minute ago
        asked = made.client().get("/healthz/ready")
        alive = made.client().get("/healthz/live")

    assert asked.status_code == 503
    assert "has not turned for 61 s" in asked.json()["detail"]
    assert asked.headers["retry-after"]
    assert alive.status_code == 200


def test_a_database_that_is_gone_is_not_ready_and_metrics_say_so(tmp_path: Path) -> None:
    """Without its tables ready is 503; the counters are still there, and say that the database does not answer."""
    with site(tmp_path) as made:
        reader = made.client("read")
        with made.river.store.write() as tx:
            tx.queues._sql.connection.exec_driver_sql("DROP TABLE due_looks")  # noqa: SLF001 - breaks it
        asked = made.client().get("/healthz/ready")
        page = reader.get("/metrics")

    assert asked.status_code == 503
    assert page.status_code == 200
    assert _value(page.text, "shipwake_database_answers") == 0
    assert "shipwake_queue_waiting" not in page.text


def test_tables_of_another_version_are_not_ready(tmp_path: Path) -> None:
    """Tables before this program's are not ready; newer ones only if they say that it may work on them."""
    with site(tmp_path) as made:
        codes = []
        for version, oldest in (("0001", "0001"), ("9999", "9998"), ("9999", HEAD)):
            with made.river.store.write() as tx:
                tx.queues._sql.connection.exec_driver_sql(  # noqa: SLF001 - as another program would
                    "UPDATE alembic_version SET version_num = ?, oldest = ?", (version, oldest)
                )
            codes.append(made.client().get("/healthz/ready").status_code)

    assert codes == [503, 503, 200]


def test_the_flow_is_counted(tmp_path: Path) -> None:
    """One deploy gives looks, verdicts, notices and normals by the words and names that are ours."""
    with town(tmp_path) as here:
        here.deploys(ALICE, "r1")
        here.minutes(25)
        page = _page(here)
        with here.river.store.read() as tx:
            waiting = tx.queues.now(here.clock.now())

    looks = sum(
        _value(page, f'shipwake_looks_total{{outcome="{word}"}}')
        for word in ("healthy", "improved", "ailing", "unhealthy", "unknown")
    )
    assert looks == 10, "five looks of two SLIs"
    assert _value(page, 'shipwake_verdicts_total{health="healthy"}') >= 1
    assert _value(page, 'shipwake_notices_total{channel="box",outcome="sent"}') >= 1
    assert _value(page, "shipwake_learn_seconds_count") == 2
    assert _value(page, 'shipwake_normals_total{outcome="held"}') == 10
    assert _value(page, 'shipwake_queue_waiting{queue="looks"}') == waiting["looks"].waiting == 0
    assert _value(page, "shipwake_database_bytes") > 100_000


def test_what_waits_is_shown_with_its_age(tmp_path: Path) -> None:
    """A delivery and looks that nobody took are counted, and the oldest one's wait is told."""
    with town(tmp_path) as here:
        here.deploys(ALICE, "r1")
        hear(here.river, "plain", "", {}, b"{}", vouched=True)
        here.clock.advance(600 * here.river.config.watch.unit)
        page = _page(here)

    assert _value(page, 'shipwake_queue_waiting{queue="deliveries"}') == 1
    assert _value(page, 'shipwake_queue_oldest_seconds{queue="deliveries"}') == 36_000
    assert _value(page, 'shipwake_queue_waiting{queue="looks"}') == 2
    assert _value(page, 'shipwake_queue_oldest_seconds{queue="looks"}') == 36_000 - 180
    assert _value(page, 'shipwake_deliveries_total{kind="plain",outcome="kept"}') == 1


def test_no_sender_makes_a_series(here: Site) -> None:
    """Kinds, methods and paths that a sender made up become no label."""
    client, reader = here.client(), here.client("read")
    for number in range(3):
        client.post(f"/hooks/evil{number}", content=b"{}")
        client.request("PROPFIND", f"/evil{number}")
    page = reader.get("/metrics").text

    assert "evil" not in page.casefold()
    assert "PROPFIND" not in page
    assert 'method="other"' in page


class _Failing:
    parallel = 3

    def __init__(self, *, permanent: bool) -> None:
        self.permanent = permanent

    def samples(self, *_asked: object) -> None:
        message = "it is not there"
        raise SourceError(message, permanent=self.permanent)


@pytest.mark.parametrize(("permanent", "outcome"), [(True, "permanent"), (False, "passing")])
def test_a_source_that_fails_is_counted_by_its_name(
    tmp_path: Path, permanent: bool, outcome: str
) -> None:
    """Errors of a source and their time stand under its name, by whether they pass; its width stays."""
    with town(tmp_path) as here:
        river, meters = here.river, here.river.meters
        measured = Measured(_Failing(permanent=permanent), "prom", meters)  # type: ignore[arg-type]
        kept = Kept(measured, river.store, "it", meters)
        sli = replace(river.config.slis[0], source="prom")
        with pytest.raises(SourceError):
            kept.samples(sli, here.clock.now(), here.clock.now())
        page = _page(here)

    assert kept.parallel == 3
    assert _value(page, f'shipwake_source_requests_total{{outcome="{outcome}",source="prom"}}') == 1
    assert _value(page, 'shipwake_source_seconds_count{source="prom"}') == 1
    assert _value(page, 'shipwake_source_cache_total{outcome="asked",source="prom"}') == 1


def test_openmetrics_is_told_to_whoever_asks_for_it(here: Site) -> None:
    """The format follows `Accept`, and OpenMetrics's own parser reads it whole."""
    asked = here.client("read", Accept="application/openmetrics-text; version=1.0.0").get(
        "/metrics"
    )
    parsed = text_string_to_metric_families(asked.text)  # type: ignore[no-untyped-call]
    families = {family.name for family in parsed}

    assert asked.headers["content-type"].startswith("application/openmetrics-text")
    assert {"shipwake_build", "shipwake_looks", "shipwake_requests"} <= families


@pytest.mark.prometheus
def test_prometheus_finds_nothing_to_say_about_our_names(here: Site) -> None:
    """Prometheus's own tool reads all of it, and finds no name, help or unit wanting."""
    page = here.client("read").get("/metrics").text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page, capture_output=True, text=True, check=False
    )

    said = [line for line in checked.stderr.splitlines() if "shipwake_" in line]
    assert said == []


def test_a_worker_tells_the_same_at_a_port_of_its_own(tmp_path: Path) -> None:
    """A worker's port answers health, ready and metrics, and nothing else in any way."""
    with town(tmp_path) as here, listening(here.river, "127.0.0.1:0") as url:
        codes = {
            path: httpx.get(url + path).status_code
            for path in ("/healthz", "/healthz/live", "/healthz/ready", "/metrics", "/api/v1/slis")
        }
        posted = httpx.post(f"{url}/metrics").status_code

    assert codes == {
        "/healthz": 200,
        "/healthz/live": 200,
        "/healthz/ready": 200,
        "/metrics": 200,
        "/api/v1/slis": 404,
    }
    assert posted == 501


@pytest.mark.parametrize("where", ["7447", "localhost:", ":80x", "127.0.0.1:99999"])
def test_a_port_that_cannot_be_meant_is_refused(tmp_path: Path, where: str) -> None:
    """What is no HOST:PORT is refused in words, before anything starts."""
    with (
        town(tmp_path) as here,
        pytest.raises(BadInputError, match="HOST:PORT"),
        listening(here.river, where),
    ):
        raise AssertionError


def test_a_taken_port_of_a_worker_is_said(tmp_path: Path) -> None:
    """A port that another process holds is named, with what to do."""
    with (
        town(tmp_path) as here,
        listening(here.river, "127.0.0.1:0") as url,
        pytest.raises(ShipwakeError, match="give --listen another"),
        listening(here.river, url.removeprefix("http://")),
    ):
        raise AssertionError


def test_what_was_heard_is_counted_by_what_became_of_it(tmp_path: Path) -> None:
    """Deliveries are counted at the door and again when they were read."""
    with town(tmp_path) as here:
        told = b'{"service": "checkout", "environment": "production", "id": "a", "at": "2026-03-02T08:00:00Z"}'
        hear(here.river, "plain", "", {}, told, vouched=True)
        hear(here.river, "plain", "", {}, b"[", vouched=True)
        hear(here.river, "plain", "", {}, told)
        while step(here.river):
            pass
        page = _page(here)

    counted = {
        outcome: _value(page, f'shipwake_deliveries_total{{kind="plain",outcome="{outcome}"}}')
        for outcome in ("kept", "understood", "unreadable", "refused")
    }
    assert counted == {"kept": 2, "understood": 1, "unreadable": 1, "refused": 1}
