"""What `make live` stands on: the past it lays, the queries it asks, and what its steps demand."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
import yaml

from live import history, pages, prometheus
from live.product import CONFIGURATION
from live.steps import UNITS, last_look, unnamed
from live.told import Said
from shipwake.config import load
from tests.needs import ROOT

SECRETS = {
    "PROMETHEUS_URL": "http://127.0.0.1:9090",
    "GITHUB_SECRET": "g",
    "SLACK_URL": "http://127.0.0.1:9/api/",
    "SLACK_TOKEN": "xoxb-t",
    "SLACK_SIGNING_SECRET": "s",
}
PAGE = """# TYPE http_server_request_duration_seconds histogram
http_server_request_duration_seconds_bucket{http_response_status_code="200",le="0.01",service_instance_id="i1"} 8.0
http_server_request_duration_seconds_count{http_response_status_code="200",otel_scope="",service_instance_id="i1"} 9.0
shop_process_started{service_instance_id="i1"} 1.7e+09
shop_process_memory_bytes{service_instance_id="i1"} 6.291456e+07
"""
END = datetime(2026, 3, 1, 9, 30, 15, 250_000, tzinfo=UTC)
COUNT = "http_server_request_duration_seconds_count"


def said(**findings: tuple[str, str]) -> Said:
    """Make a verdict of findings, each an indicator of checkout with its health and words."""
    rows = [
        {"sli": f"checkout {name}", "health": health, "words": words, "look": 5}
        for name, (health, words) in findings.items()
    ]
    return Said(0.0, {"at": "2026-03-01T09:30:15Z", "health": "unhealthy", "findings": rows})


def test_the_configuration_can_be_read() -> None:
    """The product takes the file that it is started with, and every indicator is of one-second samples."""
    read = load(CONFIGURATION, SECRETS)

    assert {sli.step for sli in read.slis} == {timedelta(seconds=1)}
    assert set(UNITS) <= {sli.name for sli in read.slis}


def test_a_page_keeps_its_process_and_drops_empty_labels() -> None:
    """Each line names its job and its process, as Prometheus would keep it; buckets are kept of front alone."""
    checkout = list(pages.lines(PAGE, "checkout", "127.0.0.1:1", 2.5))
    front = list(pages.lines(PAGE, "front", "127.0.0.1:1", 2.5))

    assert len(checkout) == 2
    assert len(front) == 3
    assert checkout[0] == (
        f'{COUNT}{{job="checkout",instance="127.0.0.1:1",http_response_status_code="200",'
        'service_instance_id="i1"} 9.0 2.500\n'
    )


def kept(folder: Path, *, pieces: int, seconds: int) -> None:
    """Write a past of some pieces, each with a deploy at its start and one in its middle."""
    for number in range(pieces):
        with gzip.open(folder / f"piece-{number}.gz", "wt") as file:
            file.writelines(f'x{{piece="{number}"}} {n} {n + 0.5:.3f}\n' for n in range(seconds))
        deploys = [
            {
                "service": "checkout",
                "revision": f"{number}{at}",
                "title": "t",
                "author": "Bob",
                "at": at,
            }
            for at in (0.0, seconds / 2)
        ]
        facts = {"seconds": seconds, "missed": 0, "deploys": deploys}
        (folder / f"piece-{number}.json").write_text(json.dumps(facts))


def test_pieces_are_laid_one_after_the_other_up_to_now(tmp_path: Path) -> None:
    """No second has two pieces, none lies after the end, and pages stay half a second from a second's end."""
    kept(tmp_path, pieces=3, seconds=20)
    laid = history.lay(tmp_path, tmp_path / "out", END)
    *lines, last = (tmp_path / "out").read_text().splitlines()
    times = [float(line.rpartition(" ")[2]) for line in lines]

    assert last == "# EOF"
    assert times == sorted(set(times))
    assert len(times) == 60
    assert END.timestamp() - 1.5 < times[-1] < END.timestamp()
    assert {round(at % 1, 3) for at in times} == {0.5}
    assert laid.start.timestamp() == int(END.timestamp()) - 60


def test_deploys_of_the_past_keep_their_place_in_it(tmp_path: Path) -> None:
    """A deploy in the middle of a piece lies between the same pages after the piece was laid."""
    kept(tmp_path, pieces=2, seconds=20)
    laid = history.lay(tmp_path, tmp_path / "out", END)

    since = [(deploy.at - laid.start).total_seconds() for deploy in laid.deploys]
    assert since == [0, 10, 20, 30]


