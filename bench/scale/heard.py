"""Changes heard a second over HTTP, each durable before it is answered, on few and on many stored changes."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bench.scale.company import engine, settings
from bench.scale.databases import SQLITE, Databases
from bench.scale.running import asked, body, running
from bench.scale.settings import Settings
from bench.scale.stored import stored

SENDERS = 8
SHARE = 4
"""So much of a stage's time is given to each way of telling."""
_UNREAD = text("SELECT count(*) FROM heard WHERE outcome = 'kept'")
Bodies = Callable[[int], Iterator[tuple[str, bytes]]]


def measure(wanted: Settings, databases: Databases, place: Path) -> Iterator[dict[str, Any]]:
    """One SQLite process, told by our own API and by a hook, with each number of changes stored."""
    file = place / "heard.yaml"
    file.write_text(settings(wanted.services))
    for count in wanted.stored:
        fill = partial(stored, services=wanted.services, count=count)
        with databases.copy(SQLITE, f"stored-{count}", fill) as url:
            yield _told(wanted, file, url, count)


def _told(wanted: Settings, file: Path, url: str, count: int) -> dict[str, Any]:
    seconds = wanted.seconds / SHARE
    with running("serve", file, url) as process:
        process.up()
        by_api = partial(_changes, "/api/v1/changes", wanted.services)
        announced = asked(process.port, by_api, SENDERS, seconds)
        by_hook = partial(_changes, "/hooks/plain", wanted.services)
        begun = time.monotonic()
        delivered = asked(process.port, by_hook, SENDERS, seconds)
        while _unread(url):
            time.sleep(0.1)
        understood_s = time.monotonic() - begun
        memory = process.mb()
    return {
        "stored": count,
        "api": announced.rate,
        "hook": delivered.rate,
        "put_off": announced.put_off + delivered.put_off,
        "understood": delivered.taken / understood_s,
        "mb": memory,
    }


def _changes(path: str, services: int, sender: int) -> Iterator[tuple[str, bytes]]:
    number = 0
    while True:
        number += 1
        name = f"{path.rpartition('/')[2]}-{sender}-{number}"
        yield (
            path,
            body(
                {
                    "id": name,
                    "title": f"what {name} was for",
                    "service": f"s{(sender * 7919 + number) % services}",
                    "environment": "production",
                    "revision": name,
                    "authors": ["alice@example.com"],
                    "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                }
            ),
        )


def _unread(url: str) -> int:
    with engine(url).connect() as connection:
        return int(connection.execute(_UNREAD).scalar_one())
