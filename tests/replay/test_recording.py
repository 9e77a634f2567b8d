"""A recording: sent to a real server as it came, its verdicts held against the truth; the shipped one is whole."""

import json
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from shipwake.app import compose
from shipwake.cli.demo import SECRET, settings
from shipwake.domain import Health, ShipwakeError, rfc3339
from shipwake.replay import (
    Outcome,
    Recording,
    back_fill,
    confusion,
    drive,
    outcomes,
    read_recording,
)
from shipwake.web import beside
from shipwake.wire.clock import ManualClock
from shipwake.wire.sign import signature
from tests.house.tree import ROOT
from tests.replay.made import change, csv, gauge, jsonl, ratio

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HISTORY = timedelta(minutes=10)
HURTS, HARMLESS = START + timedelta(minutes=10, seconds=20), START + timedelta(minutes=11)
END = START + timedelta(minutes=12, seconds=10)
SHIPPED = ROOT / "examples" / "shop" / "recording"
SETTINGS = """\
services: [{name: checkout}, {name: mail}]
environments: [{name: production}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 1s, better: lower, unit: ms}
  - {name: mail errors, service: mail, environment: production, kind: ratio, step: 1s, better: lower, unit: "%",
     bad: b, total: t}
watch: {unit: 1s, later: []}
"""


def _hook(at: datetime, told: dict[str, object]) -> dict[str, Any]:
    """A delivery of our own form, half a second after it went live."""
    body = json.dumps(told)
    headers = {
        "Content-Type": "application/json",
        "X-Shipwake-Signature": signature(body.encode(), SECRET),
    }
    when = rfc3339(at + timedelta(seconds=0.5))
    return {"at": when, "path": "/hooks/plain", "headers": headers, "body": body}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten quiet minutes, then a deploy that hurts checkout and one that does mail no harm."""
    place = tmp_path_factory.mktemp("recording")
    rng = np.random.default_rng(3)
    seconds = np.arange((END - START).total_seconds())
    latency = rng.normal(80, 4, len(seconds)) + 40 * (seconds >= (HURTS - START).total_seconds())
    total = rng.poisson(50, len(seconds)).astype(float)
    bad = rng.binomial(total.astype(int), 0.02).astype(float)
    past = change("past", "mail", START + timedelta(minutes=4))
    new = [change("hurts", "checkout", HURTS), change("harmless", "mail", HARMLESS)]
    truths = [
        {"id": c["id"], "at": c["at"], "service": c["service"], "environment": "production",
         "revision": c["revision"], "truth": truth, "story": "made", "effect_at": c["at"]}
        for c, truth in zip([past, *new], ("harmless", "harmful", "harmless"), strict=True)
    ]  # fmt: skip
    rows = [
        *gauge("checkout latency", START, 1, latency),
        *ratio("mail errors", START, 1, bad, total),
    ]
    (place / "shipwake.yaml").write_text(SETTINGS)
    (place / "samples.csv").write_text(csv(rows))
    (place / "changes.jsonl").write_text(jsonl([past, *new]))
    hooks = [_hook(at, c) for at, c in zip((HURTS, HARMLESS), new, strict=True)]
    (place / "hooks.jsonl").write_text(jsonl(hooks))
    (place / "truth.jsonl").write_text(jsonl(truths))
    return place


def test_a_recording_is_cut_where_its_history_ends(folder: Path) -> None:
    """What lies before is known and not judged again; what comes after is sent as it came."""
    day = read_recording(folder, history=HISTORY)

    assert (day.start, day.live_from, day.end) == (START, START + HISTORY, END)
    assert [(c["id"], c["judge"]) for c in day.earlier] == [("past", False)]
    assert [d.at for d in day.deliveries] == [
        at + timedelta(seconds=0.5) for at in (HURTS, HARMLESS)
    ]
    assert [t.id for t in day.truths] == ["hurts", "harmless"]
    parts = list(day.between(START, START + timedelta(seconds=3)))
    assert [(sli.name, values.shape) for sli, _, values in parts] == [
        ("checkout latency", (3, 1)),
        ("mail errors", (3, 2)),
    ]


def _driven(day: Recording, place: Path) -> tuple[list[Outcome], list[datetime]]:
    """The recording sent to a real server: what came of each change, and the stops on the way."""
    clock = ManualClock(day.live_from)
    river = compose(settings(day.config, place, 0), clock=clock)
    with (
        closing(river.store),
        beside(river) as url,
        httpx.Client(base_url=url, timeout=30) as client,
    ):

        def post(path: str, body: bytes, headers: dict[str, str]) -> int:
            return client.post(path, content=body, headers=headers).status_code

        back_fill(day, post)
        stops = list(drive(day, river, clock, post))
        return outcomes(day, river), stops


def test_a_recording_is_judged_as_it_comes(folder: Path, tmp_path: Path) -> None:
    """The planted harm is found within seconds, the harmless deploy ends healthy, and the table says so."""
    day = read_recording(folder, history=HISTORY)
    (hurts, harmless), stops = _driven(day, tmp_path)
    none = {"all": 1, "hurt": 0, "improved": 0, "healthy": 0, "unknown": 0}

    assert (hurts.change, harmless.change) == ("hurts", "harmless")
    assert hurts.ever_hurt
    assert hurts.found_after is not None
    assert timedelta() < hurts.found_after <= timedelta(seconds=8)
    assert (harmless.health, harmless.ever_hurt) == (Health.HEALTHY, False)
    assert confusion([hurts, harmless]) == {
        "harmful": none | {"hurt": 1},
        "harmless": none | {"healthy": 1},
    }
    assert stops == sorted(stops)
    assert stops[-1] == END


def test_a_server_that_refuses_ends_the_drive(folder: Path) -> None:
    """An answer that is no success is not passed over."""
    day = read_recording(folder, history=HISTORY)

    def refused(path: str, body: bytes, headers: dict[str, str]) -> int:
        return 503

    with pytest.raises(ShipwakeError, match="answered 503 to /api/v1/samples"):
        back_fill(day, refused)


@pytest.mark.skipif(not SHIPPED.is_dir(), reason="no recording here")
def test_the_shipped_recording_is_whole() -> None:
    """The day of the shop can be read, and holds what it says of itself."""
    about = json.loads((SHIPPED / "about.json").read_text())
    day = read_recording(SHIPPED, history=timedelta(minutes=about["history_minutes"]))
    told = [json.loads(line) for line in (SHIPPED / "changes.jsonl").read_text().splitlines()]

    assert len(told) == about["changes"]
    assert Counter(t.truth for t in day.truths) == about["truths"]
    assert len(day.earlier) + len(day.truths) == about["changes"]
    assert sum(len(times) for _, times, _ in day.between(day.start, day.end)) == about["samples"]
    assert (day.end - day.start) >= timedelta(minutes=about["minutes"]) - timedelta(seconds=5)
    assert {d.path for d in day.deliveries} <= {"/hooks/github", "/hooks/plain"}
