"""Samples and looks in the store alone, on SQLite and on PostgreSQL where there is one, every commit durable.

Hoped for: 28 days of one-minute samples read in about 0.3 ms, 110,000 samples/s taken, 1,300 looks/s.
"""

import importlib.util
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import wait
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import numpy as np

from shipwake.domain import (
    Assessment,
    Change,
    ChangeKind,
    Health,
    Notice,
    Reason,
    State,
    Sure,
    Verdict,
)
from shipwake.store import Leased, Push, Store, Tx, push_of
from shipwake.wire.clock import ManualClock

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
DAYS, SLIS = 28, 100
MINUTES = DAYS * 24 * 60
QUEUED = 25
"""Back-fills that wait at once: the writer refuses more than two million samples."""
CHANGES, LOOKS = 300, 5
"""Changes that are watched on `SLIS_EACH` SLIs, and looks made at each."""
SLIS_EACH = 4
REST = 0.2


def measure() -> Iterator[str]:
    """Each figure with the database it was taken on."""
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        for name, url in _databases(Path(place)):
            with _opened(url) as store:
                for line in (*_samples(store), *_looks(store), *_beside(store)):
                    yield f"{name:10} {line}"


def _databases(place: Path) -> Iterator[tuple[str, str]]:
    yield "SQLite", f"sqlite:///{place}/bench.db"
    if importlib.util.find_spec("pgserver") is None:
        return
    import pgserver

    server = pgserver.get_server(place / "postgres", cleanup_mode="delete")
    yield "PostgreSQL", server.get_uri()
    server.cleanup()


@contextmanager
def _opened(url: str) -> Iterator[Store]:
    store = Store.open(url, clock=ManualClock(NOW))
    store.migrate()
    try:
        yield store
    finally:
        store.close()


def _samples(store: Store) -> Iterator[str]:
    writer = store.samples_writer()
    times = NOW.timestamp() - 60 * np.arange(MINUTES, 0, -1)
    values = np.random.default_rng(1).normal(100, 5, (SLIS, MINUTES))
    begun = time.perf_counter()
    for first in range(0, SLIS, QUEUED):
        each = range(first, min(first + QUEUED, SLIS))
        wait([writer.push(f"sli {i}", 60, 1, times, values[i]) for i in each])
    spent = time.perf_counter() - begun
    yield f"back-fill of {DAYS} days of {SLIS} SLIs: {SLIS * MINUTES / spent:,.0f} samples/s"

    begun = time.perf_counter()
    wait([writer.push_all(_minute(k)) for k in range(60)])
    spent = time.perf_counter() - begun
    yield f"one sample of {SLIS} SLIs a push, all waiting: {60 * SLIS / spent:,.0f} samples/s"

    spent_ms = []
    for k in range(60, 100):
        begun = time.perf_counter()
        writer.push_all(_minute(k)).result()
        spent_ms.append((time.perf_counter() - begun) * 1000)
    yield f"the same, one push after another: {_spread(spent_ms)} until durable"

    spent_ms = []
    for k in range(200):
        begun = time.perf_counter()
        with store.read() as tx:
            tx.samples.read(f"sli {k % SLIS}", NOW - timedelta(days=DAYS), NOW)
        spent_ms.append((time.perf_counter() - begun) * 1000)
    yield f"read {DAYS} days of one SLI ({MINUTES:,} slots): {_spread(spent_ms)}"


def _minute(k: int) -> list[Push]:
    at = NOW.timestamp() + 60 * k
    return [push_of(f"sli {i}", 60, 1, [at], [100.0 + k]) for i in range(SLIS)]


def _spread(spent_ms: list[float]) -> str:
    return (
        f"median {np.median(spent_ms):.2f} ms, 99th percentile {np.quantile(spent_ms, 0.99):.2f} ms"
    )


