"""The store as a whole: addresses, transactions, who writes when, and errors that say what to do."""

from pathlib import Path
from threading import Event, Thread, Timer

import pytest

from shipwake.domain import BadInputError, ShipwakeError
from shipwake.store import BusyError, Store, UnreachableError
from shipwake.store.right_of_way import RightOfWay
from shipwake.wire.clock import ManualClock
from tests.store.facts import change


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite://", "file"),
        ("sqlite:///:memory:", "file"),
        ("sqlite:////no/such/folder/x.db", "folder"),
        ("sqlite:///x.db?synchronous=perhaps", "full"),
        ("mysql://localhost/x", "postgresql"),
        ("shipwake.db", "sqlite:///"),
    ],
)
def test_an_address_that_cannot_be_meant_says_what_can(
    folder: Path, clock: ManualClock, url: str, says: str
) -> None:
    """A wrong address is refused with the allowed form."""
    with pytest.raises(BadInputError, match=says):
        Store.open(url, clock=clock)


@pytest.mark.postgres
@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_each_way_to_write_postgresql_is_taken(
    postgres_url: str, clock: ManualClock, scheme: str
) -> None:
    """The usual spellings of a PostgreSQL address all open the same database."""
    store = Store.open(postgres_url.replace("postgresql+psycopg", scheme), clock=clock)
    assert store.version() is None
    store.close()


@pytest.mark.postgres
def test_a_server_that_does_not_answer_is_named(clock: ManualClock) -> None:
    """A database that cannot be reached says which setting to check, and not the password."""
    store = Store.open("postgresql://u:secret@127.0.0.1:1/x", clock=clock)
    with pytest.raises(UnreachableError, match="check database:") as told:
        store.migrate()
    store.close()

    assert "secret" not in told.value.message


def test_a_snapshot_stands_still(store: Store, second: Store) -> None:
    """What others commit during a read is not seen by it, and is seen by the next."""
    with store.read() as tx:
        before = tx.changes.count()
        with second.write() as other:
            other.changes.save(change(), mapped=True)
        meanwhile = tx.changes.count()
    with store.read() as tx:
        after = tx.changes.count()

    assert (before, meanwhile, after) == (0, 0, 1)


def test_a_read_cannot_write(store: Store) -> None:
    """The database itself refuses a write within a read."""
    with pytest.raises(Exception, match=r"(?i)read-?only"), store.read() as tx:
        tx.mappings.put("service", "a", "b", "bob")


def test_an_error_takes_everything_back(store: Store) -> None:
    """Nothing of a transaction that raised is kept, and the next one can be written."""

    def fail() -> None:
        with store.write() as tx:
            tx.changes.save(change(), mapped=True)
            raise ArithmeticError

    with pytest.raises(ArithmeticError):
        fail()
    with store.write() as tx:
        assert tx.changes.get("c1") is None


def test_a_write_within_a_write_is_a_mistake(tmp_path: Path, sqlite_store: Store) -> None:
    """A thread that already writes is told so instead of waiting for itself."""
    with (
        sqlite_store.write(),
        pytest.raises(ShipwakeError, match="one transaction"),
        sqlite_store.write(),
    ):
        pass


def test_a_second_process_waits_its_turn(store: Store, second: Store) -> None:
    """A write waits for another process's short transaction and then succeeds."""
    inside, go_on = Event(), Event()

    def slow() -> None:
        with store.write() as tx:
            tx.mappings.put("service", "a", "b", "bob")
            inside.set()
            go_on.wait(10)

    thread = Thread(target=slow)
    thread.start()
    assert inside.wait(10)
    Timer(0.1, go_on.set).start()
    with second.write() as tx:
        tx.mappings.put("service", "c", "d", "bob")
    thread.join()
    with store.read() as tx:
        assert [m.heard for m in tx.mappings.all()] == ["a", "c"]


def test_the_patient_let_others_pass() -> None:
    """Of those that wait the patient one comes last, however early it asked."""
    way = RightOfWay(10)
    order: list[str] = []
    inside, go_on = Event(), Event()

    def act(name: str, *, patient: bool) -> None:
        with way.taken(patient=patient):
            if name == "first":
                inside.set()
                go_on.wait(10)
            order.append(name)

    threads = [
        Thread(target=act, args=(name,), kwargs={"patient": patient})
        for name, patient in (("first", False), ("push", True), ("look", False))
    ]
    threads[0].start()
    assert inside.wait(10)
    for thread in threads[1:]:
        thread.start()
    Event().wait(0.1)
    go_on.set()
    for thread in threads:
        thread.join()

    assert order == ["first", "look", "push"]


def test_waiting_has_an_end() -> None:
    """Who cannot write for too long is told to try again."""
    way = RightOfWay(0.05)
    refused: list[BusyError] = []

    def wait() -> None:
        try:
            with way.taken():
                pass
        except BusyError as error:
            refused.append(error)

    with way.taken():
        thread = Thread(target=wait)
        thread.start()
        thread.join()
    with way.taken(patient=True):
        pass

    assert len(refused) == 1
