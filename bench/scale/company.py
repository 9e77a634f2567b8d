"""A company to measure: services of ten SLIs each with 28 days of samples, and changes of theirs that are watched.

The samples are real rows and every service's look is read and judged; only that services share one past is made up.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from itertools import islice
from typing import Any
from zlib import crc32

import numpy as np
from sqlalchemy import Engine, NullPool, create_engine, text

from shipwake.domain import Change, ChangeKind, Exposure, Person, State
from shipwake.store import Store
from shipwake.store.changes_table import CHANGES, words_of
from shipwake.store.codec import encode
from shipwake.store.looks import LOOKS
from shipwake.store.revision import stem
from shipwake.wire.clock import ManualClock

SLIS = 10
RATIOS = 3
"""Of the ten; the others are gauges."""
STEP_S = 60
DAYS = 28
AT_ONCE = 5_000
AHEAD = timedelta(hours=5)
"""Samples that lie in the store before their time: no look waits for a sender, and none is spared the reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Changes whose next look, the `number`th, comes due one after another from `since` on, `rate` looks a second.

    At rate 0 all are due at `since`.
    """

    prefix: str
    count: int
    since: datetime
    rate: float
    number: int = 1
    minutes: int = 3
    services: int = 100


def settings(services: int, more: str = "") -> str:
    """The configuration; without tokens, as everything here listens on loopback."""
    lines = [_sli(service, i) for service in range(services) for i in range(SLIS)]
    return "\n".join(["auth: none", more, "slis:", *lines, ""])


def _sli(service: int, i: int) -> str:
    where = f"service: s{service}, environment: production, step: {STEP_S}s, better: lower"
    if i < RATIOS:
        return f"  - {{name: s{service} sli {i}, kind: ratio, bad: b, total: t, {where}}}"
    return f"  - {{name: s{service} sli {i}, unit: ms, {where}}}"


def fill_samples(url: str, services: int, now: datetime) -> None:
    """28 days up to `AHEAD` of now for every SLI; each service's are those of the first."""
    minutes = DAYS * 1440 + int(AHEAD / timedelta(minutes=1))
    end = now + AHEAD
    times = end.timestamp() // STEP_S * STEP_S - STEP_S * np.arange(minutes, 0, -1)
    rng = np.random.default_rng(5)
    wave = 100 + 10 * np.sin(np.arange(minutes) / 1440 * 2 * np.pi)
    store = Store.open(url, clock=ManualClock(end))
    store.migrate()
    with store.write() as tx:
        for i in range(SLIS):
            if i < RATIOS:
                total = rng.poisson(600, minutes).astype(float)
                rows = np.column_stack([rng.binomial(total.astype(int), 0.01), total])
                tx.samples.push(f"s0 sli {i}", STEP_S, 2, times, rows)
            else:
                tx.samples.push(f"s0 sli {i}", STEP_S, 1, times, rng.normal(wave, 5))
    store.close()
    with engine(url).begin() as connection:
        first = connection.execute(text("SELECT min(id) FROM series")).scalar_one()
        for service in range(1, services):
            by = service * SLIS
            connection.execute(text(_COPY_SERIES), {"n": service, "by": by})
            bounds = {"least": first << 32, "below": (first + SLIS) << 32}
            connection.execute(text(_COPY_CHUNKS), bounds | {"by": by << 32})
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT setval('series_id_seq', (SELECT max(id) FROM series))"))


@cache
def engine(url: str) -> Engine:
    """The database itself, for rows that are too many to be made by the flow one by one."""
    # No connection is kept: a database that somebody is connected to can be neither copied nor renamed.
    return create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1), poolclass=NullPool
    )


_COPY_SERIES = """
INSERT INTO series (id, sli, step_s, columns, phase_s, slots)
SELECT id + :by, replace(sli, 's0 ', 's' || CAST(:n AS TEXT) || ' '), step_s, columns, phase_s, slots
FROM series WHERE sli LIKE 's0 %'
"""
_COPY_CHUNKS = """
INSERT INTO chunks (id, numbers, states)
SELECT id + :by, numbers, states FROM chunks WHERE id >= :least AND id < :below
"""


def watch(url: str, watched: Watched) -> None:
    """Write the changes and their rows of due looks, in the form in which the flow leaves them."""
    changes = _changes(watched)
    with engine(url).begin() as connection:
        while part := list(islice(changes, AT_ONCE)):
            connection.execute(CHANGES.insert(), [row_of(c) for c, _ in part])
            looks = [r for c, due in part for r in _looks(c, due, watched.number)]
            connection.execute(LOOKS.insert(), looks)


def _changes(watched: Watched) -> Iterator[tuple[Change, datetime]]:
    for i in range(watched.count):
        due = watched.since
        if watched.rate:
            due += timedelta(seconds=i * SLIS / watched.rate)
        at = due - timedelta(minutes=watched.minutes)
        yield change_of(f"{watched.prefix}{i}", f"s{i % watched.services}", at), due


def change_of(id: str, service: str, at: datetime) -> Change:
    """A deploy that went live at `at`, with an author."""
    number = crc32(id.encode())
    return Change(
        id=id,
        kind=ChangeKind.DEPLOY,
        state=State.LIVE,
        service=service,
        environment="production",
        title=f"what {id} was for",
        revision=f"{number * 2654435761:040x}"[-40:],
        at=at,
        exposure=(Exposure(at=at, share=1.0),),
        authors=(Person(name=f"Alice {number % 50}", email=f"alice{number % 50}@example.com"),),
    )


def row_of(change: Change) -> dict[str, Any]:
    """Its row in the table of changes."""
    return {
        "id": change.id,
        "kind": change.kind.value,
        "state": change.state.value,
        "service": change.service,
        "environment": change.environment,
        "mapped": True,
        "at": change.at,
        "shown_at": change.at,
        "heard_at": change.at,
        "stem": stem(change.revision),
        "words": words_of(change),
        "body": encode(change),
    }


def _looks(change: Change, due: datetime, number: int) -> Iterator[dict[str, Any]]:
    for i in range(SLIS):
        yield {
            "change_id": change.id,
            "sli": f"{change.service} sli {i}",
            "open": True,
            "number": number,
            "due": due,
            "not_before": due,
            "anchor": change.at,
            "later": False,
        }
