"""A replay calls at the look after four hours what began after two, and tells when it is over."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shipwake.app import compose
from shipwake.domain import rfc3339
from shipwake.replay import replay
from tests.replay.made import START, change, csv, gauge, jsonl

HISTORY = timedelta(days=5)
LIVE = START + HISTORY
MINUTE = timedelta(minutes=1)
SETTINGS = """\
slis:
  - {name: checkout latency, service: checkout, step: 60s, better: lower, unit: ms}
  - {name: cart latency, service: checkout, step: 60s, better: lower, unit: ms}
watch: {later: [4h, 24h]}
"""
Line = dict[str, Any]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Line]:
    """The lines of a change two hours after which checkout slows down for three hours, and the cart does not."""
    place = tmp_path_factory.mktemp("later")
    rng = np.random.default_rng(8)
    minutes = np.arange(-HISTORY / MINUTE, 25 * 60)
    day = 10 * np.sin(2 * np.pi * minutes / 1440)
    slow = 30 * ((minutes >= 120) & (minutes < 300))
    rows = [
        *gauge("checkout latency", START, 60, 100 + day + slow + rng.normal(0, 5, len(minutes))),
        *gauge("cart latency", START, 60, 100 + day + rng.normal(0, 5, len(minutes))),
    ]
    (place / "shipwake.yaml").write_text(SETTINGS)
    (place / "changes.jsonl").write_text(jsonl([change("slow", "checkout", LIVE)]))
    (place / "samples.csv").write_text(csv(rows))
    return {line["sli"]: line for line in replay(Path(place), compose)}


def _hurting(line: Line) -> list[str]:
    return [x["at"] for x in line["looks"] if x["health"] in ("ailing", "unhealthy")]


def test_what_began_after_two_hours_is_called_after_four(lines: dict[str, Line]) -> None:
    """No early look says anything, the one after 4 h does, and those after it keep to it."""
    hurting = _hurting(lines["checkout latency"])

    assert hurting[0] == rfc3339(LIVE + timedelta(hours=4))
    assert rfc3339(LIVE + timedelta(hours=4, minutes=5)) in hurting
    assert lines["checkout latency"]["p_worse"] <= 0.008


def test_it_is_told_when_it_is_over(lines: dict[str, Line]) -> None:
    """The harm ended after five hours: it has recovered some time after that, and after a day."""
    line = lines["checkout latency"]
    over = [x["at"] for x in line["looks"] if x["reason"] == "recovered"]

    assert (line["health"], line["reason"]) == ("healthy", "recovered")
    assert rfc3339(LIVE + timedelta(hours=5)) < over[0] <= rfc3339(LIVE + timedelta(hours=9))
    assert over[-1] == rfc3339(LIVE + timedelta(hours=24))


def test_what_stays_as_it_was_is_healthy_at_every_look(lines: dict[str, Line]) -> None:
    """The cart, whose day goes on as every day, is healthy early and later."""
    line = lines["cart latency"]

    assert not _hurting(line)
    assert (line["health"], line["looks"][-1]["at"]) == (
        "healthy",
        rfc3339(LIVE + timedelta(days=1)),
    )
