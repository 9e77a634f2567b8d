"""Verdicts are appended, numbered in the order they appear, and never edited, whoever tries."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError

from shipwake.domain import Health, ShipwakeError
from shipwake.store import Store
from tests.store.facts import assessment, change, verdict


@pytest.fixture(autouse=True)
def known(store: Store) -> None:
    """Two changes."""
    with store.write() as tx:
        for id in ("c1", "c2"):
            tx.changes.save(change(id), mapped=True)


def test_a_verdict_comes_back_with_its_assessments(store: Store) -> None:
    """What was appended is read back equal, the newest assessment of each SLI with its evidence."""
    looks = [assessment(look=1), assessment(look=2), assessment(sli="p95", evidence=False)]
    with store.write() as tx:
        tx.verdicts.append(verdict(), looks)
    with store.read() as tx:
        verdicts = tx.verdicts.of("c1")
        newest = tx.verdicts.assessments("c1")
        bare = tx.verdicts.assessments("c1", evidence=False)
        history = tx.verdicts.history("c1")

    assert verdicts == [verdict()]
    assert [replace(a, evidence=None) for a in newest] == [
        replace(looks[1], evidence=None),
        looks[2],
    ]
    assert newest[0].evidence is not None
    assert looks[1].evidence is not None
    assert newest[0].evidence.values.tobytes() == looks[1].evidence.values.tobytes()
    assert bare == [replace(a, evidence=None) for a in newest]
    assert [(a.sli, a.look) for a in history] == [("errors", 1), ("p95", 1), ("errors", 2)]


def test_one_look_has_one_assessment(store: Store) -> None:
    """A second assessment of the same look is left out; the first stays."""
    with store.write() as tx:
        tx.verdicts.append(verdict(seq=1), [assessment(health=Health.AILING)])
        tx.verdicts.append(verdict(seq=2), [assessment(health=Health.HEALTHY)])
        kept = tx.verdicts.assessment("c1", "errors", 1)

    assert kept is not None
    assert kept.health is Health.AILING


def test_a_number_is_given_once(store: Store) -> None:
    """A second verdict of the same number is refused, and nothing of it is kept."""
    with store.write() as tx:
        tx.verdicts.append(verdict(seq=1), [])
    with pytest.raises(ShipwakeError, match="already"), store.write() as tx:
        tx.verdicts.append(verdict(seq=1, sentence="other"), [assessment()])
    with store.read() as tx:
        assert tx.verdicts.of("c1") == [verdict(seq=1)]
        assert tx.verdicts.assessments("c1") == []


def test_the_change_carries_its_newest_word(store: Store) -> None:
    """Appending sets the health and number of the change; an older number does not set it back."""
    with store.write() as tx:
        tx.verdicts.append(verdict(seq=2, health=Health.AILING), [])
        tx.verdicts.append(verdict(seq=1), [])
        stored = tx.changes.get("c1")
        newest = tx.verdicts.newest("c1")

    assert stored is not None
    assert (stored.health, stored.verdict_seq) == (Health.AILING, 2)
    assert newest == verdict(seq=2, health=Health.AILING)


def test_verdicts_of_all_changes_are_read_in_order(store: Store) -> None:
    """Who reads on from a place gets each later verdict once, in order."""
    with store.write() as tx:
        assert tx.verdicts.head() == 0
        places = [tx.verdicts.append(verdict(c, s), []) for s in (1, 2) for c in ("c1", "c2")]
    with store.read() as tx:
        first = tx.verdicts.since(0, 3)
        rest = tx.verdicts.since(first[-1][0], 10)
        head = tx.verdicts.head()

    assert [place for place, _ in [*first, *rest]] == places == sorted(places)
    assert [(v.change, v.seq) for _, v in rest] == [("c2", 2)]
    assert head == places[-1]


def test_a_reader_never_passes_a_verdict_by(store: Store, second: Store) -> None:
    """A verdict that is slow to commit is never overtaken by one with a higher number."""
    appended, go_on = Event(), Event()

    def slow() -> None:
        with store.write() as tx:
            tx.verdicts.append(verdict("c1"), [])
            appended.set()
            go_on.wait(10)

    def quick() -> None:
        with second.write() as tx:
            tx.verdicts.append(verdict("c2"), [])

    threads = [Thread(target=slow), Thread(target=quick)]
    threads[0].start()
    assert appended.wait(10)
    threads[1].start()
    threads[1].join(0.2)
    with store.read() as tx:
        meanwhile = tx.verdicts.since(0, 10)
    go_on.set()
    for thread in threads:
        thread.join()
    with store.read() as tx:
        after = [v.change for _, v in tx.verdicts.since(0, 10)]

    assert meanwhile == []
    assert after == ["c1", "c2"]


@pytest.mark.parametrize("table", ["verdicts", "assessments"])
@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE {table} SET health = 'healthy'",
        "DELETE FROM {table}",
        "INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        "TRUNCATE {table} CASCADE",
    ],
)
def test_the_database_refuses_an_edit(store: Store, url: str, table: str, edit: str) -> None:
    """No statement edits or deletes a verdict or an assessment, through whatever client."""
    engine = create_engine(url)
    foreign = "TRUNCATE" if engine.dialect.name == "sqlite" else "REPLACE"
    if foreign in edit:
        pytest.skip(f"this database has no {foreign}")
    with store.write() as tx:
        tx.verdicts.append(verdict(), [assessment()])
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA recursive_triggers=ON")
        with pytest.raises(DatabaseError, match="append-only"):
            connection.exec_driver_sql(edit.format(table=table))
    engine.dispose()


def test_an_sli_knows_its_last_moves(store: Store) -> None:
    """Per change the newest look that moved, newest first; what never moved is left out."""
    with store.write() as tx:
        tx.verdicts.append(
            verdict("c1"),
            [
                assessment("c1", look=1, health=Health.AILING),
                assessment("c1", look=2, health=Health.UNHEALTHY),
                assessment("c1", look=3, health=Health.HEALTHY),
            ],
        )
        tx.verdicts.append(
            verdict("c2"),
            [
                assessment("c2", look=5, health=Health.IMPROVED),
                assessment("c2", sli="p95", look=9, health=Health.AILING),
            ],
        )
        moves = tx.verdicts.of_sli("errors", 10)
        one = tx.verdicts.of_sli("errors", 1)

    assert [(a.change, a.look) for a in moves] == [("c2", 5), ("c1", 2)]
    assert one == moves[:1]


def test_what_a_change_hurt_is_remembered(store: Store) -> None:
    """The changes under which an SLI was ever ailing or unhealthy since then, and no others."""
    with store.write() as tx:
        tx.changes.save(change("c2"), mapped=True)
        tx.verdicts.append(
            verdict(),
            [
                assessment(look=1, health=Health.AILING),
                assessment(look=2, health=Health.HEALTHY),
                assessment(sli="p95", health=Health.IMPROVED),
            ],
        )
        tx.verdicts.append(verdict("c2"), [assessment("c2", health=Health.HEALTHY)])
        at = tx.verdicts.history("c1")[0].at
        found = [tx.verdicts.hurt_by(sli, at) for sli in ("errors", "p95")]
        later = tx.verdicts.hurt_by("errors", at + timedelta(seconds=1))

    assert found == [{"c1"}, set()]
    assert later == set()


def test_a_verdict_needs_its_change(store: Store) -> None:
    """A verdict on a change that is not known is refused."""
    with pytest.raises(Exception, match=r"(?i)foreign key"), store.write() as tx:
        tx.verdicts.append(verdict("nobody"), [])


def test_a_failed_look_leaves_nothing(store: Store) -> None:
    """An error anywhere in the transaction takes the verdict, the next look and the notice with it."""

    def look(fail: Callable[[], None]) -> None:
        with store.write() as tx:
            leased = tx.looks.lease(verdict().at, limit=1, worker="w", seconds=0)[0]
            assert tx.looks.finish(leased, None)
            tx.verdicts.append(verdict(), [assessment()])
            fail()

    def broken() -> None:
        raise ArithmeticError

    with store.write() as tx:
        tx.looks.plan("c1", "errors", 1, verdict().at, verdict().at)
    with pytest.raises(ArithmeticError):
        look(broken)
    with store.read() as tx:
        assert tx.verdicts.newest("c1") is None
        assert tx.looks.watched("c1")
    look(lambda: None)
    with store.read() as tx:
        assert tx.verdicts.newest("c1") == verdict()


def test_many_verdicts_are_as_one_after_another(store: Store) -> None:
    """Appended together they have their places in order, their changes carry them, and their looks come back."""
    with store.write() as tx:
        tx.verdicts.append(verdict("c1", 1), [assessment("c1", "p95")])
        said = [verdict("c2", 1, health=Health.AILING), verdict("c1", 2, health=Health.IMPROVED)]
        tx.verdicts.append_all(said, [assessment("c2"), assessment("c1")])
    with store.read() as tx:
        order = [(v.change, v.seq) for _, v in tx.verdicts.since(0, 9)]
        newest = tx.verdicts.newest_of(["c1", "c2", "c3"])
        carried = {id: s.health for id, s in tx.changes.going_on(["c1", "c2", "c3"]).items()}
        looked = tx.verdicts.assessments_of(["c1", "c2"], but=[("c2", "errors")])
        one_by_one = tx.verdicts.assessments("c1")

    assert order == [("c1", 1), ("c2", 1), ("c1", 2)]
    assert newest == {"c2": said[0], "c1": said[1]}
    assert carried == {"c1": Health.IMPROVED, "c2": Health.AILING}
    assert list(looked) == ["c1"]
    assert [a.sli for a in looked["c1"]] == [a.sli for a in one_by_one] == ["errors", "p95"]
    assert all(a.evidence is not None for a in looked["c1"])


def test_a_number_that_is_given_refuses_all(store: Store) -> None:
    """Where one of many verdicts has a number that its change has given, none of them stays."""
    with store.write() as tx:
        tx.verdicts.append(verdict("c1", 1), [])
    with pytest.raises(ShipwakeError, match="already"), store.write() as tx:
        tx.verdicts.append_all([verdict("c2", 1), verdict("c1", 1)], [])
    with store.read() as tx:
        left = tx.verdicts.newest_of(["c1", "c2"])

    assert list(left) == ["c1"]