def test_another_length_is_another_past(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A past that was recorded side by side is never taken for one in real time."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    homes = {history.home(length) for length in (history.in_real_time(), history.side_by_side())}
    assert len(homes) == 2
    assert all(home.is_relative_to(tmp_path) for home in homes)


def test_three_hurt_indicators_with_numbers_and_units_are_named() -> None:
    """The step wants from → to with its unit of memory, errors and latency, each ailing or unhealthy."""
    found = said(
        memory=("unhealthy", "checkout memory 83 → 116 MiB"),
        errors=("ailing", "checkout errors 0.07 → 3.1 %"),
        latency=("ailing", "checkout latency 7 → 19 ms"),
    )
    assert unnamed(found) == []


@pytest.mark.parametrize(
    ("health", "words"),
    [
        ("healthy", "checkout latency 7 → 19 ms"),
        ("ailing", "checkout latency rose"),
        ("ailing", "checkout latency 7 → 19"),
        ("ailing", "checkout latency 19 ms"),
    ],
)
def test_what_is_not_named_whole_is_missed(health: str, words: str) -> None:
    """A healthy indicator, or one without from, to or unit, does not pass."""
    found = said(
        memory=("unhealthy", "checkout memory 83 → 116 MiB"),
        errors=("ailing", "checkout errors 0.07 → 3.1 %"),
        latency=(health, words),
    )
    assert unnamed(found) == ["checkout latency"]


def test_the_early_looks_are_over_once_every_indicator_had_its_last() -> None:
    """One indicator that waits for its samples keeps the step waiting."""
    whole = said(memory=("healthy", ""), cpu=("healthy", ""))
    for finding in whole.verdict["findings"]:
        finding["look"] = 8
    assert last_look(whole)
    whole.verdict["findings"][0]["look"] = 7
    assert not last_look(whole)


def test_without_prometheus_it_says_so_and_is_no_failure(tmp_path: Path) -> None:
    """Where Prometheus is not installed, it names what to install, loudly, and ends with 0."""
    ended = subprocess.run(
        [sys.executable, "-m", "live"],
        env={"PATH": str(tmp_path), "PYTHONPATH": str(ROOT / "examples")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0
    assert "SKIPPED" in ended.stdout
    assert "apt-get install prometheus" in ended.stdout


def counted(base: int) -> str:
    """Write one minute of a service whose second process takes over after thirty seconds, at 10 requests a second.

    From second 10 on each process fails once a second; the first failure of each makes a new series.
    """
    lines = []
    for second in range(60):
        process, age = divmod(second, 30)
        labels = f'job="checkout",instance="a",service_instance_id="{process}"'
        at = base + second + 0.5
        counts = {"200": 10 * (age + 1)}
        if age >= 10:
            counts["500"] = age - 9
        lines += [
            f'{COUNT}{{{labels},http_response_status_code="{code}"}} {count} {at}'
            for code, count in counts.items()
        ]
    return "\n".join([*lines, "# EOF", ""])


@pytest.mark.prometheus
def test_the_queries_count_every_request_once(tmp_path: Path) -> None:
    """Over a deploy, a new series and a second without failures, the sums are those of the counters."""
    base = int(time.time()) - 3600
    (tmp_path / "past").write_text(counted(base))
    prometheus.load_history(tmp_path / "past", tmp_path / "data")
    [errors] = [
        sli
        for sli in yaml.safe_load(CONFIGURATION.read_text())["slis"]
        if sli["name"] == "checkout errors"
    ]
    with prometheus.serving(tmp_path / "data") as url:
        found = {part: asked(url, errors[part], base) for part in ("bad", "total")}

    assert sum(found["bad"].values()) == 40
    assert sum(found["total"].values()) == 600 + 40
    assert found["bad"][5] == 0
    assert [found["bad"][second] for second in (11, 12, 13)] == [1, 1, 1]


def asked(url: str, query: str, base: int) -> dict[int, float]:
    """Ask for one minute, by the second since the beginning."""
    window = {"query": query, "start": base, "end": base + 60, "step": 1}
    answer = httpx.post(f"{url}/api/v1/query_range", data=window).raise_for_status().json()
    [row] = answer["data"]["result"]
    return {int(at) - base: float(text) for at, text in row["values"]}
