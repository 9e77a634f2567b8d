"""In the log of a real server one change can be followed by its ids, from the delivery to the telling."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx

from shipwake.domain import rfc3339
from shipwake.wire.clock import SystemClock
from tests.stop.running import free_port, prepared, running, settings
from tests.web.site import until


def _lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines() if line.startswith("{")]


def test_a_change_can_be_followed_from_its_delivery_to_its_telling(tmp_path: Path) -> None:
    """Request, delivery, change, verdict and notice are tied line by line; without a terminal all lines are JSON."""
    port = free_port()
    file = settings(tmp_path, port, "tell: [{name: book, kind: log}]")
    prepared(file, days=3, change=False)
    log = tmp_path / "log.txt"
    at = SystemClock().now() - timedelta(minutes=10)
    said = {"id": "c7", "service": "checkout", "environment": "production", "at": rfc3339(at)}
    with running(file, port) as here:
        sent = httpx.post(f"{here.url}/hooks/plain", json=said, headers={"X-Request-ID": "r-7"})
        until(lambda: any(line["event"] == "told" for line in _lines(log)), 60)
        here.stop()

    lines = _lines(log)
    by = {name: [x for x in lines if x["event"] == name] for name in {x["event"] for x in lines}}
    assert sent.headers["x-request-id"] == "r-7"
    heard = next(x for x in by["heard"] if x["request"] == "r-7")
    understood = next(x for x in by["delivery understood"] if x["delivery"] == heard["delivery"])
    (change,) = understood["changes"]
    told = next(x for x in by["told"] if x["change"] == change)
    looked = next(x for x in by["looked"] if (x["change"], x["seq"]) == (change, told["seq"]))
    assert looked["look"] >= 1
    assert told["notice"].startswith(change)
    assert [x["level"] for x in by["request"]] == ["info"]
    assert [x["looks"] for x in by["stopped"]] == [0]
    others = [x for x in log.read_text().splitlines() if not x.startswith("{")]
    assert [x for x in others if not x.startswith(("shipwake is at", "auth: none"))] == []