def _looks(store: Store) -> Iterator[str]:
    """As the flow does it: leased in batches, one durable transaction a change."""
    with store.write() as tx:
        for i in range(CHANGES):
            tx.changes.save(_change(i), mapped=True)
            for s in range(SLIS_EACH):
                tx.looks.plan(f"c{i}", f"sli {s}", 1, NOW + timedelta(minutes=3), NOW)
    made, spent_ms = 0, []
    begun = time.perf_counter()
    for number in range(1, LOOKS + 1):
        while leased := _lease(store, NOW + timedelta(minutes=3 * number)):
            for rows in _by_change(leased):
                started = time.perf_counter()
                with store.write() as tx:
                    _commit(tx, rows)
                spent_ms.append((time.perf_counter() - started) * 1000)
                made += len(rows)
    spent = time.perf_counter() - begun
    yield f"{made:,} looks in {len(spent_ms):,} commits: {made / spent:,.0f} looks/s, a commit {_spread(spent_ms)}"


def _lease(store: Store, now: datetime) -> list[Leased]:
    with store.write() as tx:
        return tx.looks.lease(now, limit=256, worker="bench", seconds=60)


def _by_change(leased: list[Leased]) -> Iterator[list[Leased]]:
    for change in sorted({x.look.change for x in leased}):
        yield [x for x in leased if x.look.change == change]


def _commit(tx: Tx, rows: list[Leased]) -> None:
    look = rows[0].look
    for row in rows:
        following = replace(
            row.look, number=row.look.number + 1, due=row.look.due + timedelta(minutes=3)
        )
        tx.looks.finish(row, following)
    newest = tx.verdicts.newest(look.change)
    verdict = _verdict(look.change, newest.seq + 1 if newest else 1, look.due)
    tx.verdicts.append(verdict, [_assessment(x) for x in rows])
    tx.outbox.put(_notice(verdict))


def _beside(store: Store) -> Iterator[str]:
    """What a verdict waits while pushes keep the writer as busy as it can be."""
    writer, stop = store.samples_writer(), Event()
    times = NOW.timestamp() - 60 * np.arange(10_000, 0, -1)

    def push() -> None:
        while not stop.is_set():
            wait([writer.push(f"sli {i}", 60, 1, times, times) for i in range(20)])

    thread = Thread(target=push)
    thread.start()
    spent_ms = []
    for k in range(50):
        begun = time.perf_counter()
        with store.write() as tx:
            tx.verdicts.append(_verdict("c0", 100 + k, NOW), ())
        spent_ms.append((time.perf_counter() - begun) * 1000)
        time.sleep(REST / 10)
    stop.set()
    thread.join()
    yield f"a verdict's commit while pushes saturate the writer: {_spread(spent_ms)}"


def _change(i: int) -> Change:
    return Change(
        id=f"c{i}",
        kind=ChangeKind.DEPLOY,
        state=State.LIVE,
        service="checkout",
        environment="production",
        title=f"change {i}",
        at=NOW,
    )


def _verdict(change: str, seq: int, at: datetime) -> Verdict:
    return Verdict(
        change=change,
        seq=seq,
        at=at,
        health=Health.HEALTHY,
        reason=Reason.NORMAL,
        sure=Sure.SURE,
        sentence="Looks healthy after ten minutes: four of four indicators are normal.",
    )


def _assessment(row: Leased) -> Assessment:
    return Assessment(
        change=row.look.change,
        sli=row.look.sli,
        look=row.look.number,
        at=row.look.due,
        anchor=row.look.anchor,
        health=Health.HEALTHY,
        reason=Reason.NORMAL,
        p_worse=0.4,
        p_better=0.6,
        level=0.001,
    )


def _notice(verdict: Verdict) -> Notice:
    return Notice(
        change=verdict.change,
        recipient="alice",
        channel="log",
        revision=verdict.seq,
        health=verdict.health,
        lines=(verdict.sentence,),
        at=verdict.at,
    )
