"""The tables that the scripts make are the tables that the code speaks of, on both databases."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, event, inspect, text

from shipwake.domain import ShipwakeError
from shipwake.store import NotMigratedError, Store
from shipwake.store.columns import METADATA
from shipwake.store.migrate import HEAD, SCRIPTS
from shipwake.store.passing import nothing
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


def _newer(url: str, oldest: str | None) -> None:
    """What a newer program leaves: tables that this one has never heard of, and who may work on them."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.execute(text("UPDATE alembic_version SET oldest = :oldest"), {"oldest": oldest})
    engine.dispose()


def test_it_works_on_newer_tables_that_allow_it(store: Store, url: str) -> None:
    """Where the newer program says that this one may work beside it, it does, and changes nothing."""
    _newer(url, HEAD)

    assert not store.migrate()
    assert store.version() == "9999"
    with store.write() as tx:
        tx.mappings.put("service", "Checkout", "checkout", "bob")


@pytest.mark.parametrize("oldest", ["9998", None])
def test_tables_that_left_it_behind_are_refused(store: Store, url: str, oldest: str | None) -> None:
    """Tables that need a newer program, or do not say what they need, are left alone, and it says what to run."""
    _newer(url, oldest)

    with pytest.raises(ShipwakeError, match="run the newer program") as told:
        store.migrate()
    assert ("at least 9998" in told.value.message) == (oldest is not None)


ADDS = (
    re.compile(r"(SELECT|PRAGMA|SAVEPOINT|RELEASE)\b"),
    re.compile(r"CREATE (TABLE|VIEW)\b"),
    re.compile(r"CREATE INDEX\b"),
    re.compile(r"(INSERT INTO|UPDATE|ALTER TABLE) alembic_version\b"),
    re.compile(r"ALTER TABLE \S+ ADD COLUMN (.*DEFAULT|(?!.*NOT NULL))"),
)
"""What a script may do without saying that it leaves older programs behind."""
MADE = re.compile(r"CREATE TABLE \"?(\w+)")


def _takes_away(statement: str, made: set[str]) -> bool:
    """Whether a program that does not know of this statement could no longer work; what is new may be as it likes."""
    new = any(re.search(rf"\b{table}\b", statement) for table in made)
    return not new and not any(form.match(statement) for form in ADDS)


def test_a_script_that_takes_away_says_whom_it_leaves_behind(tmp_path: Path) -> None:
    """Each script only adds what older programs need not know of, or names the oldest that can live with it."""
    engine = create_engine(f"sqlite:///{tmp_path}/shipwake.db")
    heard: dict[str, list[str]] = {}
    scripts = ScriptDirectory(str(SCRIPTS))
    for script in sorted(scripts.walk_revisions(), key=lambda s: s.revision):
        said = heard.setdefault(script.revision, [])

        def hear(_c: object, _r: object, words: str, *_: object, said: list[str] = said) -> None:
            said.append(" ".join(words.split()))

        event.listen(engine, "before_cursor_execute", hear)
        with engine.begin() as connection:
            config = Config()
            config.set_main_option("script_location", str(SCRIPTS))
            config.attributes["connection"] = connection
            config.attributes["passing"] = nothing
            command.upgrade(config, script.revision)
        event.remove(engine, "before_cursor_execute", hear)
    engine.dispose()
    leaving = {}
    for revision, said in heard.items():
        made = {found[1] for words in said if (found := MADE.match(words))}
        if unlike := [words for words in said if _takes_away(words, made)]:
            leaving[revision] = unlike
    silent = {
        r: w for r, w in leaving.items() if not hasattr(scripts.get_revision(r).module, "OLDEST")
    }

    assert sum(map(len, heard.values())) > 50
    assert silent == {}


@pytest.mark.parametrize(
    ("statement", "takes"),
    [
        ("DROP TABLE changes", True),
        ("ALTER TABLE changes DROP COLUMN title", True),
        ("ALTER TABLE changes RENAME COLUMN title TO name", True),
        ("ALTER TABLE changes ADD COLUMN colour TEXT NOT NULL", True),
        ("CREATE UNIQUE INDEX ix ON changes (title)", True),
        ("UPDATE changes SET title = ''", True),
        ("ALTER TABLE changes ADD COLUMN colour TEXT", False),
        ("ALTER TABLE changes ADD COLUMN colour TEXT DEFAULT '' NOT NULL", False),
        ("CREATE INDEX ix ON changes (title)", False),
        ("CREATE UNIQUE INDEX ix ON fresh (title)", False),
    ],
)
def test_what_takes_away_is_known(statement: str, takes: bool) -> None:
    """What an older program could not live with is told from what it need not know of."""
    assert _takes_away(statement, {"fresh"}) == takes


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
