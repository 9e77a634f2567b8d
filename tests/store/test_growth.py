"""What is asked at every turn of the loop and for every page costs no more where ten times as much is stored."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from shipwake.store import Store, Tx
from shipwake.wire.clock import ManualClock
from tests.store.conftest import START
from tests.store.facts import MINUTE, change

FEW, TIMES = 150, 10
SERVICES = 5
PLACE = ("s1", "production")
DAY = timedelta(days=1)
ASKED: dict[str, Callable[[Tx], object]] = {
    "looks due": lambda tx: tx.looks.lease(START, limit=9, worker="w", seconds=1),
    "next look": lambda tx: tx.looks.next_due(),
    "next free look": lambda tx: tx.looks.next_due(free=True),
    "what is not learned": lambda tx: tx.looks.unlearned(START + 5 * MINUTE),
    "services": lambda tx: tx.changes.services(),
    "environments": lambda tx: tx.changes.environments(),
    "unmapped": lambda tx: tx.changes.unmapped(),
    "what was hurt": lambda tx: tx.verdicts.hurt_by("errors", START),
    "changes of a revision": lambda tx: tx.changes.of_revision(
        PLACE, "5", since=START - 90 * DAY, before=START
    ),
    "the newest revision": lambda tx: tx.changes.newest_revision(
        PLACE, since=START - 90 * DAY, before=START, but="c1"
    ),
    "another revision since": lambda tx: tx.changes.other_revision_between(
        PLACE, "1", START - 90 * DAY, START
    ),
    "near": lambda tx: tx.changes.near(START, timedelta(hours=1), "production", limit=20),
    "latest": lambda tx: tx.changes.latest("s1", "production", START),
    "deliveries": lambda tx: tx.heard.pending(50),
}


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Store]:
    """Watches that are looked at in a week, some learned and some not, and ten times as many of them."""
    return tuple(_filled(tmp_path_factory.mktemp("growth"), n) for n in (FEW, FEW * TIMES))  # type: ignore[return-value]


def _filled(place: Path, count: int) -> Store:
    store = Store.open(f"sqlite:///{place}/{count}.db?synchronous=off", clock=ManualClock(START))
    store.migrate()
    with store.write() as tx:
        for i in range(count):
            at = START - DAY - i * MINUTE
            made = change(f"c{i}", at, service=f"s{i % SERVICES}", title=f"{i}", revision=f"{i}")
            tx.changes.save(made, mapped=True)
            tx.looks.plan(made.id, "errors", 10, START + 7 * DAY, at)
            if i % 2:
                tx.levels.set(made.id, 0.01, 0.01)
    return store


@pytest.mark.parametrize("name", ASKED)
def test_a_question_costs_no_more_of_ten_times_as_much(
    stores: tuple[Store, Store], name: str
) -> None:
    """SQLite takes about as many steps to answer, counted by itself."""
    few, many = (_steps(store, ASKED[name]) for store in stores)

    assert many <= 2 * few + 20


def _steps(store: Store, ask: Callable[[Tx], object]) -> int:
    """Tens of instructions of SQLite's machine."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with store.write() as tx:
        held = tx.looks._sql.connection.connection.driver_connection  # noqa: SLF001 - only it counts
        assert held is not None
        held.set_progress_handler(tick, 10)
        ask(tx)
        held.set_progress_handler(None, 10)
    return count
