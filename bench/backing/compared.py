"""Two databases row by row, and what of somebody's words is in one."""

import json
from contextlib import closing

from shipwake.domain import from_epoch
from shipwake.store import Store
from shipwake.store.columns import METADATA
from shipwake.wire.clock import SystemClock
from tests.store.rows import Rows, rows

AGAIN = {"audit": {"*"}, "duties": {"*"}, "outbox": {"attempts"}}
"""What a restoration changes by design: words are doubted, and that it was restored is noted, twice."""
GROWS = ("events", "verdicts", "assessments", "replies")
"""Tables whose rows are never edited: what a copy has of them is a part of what its source has."""


def differing(one: str, other: str) -> dict[str, int]:
    """By table, the rows of one database that are not those of the other, but for what a restoration changes."""
    a, b = rows(one), rows(other)
    found = {}
    for table in a:
        loose = AGAIN.get(table, set())
        kept = [
            i
            for i, c in enumerate(METADATA.tables[table].columns)
            if not loose & {"*", str(c.name)}
        ]
        if kept and (odd := _only(a, table, kept) ^ _only(b, table, kept)):
            found[table] = len(odd)
    return found


def foreign(part: str, whole: str) -> dict[str, int]:
    """By table that only grows, the rows of a part that the whole has not."""
    a, b = rows(part), rows(whole)
    odd = {table: len(set(a[table]) - set(b[table])) for table in GROWS}
    return {table: count for table, count in odd.items() if count}


def counts(address: str) -> tuple[int, int]:
    """How many rows there are in all, and how many of them are verdicts."""
    held = rows(address)
    return sum(map(len, held.values())), len(held["verdicts"])


def _only(held: Rows, table: str, columns: list[int]) -> set[tuple[object, ...]]:
    return {tuple(row[i] for i in columns) for row in held[table]}


def there(address: str, pushes: list[str]) -> set[str]:
    """The names of what a database holds: changes, deliveries, and of `pushes` those that can be read."""
    with closing(Store.open(address, clock=SystemClock())) as store:
        found = _ids(address)
        with store.read() as tx:
            for row in tx.heard.page(limit=100_000).rows:
                kept = tx.heard.get(row.id)
                found.add(json.loads(kept.heard.body)["id"] if kept else "")
        return found | {name for name in pushes if _pushed(store, name)}


def _ids(address: str) -> set[str]:
    place = list(METADATA.tables["changes"].columns.keys()).index("id")
    return {str(row[place]) for row in rows(address)["changes"]}


def _pushed(store: Store, name: str) -> bool:
    sli, at, value = name.split()
    found = store.pushed.read(sli, from_epoch(int(at)), from_epoch(int(at) + 60))
    return bool(found.values[:, 0].tolist() == [float(value)])


def odd(names: list[str], held: set[str], before: list[str], after: list[str]) -> dict[str, int]:
    """What is wrong with a copy that holds `held` of somebody's `names`, sent in this order.

    It must hold all that was acknowledged `before` it began, nothing that was sent `after` it had ended, and of the
    rest the first so many.
    """
    has = [name in held for name in names]
    found = {
        "missing": sum(name not in held for name in before),
        "too late": sum(name in held for name in after),
        "out of order": sum(has[has.index(False) :]) if False in has else 0,
    }
    return {what: number for what, number in found.items() if number}
