"""Backups that come back: elsewhere, over another, from an older version; and what is refused or interrupted."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from shipwake.domain import BadInputError, Ref
from shipwake.store import (
    NoBackupError,
    NotReplacedError,
)
from shipwake.store.migrate import HEAD
from tests.store import writing
from tests.store.conftest import START
from tests.store.copies import PAGE, but_doubts, fill, opened, python_path, restored, without_room
from tests.store.facts import change, notice
from tests.store.rows import rows


def test_a_restore_without_room_changes_nothing(backup: Path, tmp_path: Path) -> None:
    """A database that a backup does not fit over keeps all its rows, and one that was not there is not made."""
    place = tmp_path / "small.db"
    with opened(place) as store, store.write() as tx:
        writing.one(tx, "bob", 1)
    held = rows(f"sqlite:///{place}")
    said = [without_room("restore", tmp_path / name, backup) for name in ("small.db", "none.db")]

    assert [s.startswith("refused: ") for s in said] == [True, True], said
    assert rows(f"sqlite:///{place}") == held
    assert not (tmp_path / "none.db").exists()


DIES = """
import os, sys
from pathlib import Path
from shipwake.store import Store
from shipwake.wire.clock import SystemClock
def die(done, total):
    if done > total // 2:
        os._exit(86)
store = Store.open(sys.argv[1], clock=SystemClock())
store.restore(Path(sys.argv[2]), force=True, progress=die)
"""


def test_a_restore_that_is_killed_changes_nothing(backup: Path, tmp_path: Path) -> None:
    """A process that dies when half of the pages are written leaves the database as it was."""
    place = tmp_path / "other.db"
    with opened(place) as store:
        fill(store, chunks=2000)
        with store.write() as tx:
            writing.one(tx, "bob", 1)
    held = rows(f"sqlite:///{place}")
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("CREATE TABLE room (x)")
        connection.execute("INSERT INTO room VALUES (zeroblob(20000000))")
        connection.commit()
    command = [sys.executable, "-c", DIES, f"sqlite:///{place}", str(backup)]
    env = os.environ | {"PYTHONPATH": python_path()}

    assert subprocess.run(command, check=False, env=env).returncode == 86
    assert place.with_name(f"{place.name}-journal").stat().st_size > PAGE
    assert rows(f"sqlite:///{place}") == held


def test_a_backup_comes_back_elsewhere(full: Path, backup: Path, tmp_path: Path) -> None:
    """A new database that is restored has every row, takes new ones, and is left alone by the next restore."""
    place = tmp_path / "new.db"
    restored(backup, place)
    held = rows(f"sqlite:///{place}")
    with opened(place) as store, store.write() as tx:
        tx.changes.save(change("new"), mapped=True)
    with pytest.raises(NotReplacedError, match="holds rows already"):
        restored(backup, place)
    restored(backup, place, force=True)

    assert but_doubts(held) == but_doubts(rows(f"sqlite:///{full}"))
    assert rows(f"sqlite:///{place}") == held
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_database_that_only_started_is_empty(backup: Path, tmp_path: Path) -> None:
    """A server's first start leaves a duty and a sign-in link, which are no reason to refuse."""
    place = tmp_path / "started.db"
    with opened(place) as store, store.write() as tx:
        tx.duties.owe("forget", "samples", START)
        tx.access.add_link("hash", START)
    restored(backup, place)

    assert len(rows(f"sqlite:///{place}")["changes"]) == 2


@pytest.mark.parametrize("force", [False, True])
def test_a_database_in_use_is_never_replaced(backup: Path, tmp_path: Path, force: bool) -> None:
    """While a server has it open, a restore is refused even by force, and the server goes on."""
    place = tmp_path / "open.db"
    with opened(place) as store:
        with pytest.raises(NotReplacedError, match="in use"):
            restored(backup, place, force=force)
        with store.write() as tx:
            writing.one(tx, "bob", 1)
    assert [row[0] for row in rows(f"sqlite:///{place}")["changes"]] == ["bob", "bob-1"]


