"""What is asked again and again is found by an index, however many rows there are."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event

from shipwake.domain import Health
from shipwake.store import Filter, Store, Tx
from shipwake.store.columns import METADATA
from tests.store.conftest import START
from tests.store.facts import MINUTE, change, notice

ASKED: dict[str, Callable[[Tx], object]] = {
    "looks due": lambda tx: tx.looks.lease(START, limit=9, worker="w", seconds=1),
    "next look": lambda tx: tx.looks.next_due(),
    "next free look": lambda tx: tx.looks.next_due(free=True),
    "looks of a change": lambda tx: tx.looks.next_of("c1"),
    "looks of many changes": lambda tx: tx.looks.next_of_all(["c1", "c2"]),
    "levels": lambda tx: tx.levels.of(["c1", "c2"]),
    "notices of many changes": lambda tx: tx.outbox.of_all(["c1", "c2"]),
    "newest verdicts": lambda tx: tx.verdicts.newest_of(["c1", "c2"]),
    "newest assessments of many": lambda tx: tx.verdicts.assessments_of(["c1", "c2"]),
    "what goes on": lambda tx: tx.changes.going_on(["c1", "c2"]),
    "notices due": lambda tx: tx.outbox.lease(START, limit=9, worker="w", seconds=1),
    "any notice": lambda tx: tx.outbox.waiting(START),
    "a notice": lambda tx: tx.outbox.put(notice()),
    "deliveries unread": lambda tx: tx.heard.pending(9),
    "verdicts since": lambda tx: tx.verdicts.since(5, 9),
    "newest verdict": lambda tx: tx.verdicts.newest("c1"),
    "newest assessments": lambda tx: tx.verdicts.assessments("c1"),
    "moves of an SLI": lambda tx: tx.verdicts.of_sli("errors", 9),
    "past of a place": lambda tx: tx.changes.past("a", "b", since=START, before=START + MINUTE),
    "near a time": lambda tx: tx.changes.near(START, timedelta(hours=1), "a", limit=9),
    "latest": lambda tx: tx.changes.latest("a", "b", START),
    "a revision": lambda tx: tx.changes.with_revision("abcdef0", ""),
    "unmapped": lambda tx: tx.changes.unmapped(),
    "a thread": lambda tx: tx.events.by_thread("t"),
    "loose events": lambda tx: tx.events.loose(["abcdef0"], ""),
    "samples": lambda tx: tx.samples.push("p95", 60, 1, [START.timestamp()], [1.0]),
    "a window": lambda tx: tx.samples.read("p95", START, START + MINUTE),
    "the list": lambda tx: tx.changes.page(Filter()),
    "the list's second page": lambda tx: tx.changes.page(Filter(), "MTc3MDExMjgwMDAwMDAwMC5jMQ"),
    "a service's list": lambda tx: tx.changes.page(Filter(service="checkout")),
    "an environment's list": lambda tx: tx.changes.page(Filter(environment="production")),
    "the unhealthy": lambda tx: tx.changes.page(Filter(health=Health.UNHEALTHY)),
    "an author's list": lambda tx: tx.changes.page(Filter(author="alice")),
    "a token": lambda tx: tx.access.token("h", START),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_table_is_read_whole(sqlite_store: Store, name: str) -> None:
    """None of the statements behind this question scans a table without an index."""
    asked: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, said: str, values: Any, *_: Any) -> None:  # noqa: ANN401
        asked.append((said, values))

    with sqlite_store.write() as tx:
        tx.changes.save(change(), mapped=True)
        connection = tx.changes._sql.connection  # noqa: SLF001 - what is asked is seen only here
        event.listen(connection, "before_cursor_execute", note)
        ASKED[name](tx)
        event.remove(connection, "before_cursor_execute", note)
        plans = [
            row[3]
            for said, values in asked
            if not said.startswith("INSERT")
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values)
        ]
    whole = [p for p in plans if re.fullmatch(rf"SCAN ({'|'.join(METADATA.tables)})", p)]

    assert plans
    assert whole == []
