"""A backup of a server under load, restored elsewhere, and compared row by row with what was acknowledged."""

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import httpx

from shipwake.domain import from_epoch, rfc3339
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
from tests.stop.running import SLIS, free_port, prepared, running, settings

LOAD_S = 6.0
PAST_DAYS = 10
AGAIN = {"audit": {"*"}, "duties": {"*"}, "outbox": {"attempts"}}
"""What a restoration changes by design: words are doubted, and that it was restored is noted, twice."""
GROWS = ("events", "verdicts", "assessments", "replies")
"""Tables whose rows are never edited: what a backup has of them is a part of what the source has."""


@dataclass
class Sent:
    """What one sender was told is kept, with the time of each answer, and its longest wait."""

    kept: list[tuple[float, str]] = field(default_factory=list)
    longest: list[tuple[float, float]] = field(default_factory=list)

    def before(self, at: float) -> list[str]:
        """What was acknowledged by then."""
        return [name for told, name in self.kept if told <= at]

    def waited(self, start: float, end: float) -> float:
        """The longest wait of a request that was open in that time."""
        return max(
            (took for at, took in self.longest if start <= at and at - took <= end), default=0.0
        )


def measure(load_s: float = LOAD_S) -> Iterator[str]:
    """Seconds, megabytes, waits, and how many rows differ: none may."""
    with tempfile.TemporaryDirectory() as place:
        first, second = Path(place, "first"), Path(place, "second")
        first.mkdir()
        second.mkdir()
        port = free_port()
        file = settings(first, port)
        prepared(file, days=PAST_DAYS, change=False)
        with running(file, port) as here:
            changes, pushes, stop = Sent(), Sent(), Event()
            threads = [
                Thread(target=_send, args=(here.url, stop, changes, _change)),
                Thread(target=_send, args=(here.url, stop, pushes, _push)),
            ]
            for thread in threads:
                thread.start()
            time.sleep(load_s / 2)
            began, ended = time.time(), _verb(file, "backup", str(first / "copy.db"))
            time.sleep(load_s / 2)
            stop.set()
            for thread in threads:
                thread.join()
            here.stop()
        yield from _compared(first, second, changes, pushes, (began, ended))


def _compared(
    first: Path, second: Path, changes: Sent, pushes: Sent, when: tuple[float, float]
) -> Iterator[str]:
    began, ended = when
    port = free_port()
    file = settings(second, port)
    _verb(file, "restore", str(first / "copy.db"))
    size = (first / "copy.db").stat().st_size / 1e6
    yield f"{len(changes.kept)} changes and {len(pushes.kept)} pushes were taken"
    yield f"a copy of {size:.1f} MB in {ended - began:.2f} s, the start of the program included"
    narrow = changes.waited(began, ended), pushes.waited(began, ended)
    yield f"longest wait while copying: change {narrow[0]:.3f} s, push {narrow[1]:.3f} s"
    wide = changes.waited(0, began), pushes.waited(0, began)
    yield f"longest wait before it: change {wide[0]:.3f} s, push {wide[1]:.3f} s"
    differ = _differing(first / "copy.db", second / "here.db")
    yield f"tables of the copy that differ from what was restored: {differ or 'none'}"
    missing = _missing(second, changes.before(began), pushes.before(began))
    yield f"acknowledged before the copy began and missing in it: {missing}"
    foreign = _not_of(second / "here.db", first / "here.db")
    yield f"rows of the copy that the source never had: {foreign or 'none'}"
    with running(file, port) as again:
        wanted = changes.before(began)
        there = sum(
            httpx.get(f"{again.url}/api/v1/changes/{id}", timeout=30).is_success for id in wanted
        )
        yield f"a server on the restored file knows {there} of {len(wanted)} changes"
    if differ or missing or foreign or there != len(wanted):
        raise AssertionError("the backup is not what was acknowledged")


def _verb(file: Path, verb: str, target: str) -> float:
    """Run a verb, and when it had ended."""
    args = [sys.executable, "-m", "shipwake.cli", verb, target, "--config", str(file)]
    subprocess.run(args, check=True, capture_output=True)
    return time.time()


def _send(url: str, stop: Event, sent: Sent, one: Callable[[httpx.Client, int], str]) -> None:
    with httpx.Client(base_url=url, timeout=60) as client:
        number = 0
        while not stop.is_set():
            number += 1
            began = time.time()
            name = one(client, number)
            sent.kept.append((time.time(), name))
            sent.longest.append((time.time(), time.time() - began))
            time.sleep(0.02)


def _change(client: httpx.Client, number: int) -> str:
    id, at = f"load-{number}", rfc3339(SystemClock().now())
    said = {"id": id, "service": "checkout", "environment": "production", "at": at}
    client.post("/api/v1/changes", json=said).raise_for_status()
    return id


def _push(client: httpx.Client, number: int) -> str:
    """One sample a slot of its own, in the past, where nothing is yet."""
    at = 60 * (int(time.time()) // 60 - PAST_DAYS * 1440 - 1 - number)
    said = {"sli": f"s{number % SLIS}", "samples": [[at, float(number)]]}
    client.post("/api/v1/samples", json=said).raise_for_status()
    return f"{said['sli']} {at} {number}"


def _tables(held: sqlite3.Connection) -> dict[str, list[str]]:
    names = [
        n
        for (n,) in held.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        )
    ]
    return {n: [row[1] for row in held.execute(f'PRAGMA table_info("{n}")')] for n in sorted(names)}


def _rows(held: sqlite3.Connection, table: str, columns: list[str]) -> set[tuple[object, ...]]:
    named = ", ".join(f'"{c}"' for c in columns)
    return set(held.execute(f'SELECT {named} FROM "{table}"'))  # noqa: S608 - names of our own tables


def _differing(one: Path, other: Path) -> dict[str, int]:
    """By table, the rows of one that are not those of the other, but for what a restoration changes."""
    found = {}
    with closing(sqlite3.connect(one)) as a, closing(sqlite3.connect(other)) as b:
        for table, columns in _tables(a).items():
            loose = AGAIN.get(table, set())
            kept = [] if "*" in loose else [c for c in columns if c not in loose]
            if kept and (rows := _rows(a, table, kept) ^ _rows(b, table, kept)):
                found[table] = len(rows)
    return found


def _not_of(part: Path, whole: Path) -> dict[str, int]:
    """By table that only grows, the rows of a part that the whole has not."""
    found = {}
    with closing(sqlite3.connect(part)) as a, closing(sqlite3.connect(whole)) as b:
        for table, columns in _tables(a).items():
            if table in GROWS and (rows := _rows(a, table, columns) - _rows(b, table, columns)):
                found[table] = len(rows)
    return found


def _missing(second: Path, changes: list[str], pushes: list[str]) -> int:
    with closing(sqlite3.connect(second / "here.db")) as held:
        there = {id for (id,) in held.execute("SELECT id FROM changes")}
    lost = [id for id in changes if id not in there]
    with closing(Store.open(f"sqlite:///{second}/here.db", clock=SystemClock())) as store:
        for name in pushes:
            sli, at, value = name.split()
            found = store.pushed.read(sli, from_epoch(int(at)), from_epoch(int(at) + 60))
            if found.values[:, 0].tolist() != [float(value)]:
                lost.append(name)
    return len(lost)