def _truncated(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def _of_text(path: Path) -> None:
    path.write_text("services: []\n" * 500)


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _garbled(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(PAGE)
        file.write(b"\xa5" * 20 * PAGE)


def _newer(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()


def _of_another(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
        connection.execute("INSERT INTO alembic_version VALUES ('0001')")
        connection.commit()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_truncated, "is damaged"),
        (_of_text, "is no database"),
        (_empty, "is no database"),
        (_garbled, "is damaged"),
        (_newer, "version 9999, which this program does not know"),
        (_of_another, "has not the tables of shipwake"),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_what_is_no_backup_is_refused(
    backup: Path, tmp_path: Path, spoil: Callable[[Path], None], says: str, force: bool
) -> None:
    """A truncated, foreign, garbled or newer file is told as what it is, and replaces nothing."""
    place = tmp_path / "kept.db"
    with opened(place) as store, store.write() as tx:
        writing.one(tx, "bob", 1)
    held = rows(f"sqlite:///{place}")
    spoil(backup)
    with pytest.raises(NoBackupError, match=says):
        restored(backup, place, force=force)

    assert rows(f"sqlite:///{place}") == held


def test_files_that_are_none_are_refused(tmp_path: Path) -> None:
    """A folder and a missing file cannot be meant."""
    for name in (".", "none.db"):
        with pytest.raises(BadInputError, match="no such file"):
            restored(tmp_path / name, tmp_path / "new.db")

    assert list(tmp_path.iterdir()) == []


def test_a_database_is_no_backup_of_itself(full: Path) -> None:
    """To restore a database from its own file is refused, and harms it not."""
    held = rows(f"sqlite:///{full}")
    with pytest.raises(BadInputError, match="the database itself"):
        restored(full, full, force=True)

    assert rows(f"sqlite:///{full}") == held


def test_what_cannot_be_read_is_not_overwritten(backup: Path, tmp_path: Path) -> None:
    """A damaged database, and one of another program, are left as they are even by force."""
    (tmp_path / "damaged.db").write_bytes(b"no database" * 1000)
    with closing(sqlite3.connect(tmp_path / "foreign.db")) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    for name, says in (("damaged.db", "move it away"), ("foreign.db", "another program")):
        held = (tmp_path / name).read_bytes()
        with pytest.raises(NotReplacedError, match=says):
            restored(backup, tmp_path / name, force=True)
        assert (tmp_path / name).read_bytes() == held


SINCE = {
    "tokens": ("until", "used_at", "services"),
    "sessions": ("person", "groups", "browser", "at", "seen_at"),
}
"""Columns of later scripts than the second."""


def test_an_older_backup_is_brought_to_this_version(backup: Path, tmp_path: Path) -> None:
    """A backup of an earlier version is migrated when it is back, and loses nothing on the way."""
    with closing(sqlite3.connect(backup)) as connection:
        for table in ("backtests", "circuits", "audit", "settings", "spent"):
            connection.execute(f"DROP TABLE {table}")
        for table, columns in SINCE.items():
            for column in columns:
                connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
        connection.execute("UPDATE alembic_version SET version_num = '0002'")
        connection.commit()
    place = tmp_path / "new.db"
    restored(backup, place)
    with opened(place) as store:
        assert store.version() == HEAD
    held = rows(f"sqlite:///{place}")

    assert (held["backtests"], len(held["verdicts"])) == ([], 1)


def test_a_copy_of_all_files_of_a_killed_server_can_be_restored(tmp_path: Path) -> None:
    """What stands only in the -wal file beside a copied database comes back too."""
    place = tmp_path / "live.db"
    with opened(place) as store:
        with store.write() as tx:
            writing.one(tx, "bob", 1)
        for end in ("", "-wal"):
            shutil.copy(f"{place}{end}", f"{tmp_path}/copy.db{end}")
    restored(tmp_path / "copy.db", tmp_path / "new.db")

    assert len(rows(f"sqlite:///{tmp_path}/new.db")["verdicts"]) == 1


def test_what_waits_to_be_told_is_looked_up_first(tmp_path: Path) -> None:
    """After a restore a message that waited counts as perhaps sent; one that is known to be there, as it stood."""
    place, copy = tmp_path / "old.db", tmp_path / "backup.db"
    with opened(place) as store:
        with store.write() as tx:
            writing.one(tx, "alice", 1)
            writing.one(tx, "bob", 1)
            (first,) = tx.outbox.lease(START, 1, "w", 0)
            tx.outbox.sent(first, Ref("there"))
            tx.outbox.put(replace(notice(2), change=first.notice.change))
        store.back_up(copy)
    restored(copy, tmp_path / "new.db")
    with opened(tmp_path / "new.db") as store, store.write() as tx:
        told = {q.notice.change: q.attempts for q in tx.outbox.lease(START, 9, "w", 60)}

    assert told == {"alice-1": 1, "bob-1": 2}
