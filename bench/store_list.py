"""The list of changes with 10,000 and with 1,000,000 of them in SQLite, rows decoded; hoped for: milliseconds."""

import sqlite3
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from shipwake.domain import (
    Change,
    ChangeKind,
    Exposure,
    Health,
    Person,
    Reason,
    State,
    Sure,
    Verdict,
)
from shipwake.store import Filter, Store
from shipwake.wire.clock import ManualClock

NOW = datetime(2026, 2, 3, 10, tzinfo=UTC)
FEW, TIMES = 10_000, 100
"""Changes that are saved one by one, and how often they are then copied."""
ASKED = 30
WORDS = (*[Health.HEALTHY] * 12, Health.IMPROVED, Health.AILING, Health.UNHEALTHY, None)
COPY = (
    """INSERT INTO changes SELECT id || '-' || :n, kind, state, service, environment, mapped,
       shown_at - :back * :n, at - :back * :n, heard_at, stem, health, verdict_seq, words, said,
       merged_into, body FROM changes WHERE id NOT LIKE '%-%'""",
    """INSERT INTO change_people SELECT name, change_id || '-' || :n FROM change_people
       WHERE change_id NOT LIKE '%-%'""",
)


def measure() -> Iterator[str]:
    """Median and 99th percentile of one page of 50 with its tally, by filter."""
    with tempfile.TemporaryDirectory(prefix="shipwake-bench-") as place:
        path = Path(place) / "list.db"
        store = Store.open(f"sqlite:///{path}?synchronous=off", clock=ManualClock(NOW))
        store.migrate()
        _fill(store)
        yield from _pages(store, f"{FEW:,} changes")
        _multiply(path)
        yield from _pages(store, f"{FEW * TIMES:,} changes")
        store.close()


def _fill(store: Store) -> None:
    with store.write() as tx:
        for i in range(FEW):
            at = NOW - timedelta(minutes=i)
            change = Change(
                id=f"c{i}",
                kind=list(ChangeKind)[i % 8],
                state=State.LIVE,
                service=f"service {i % 40}",
                environment=("production", "staging")[i % 5 == 0],
                title=f"change {i}",
                revision=f"{i * 2654435761:040x}"[-40:],
                at=at,
                exposure=(Exposure(at=at, share=1.0),),
                authors=(Person(name=f"Alice {i % 50}", email=f"alice{i % 50}@example.com"),),
            )
            tx.changes.save(change, mapped=True)
            word = WORDS[i % len(WORDS)]
            if word:
                tx.verdicts.append(_verdict(change, word), ())


def _verdict(change: Change, word: Health) -> Verdict:
    return Verdict(
        change=change.id,
        seq=1,
        at=change.at or NOW,
        health=word,
        reason=Reason.NORMAL,
        sure=Sure.SURE,
        sentence=f"what became of {change.title}, in about as many words as a sentence has",
    )


def _multiply(path: Path) -> None:
    back = FEW * 60 * 1_000_000
    with sqlite3.connect(path) as connection:
        for n in range(1, TIMES):
            for statement in COPY:
                connection.execute(statement, {"n": n, "back": back})
    connection.close()


def _pages(store: Store, title: str) -> Iterator[str]:
    with store.read() as tx:
        later = tx.changes.page(Filter(), None, 50).next
    asked = {
        "first page": (Filter(), None),
        "second page": (Filter(), later),
        "environment": (Filter(environment="production"), None),
        "service": (Filter(service="service 7"), None),
        "unhealthy": (Filter(health=Health.UNHEALTHY), None),
        "one author": (Filter(author="alice7@example.com"), None),
        "since a day": (Filter(since=NOW - timedelta(days=1)), None),
        "a common word": (Filter(text="change"), None),
        "a rare word": (Filter(text="change 9999"), None),
    }
    for name, (wanted, cursor) in asked.items():
        spent = []
        for _ in range(ASKED):
            begun = time.perf_counter()
            with store.read() as tx:
                tx.changes.page(wanted, cursor, 50)
            spent.append((time.perf_counter() - begun) * 1000)
        slow = np.quantile(spent, 0.99)
        yield f"{title}, {name:14} median {np.median(spent):8.2f} ms, 99th percentile {slow:8.2f} ms"
