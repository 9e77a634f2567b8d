"""Pages with few and with very many changes stored, idle and while looks are made in the same process."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import SLIS, Watched, engine, settings, watch
from bench.scale.databases import SQLITE, Databases
from bench.scale.looks import EARLY
from bench.scale.running import Running, running, spread, timed
from bench.scale.settings import Settings
from bench.scale.stored import stored

PATHS = {
    "list": "/",
    "list, unhealthy": "/?health=unhealthy",
    "list, a service": "/?service=s1",
    "list, an author": "/?author=alice7@example.com",
    "list, JSON": "/changes.json",
    "a change": "/changes/busy-0",
    "a change, JSON": "/changes/busy-0.json",
    "list, a rare word": "/?q=c77",
}
PATIENCE_S = 120
_MADE = text("SELECT count(*) FROM assessments")


def measure(wanted: Settings, databases: Databases, place: Path) -> Iterator[dict[str, Any]]:
    """Each page, in one SQLite process that catches up with looks, and again when it has nothing else to do."""
    file = place / "pages.yaml"
    file.write_text(settings(wanted.services, "watch: {later: []}"))
    for count in wanted.stored:
        fill = partial(stored, services=wanted.services, count=count)
        with (
            databases.copy(SQLITE, f"stored-{count}", fill) as url,
            running("serve", file, url) as process,
        ):
            process.up()
            busy = max(wanted.work)
            hour_ago = datetime.now(UTC) - timedelta(minutes=58)
            looks = Watched(
                prefix="busy-", count=busy, since=hour_ago, rate=0, services=wanted.services
            )
            watch(url, looks)
            yield from _asked(wanted, process, url, count, busy)


def _asked(
    wanted: Settings, process: Running, url: str, count: int, busy: int
) -> Iterator[dict[str, Any]]:
    while not _made(url):
        time.sleep(0.1)
    for state in ("while looks run", "idle"):
        if state == "idle":
            _close(url)
            time.sleep(3)
        before, begun = _made(url), time.monotonic()
        for name, path in PATHS.items():
            times = wanted.requests if name != "list, a rare word" else min(5, wanted.requests)
            spent = timed(process.port, path, times)
            yield {"stored": count, "state": state, "page": name} | spread(spent)
        made, spent_s = _made(url) - before, time.monotonic() - begun
        everything = made + before >= busy * SLIS * EARLY
        yield {
            "stored": count,
            "state": state,
            "page": "looks/s",
            "rate": made / spent_s,
            "ran_out": everything and state != "idle",
        }


def _close(url: str) -> None:
    """End the watches, so that nothing is left to do."""
    with engine(url).begin() as connection:
        connection.execute(text("UPDATE due_looks SET open = false, lease = lease + 1"))


def _made(url: str) -> int:
    with engine(url).connect() as connection:
        return int(connection.execute(_MADE).scalar_one())
