"""The example shop's script, deliveries and scraping; refuses to start a process."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise

import numpy as np
import pytest

from shop import deliveries, stories
from shop.schedule import SPIKE_FACTOR, Script, script
from shop.scrape import Reading, Service, quantile, read
from shop.versions import Version, decode

SEEDS = range(0, 60, 4)
AT = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)


@pytest.fixture(params=SEEDS)
def plan(request: pytest.FixtureRequest) -> Script:
    """Give the script of one of many seeds."""
    return script(int(request.param), 90)


def judged(plan: Script) -> Counter[str]:
    """Count the judged changes by story."""
    return Counter(change.story.name for change in plan.changes if change.judge)


def test_the_same_seed_gives_the_same_script_and_another_seed_another() -> None:
    """A recording can be made again from its printed seed."""
    assert script(7, 90) == script(7, 90)
    assert script(7, 90).changes != script(8, 90).changes


def test_every_trouble_and_every_double_occurs_in_ninety_minutes(plan: Script) -> None:
    """Each of the talk's eight troubles comes once, and each kind of innocent double at least once."""
    counts = judged(plan)
    assert [counts[story.name] for story in stories.TROUBLES] == [1] * 8
    assert all(counts[story.name] for story in stories.HARMLESS)


def test_the_first_thirty_minutes_hold_only_plain_history(plan: Script) -> None:
    """What is learned from is never judged, and each service is deployed at least five times in it."""
    early = [change for change in plan.changes if change.at < 30 * 60]
    assert {change.story.truth for change in early} == {"harmless"}
    assert not any(change.judge for change in early)
    deploys = Counter(change.service for change in early if change.story.kind == "deploy")
    assert min(deploys[service] for service in ("front", "checkout", "mail")) >= 5


def test_every_trouble_is_undone_before_the_end_and_in_about_two_minutes(plan: Script) -> None:
    """No harm stays, and each lasts long enough for a whole watch of sixty seconds."""
    for change in plan.changes:
        if change.story.truth == "harmful":
            assert change.undo_at is not None
            assert 85 <= change.undo_at - change.at <= 170
            assert change.undo_at <= 90 * 60 - 70


def test_changes_of_one_service_never_overlap(plan: Script) -> None:
    """Each judged change has its service to itself for at least a minute."""
    for service in ("front", "checkout", "mail"):
        own = [change for change in plan.changes if change.judge and change.service == service]
        for first, second in pairwise(own):
            assert second.at - (first.undo_at or first.at) > 60


def test_the_spike_comes_when_the_shop_is_calm(plan: Script) -> None:
    """Four times the visitors of a calm hour are few more than at noon, so nothing is overloaded."""
    [spike] = [change for change in plan.changes if change.story.name == "spike"]
    assert SPIKE_FACTOR * plan.rhythm.rate(spike.at + 35) < 2.2 * plan.rhythm.high


def test_one_harmless_deploy_runs_beside_a_trouble_of_another_service(plan: Script) -> None:
    """The recording holds a pair that overlaps, as real days do."""
    troubles = [change for change in plan.changes if change.undo_at is not None]
    pairs = [
        (change, trouble)
        for change in plan.changes
        for trouble in troubles
        if change.undo_at is None and trouble.at < change.at < (trouble.undo_at or 0)
    ]
    assert len(pairs) == 1
    assert pairs[0][0].service != pairs[0][1].service


def test_a_shorter_script_still_mixes_harm_and_harmless() -> None:
    """An hour holds as many troubles as fit, and at least as many harmless changes."""
    truths = Counter(change.story.truth for change in script(7, 60).changes if change.judge)
    assert 3 <= truths["harmful"] <= truths["harmless"] + truths["improved"]


def test_a_delivery_is_signed_over_its_exact_body() -> None:
    """Whoever knows the published secret finds the signature right, for both forms."""
    github = deliveries.GitHub(np.random.default_rng(1))
    push = github.push(AT, "front", "a" * 40, [("b" * 40, "Alice", "Use the new logo")])
    own = deliveries.plain(AT, {"id": "flag-1", "kind": "flag"})
    for delivery, header in ((push, "X-Hub-Signature-256"), (own, "X-Shipwake-Signature")):
        wanted = hmac.new(b"shipwake-demo", delivery.body.encode(), hashlib.sha256).hexdigest()
        assert delivery.headers[header] == f"sha256={wanted}"


