"""More is sent than can be stored: the door answers within a second, pages are read on, and what was taken is kept."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from shipwake.domain import ShipwakeError
from shipwake.web.crowd import NEWS_S
from shipwake.web.crowd import Crowd as Door
from shipwake.web.problem import ProblemError
from tests.faults.crowd import Crowd, Heard
from tests.faults.table import LONG, observed, peak_mb
from tests.web.site import until
from tests.web.test_serve import _free_port as free_port

SECONDS = 60.0 if LONG else 3.0
RATE = 1000.0
MOST_MB = 150.0
"""How much more memory the server may ever take in a flood than before it."""
SETTINGS = """
services: [{name: checkout}]
environments: [{name: staging}, {name: production}]
slis: [{name: load, service: checkout, environment: production, step: 60s, better: lower}]
auth: none
"""


@contextmanager
def _serving(place: Path) -> Iterator[tuple[str, int, int]]:
    """The real server as a process of its own: its address, port and process."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    (place / "shipwake.yaml").write_text(
        f"{SETTINGS}database: sqlite:///{place}/flood.db\nport: {port}\nurl: {url}\n"
    )
    with (
        (place / "log").open("wb") as out,
        subprocess.Popen(
            [sys.executable, "-m", "shipwake.cli", "serve"],
            cwd=place,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(os.environ),
        ) as running,
    ):
        try:
            until(lambda: running.poll() is not None or _alive(url), 60)
            yield url, port, running.pid
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)


def _alive(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz").status_code == 200
    except httpx.HTTPError:
        return False


def _reading(url: str, stop: threading.Event, took: list[float]) -> None:
    """A person who reads the list, again and again."""
    with httpx.Client(base_url=url, timeout=30) as client:
        while not stop.wait(0.2):
            at = time.monotonic()
            assert client.get("/changes", headers={"Accept": "text/html"}).status_code == 200
            took.append(time.monotonic() - at)


@pytest.mark.skipif(not LONG, reason="long: make faults")
@pytest.mark.parametrize("what", ["webhooks", "pushes"])
def test_a_flood_is_turned_away_in_time(tmp_path: Path, what: str) -> None:
    """At 1,000 a second nobody waits for a second, pages are answered, memory is bounded and nothing taken is lost."""
    path = "/hooks/plain" if what == "webhooks" else "/api/v1/samples"
    with _serving(tmp_path) as (url, port, pid):
        before = peak_mb(pid)
        pages: list[float] = []
        stop = threading.Event()
        reader = threading.Thread(target=_reading, args=(url, stop, pages))
        reader.start()
        crowd = Crowd("127.0.0.1", port, path, RATE, SECONDS, pushes=what == "pushes")
        begun = time.monotonic()
        heard = asyncio.run(crowd.send())
        lasted = time.monotonic() - begun
        stop.set()
        reader.join()
        grown = peak_mb(pid) - before
    if what == "webhooks":
        _all_kept(tmp_path / "flood.db", heard)

    assert heard.taken
    assert set(heard.statuses) <= {200, 202, 503}
    assert (heard.rude, heard.broken) == (0, 0)
    assert grown < MOST_MB
    assert heard.at(0.99) < 1.5
    assert sorted(pages)[len(pages) // 2] < 1.5
    said = (tmp_path / "log").read_text().count("more is sent than can be stored")
    assert said <= 2 + lasted / NEWS_S
    sent = sum(heard.statuses.values())
    middle = sorted(pages)[len(pages) // 2]
    observed(
        f"{sent / lasted:,.0f} {what}/s for {lasted:.0f} s (1,000 asked for)",
        door=(
            f"{len(heard.taken):,} taken ({len(heard.taken) / lasted:,.0f}/s), 0 lost;"
            f" {heard.statuses[503]:,} times 503 with Retry-After; answered in {heard.at(0.5) * 1000:.0f} ms"
            f" (median), {heard.at(0.99) * 1000:.0f} ms (99 %), {max(heard.took) * 1000:.0f} ms (longest);"
            f" pages in {middle * 1000:.0f} ms (median), {max(pages) * 1000:.0f} ms (longest)"
        ),
        memory=f"+{grown:.0f} MB",
        recovery="at once",
    )


def _all_kept(place: Path, heard: Heard) -> None:
    """Each that was told 202 is there, read or not."""
    with closing(sqlite3.connect(place)) as database:
        known = {row[0] for row in database.execute("SELECT id FROM changes")}
        kept = [bytes(row[0]) for row in database.execute("SELECT body FROM heard")]
    known |= {body.split(b'"', 4)[3].decode() for body in kept}

    assert set(heard.taken) <= known


def test_a_body_waits_for_room_and_a_turn() -> None:
    """Places, bytes and turns are bounded, each refusal says when to come back, and all is given back."""

    async def walk() -> None:
        door = Door(places=2, room=100, patience_s=0.01)
        one, other = door.enter(), door.enter()
        with pytest.raises(ProblemError, match="more is sent"):
            door.enter()
        one.grow(500)
        with pytest.raises(ProblemError, match="bytes of bodies"):
            other.grow(1)
        one.leave()
        other.grow(100)
        other.leave()
        assert (door.held, door.size) == (0, 0)
        async with door.turn("/hooks/x"), door.turn("/api/v1/samples"):
            turns = [door.turn("/hooks/x") for _ in range(8)]
            for turn in turns[:7]:
                await turn.__aenter__()
            with pytest.raises(ShipwakeError, match="others have been waiting") as told:
                await turns[7].__aenter__()
            for turn in turns[:7]:
                await turn.__aexit__(None, None, None)
        assert isinstance(told.value, ProblemError)
        assert (told.value.status, told.value.headers) == (503, {"Retry-After": "2"})

    asyncio.run(walk())
