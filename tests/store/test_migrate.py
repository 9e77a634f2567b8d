"""The tables that the scripts make are the tables that the code speaks of, on both databases."""

import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect

from shipwake.domain import ShipwakeError
from shipwake.store import NotMigratedError, Store
from shipwake.store.columns import METADATA
from shipwake.store.migrate import HEAD, SCRIPTS
from shipwake.wire.clock import ManualClock


def test_the_scripts_make_what_the_code_speaks_of(store: Store, url: str) -> None:
    """After all scripts the database has exactly the tables, columns, keys and indexes of the code."""
    engine = create_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        differences = compare_metadata(context, METADATA)
    engine.dispose()

    assert differences == []


def test_the_scripts_make_the_same_indexes(store: Store, url: str, tmp_path: Path) -> None:
    """Partial indexes have the same condition as in the code: the comparison above does not look at it."""
    engine = create_engine(url)
    if engine.dialect.name != "sqlite":
        pytest.skip("SQLite keeps the words of a definition, PostgreSQL only its meaning")
    bare = create_engine(f"sqlite:///{tmp_path}/bare.db")
    METADATA.create_all(bare)
    words = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    with engine.connect() as one, bare.connect() as other:
        made, spoken = ({r.name: r.sql for r in c.exec_driver_sql(words)} for c in (one, other))
    engine.dispose()
    bare.dispose()

    assert made == spoken


def test_the_newest_script_is_the_version_of_the_code() -> None:
    """The version that spares a migrated server from loading Alembic is that of the newest script."""
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == HEAD


def test_migrating_again_changes_nothing(store: Store) -> None:
    """A second migration leaves the version where it is."""
    store.migrate()

    assert store.version() == HEAD


def test_two_may_migrate_at_once(empty_url: str, clock: ManualClock) -> None:
    """Of several that start together on an empty database one migrates, and none fails."""
    stores = [Store.open(empty_url, clock=clock) for _ in range(4)]
    start = Barrier(len(stores))
    failed: list[BaseException] = []

    def go(store: Store) -> None:
        start.wait()
        try:
            store.migrate()
        except ShipwakeError as error:
            failed.append(error)

    threads = [Thread(target=go, args=(s,)) for s in stores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    versions = [s.version() for s in stores]
    for store in stores:
        store.close()

    assert (failed, versions) == ([], [HEAD] * len(stores))


MIGRATE = """
import sys
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
store = Store.open(sys.argv[1], clock=SystemClock())
store.migrate()
store.close()
"""


def test_two_processes_may_migrate_at_once(tmp_path: Path) -> None:
    """Separate processes on a new file, each of which turns it to WAL mode, all end well."""
    command = [sys.executable, "-c", MIGRATE, f"sqlite:///{tmp_path}/shipwake.db"]
    processes = [subprocess.Popen(command) for _ in range(2)]

    assert [p.wait() for p in processes] == [0, 0]


def test_a_migration_is_whole_or_not_at_all(empty_url: str, clock: ManualClock) -> None:
    """A migration that dies half-way leaves no table behind."""
    engine = create_engine(empty_url)
    with engine.connect() as connection:
        # The last table that the script makes is in its way.
        connection.exec_driver_sql("CREATE TABLE sign_in_links (x INTEGER)")
        connection.commit()
    store = Store.open(empty_url, clock=clock)
    with pytest.raises(Exception, match="exists"):
        store.migrate()
    store.close()
    with engine.connect() as connection:
        tables = inspect(connection).get_table_names()
    engine.dispose()

    assert tables == ["sign_in_links"]


def test_a_newer_database_is_refused(store: Store, url: str, clock: ManualClock) -> None:
    """Tables of a version that the program does not know are left alone, and it says what to run."""
    engine = create_engine(url)
    with engine.connect() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    engine.dispose()

    with pytest.raises(ShipwakeError, match="newer program"):
        store.migrate()


def test_without_tables_it_says_what_to_run(empty_url: str, clock: ManualClock) -> None:
    """A store that was never migrated says so, on reading and on writing."""
    store = Store.open(empty_url, clock=clock)
    with pytest.raises(NotMigratedError, match="shipwake migrate"), store.read() as tx:
        tx.changes.get("c1")
    with pytest.raises(NotMigratedError, match="shipwake migrate"), store.write() as tx:
        tx.mappings.put("service", "Checkout", "checkout", "bob")
    assert store.version() is None
    store.close()


@pytest.fixture
def sqlite_file(tmp_path: Path, clock: ManualClock) -> Path:
    """A migrated SQLite file."""
    path = tmp_path / "shipwake.db"
    store = Store.open(f"sqlite:///{path}", clock=clock)
    store.migrate()
    store.close()
    return path


def test_a_closed_store_is_one_file(sqlite_file: Path) -> None:
    """A closed SQLite store leaves one file, which is all that a backup needs."""
    assert [p.name for p in sqlite_file.parent.iterdir()] == [sqlite_file.name]


def test_the_file_is_in_wal_mode(sqlite_file: Path) -> None:
    """Reads and writes go on beside one another."""
    connection = sqlite3.connect(sqlite_file)
    mode = connection.execute("PRAGMA journal_mode").fetchone()
    connection.close()

    assert mode == ("wal",)