def test_a_signature_matches_the_published_example() -> None:
    """The scheme is GitHub's own: its documented secret and body give its documented value."""
    signature = deliveries.sign("Hello, World!", "It's a Secret to Everybody")
    assert signature == "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_a_status_names_its_deployment_and_the_time_it_went_live() -> None:
    """A deployment and its success carry one id, one revision and the second it went live."""
    github = deliveries.GitHub(np.random.default_rng(1))
    first, planned = github.deployment(AT, "mail", "c" * 40, "Drop the fax number")
    done = github.status(AT, AT, "mail", planned, "success")
    begun, live = json.loads(first.body), json.loads(done.body)
    assert begun["deployment"]["id"] == live["deployment"]["id"]
    assert live["deployment"]["sha"] == "c" * 40
    assert live["deployment_status"]["created_at"] == "2026-03-01T09:30:15Z"
    assert first.headers["X-GitHub-Delivery"] != done.headers["X-GitHub-Delivery"]


PAGE = """# HELP http_server_request_duration_seconds Duration
http_server_request_duration_seconds_bucket{http_response_status_code="200",le="0.01"} 8.0
http_server_request_duration_seconds_bucket{http_response_status_code="200",le="0.02"} 10.0
http_server_request_duration_seconds_bucket{http_response_status_code="200",le="+Inf"} 10.0
http_server_request_duration_seconds_count{http_response_status_code="200"} 10.0
http_server_request_duration_seconds_sum{http_response_status_code="200"} 0.09
http_server_request_duration_seconds_count{http_response_status_code="500"} 2.0
http_server_request_duration_seconds_sum{http_response_status_code="500"} 0.01
shop_process_started{otel_scope_name="shop"} 1.7e+09
shop_process_memory_bytes{otel_scope_name="shop"} 6.291456e+07
shop_process_cpu_seconds_total{otel_scope_name="shop"} 1.5
"""


def test_a_page_is_read_with_errors_counted_by_code() -> None:
    """Codes from 500 on are bad, all codes are the total."""
    reading = read(PAGE)
    assert (reading.total, reading.bad, reading.cpu_s) == (12, 2, 1.5)
    assert reading.spent_s == pytest.approx(0.1)
    assert reading.buckets == {0.01: 8, 0.02: 10, float("inf"): 10}


def test_a_quantile_lies_between_its_buckets_edges() -> None:
    """Nine of ten requests: half of the way through the second bucket."""
    assert quantile(0.9, [(0.01, 8.0), (0.02, 10.0)]) == pytest.approx(0.015)
    assert quantile(0.9, [(0.01, 0.0)]) is None


def test_two_processes_of_one_service_are_never_subtracted() -> None:
    """While a version is replaced, each process is compared with its own past."""
    service = Service("checkout")
    old, new = Reading(process=1, total=900, bad=3), Reading(process=2, total=5, bad=1)
    service.samples(old)
    for reading, total, bad in (
        (new, 5, 1),
        (Reading(process=1, total=910, bad=3), 10, 0),
        (Reading(process=2, total=25, bad=1), 20, 0),
    ):
        errors = service.samples(reading)[0]
        assert (errors.total, errors.count) == (total, bad)


def test_a_second_without_requests_has_no_latency() -> None:
    """Nothing measured is a gap, not a zero."""
    service = Service("mail")
    service.samples(Reading(process=1, total=5))
    names = {sample.sli for sample in service.samples(Reading(process=1, total=5))}
    assert names == {"mail errors", "mail memory", "mail delivered"}


def test_a_version_is_what_was_written() -> None:
    """SHOP_VERSION carries a version there and back, and no trait that nobody wrote."""
    version = Version("d" * 40, frozenset({"slow_query", "pair_cache"}))
    assert decode(version.encode()) == version
    with pytest.raises(ValueError, match="unknown traits"):
        decode("d" * 40 + "+teapot")
