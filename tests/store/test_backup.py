"""Backups of SQLite: taken while others write, compared row by row with what was committed; and what is refused."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from shipwake.domain import BadInputError
from shipwake.store import (
    OtherToolsError,
    Store,
)
from shipwake.wire.clock import ManualClock, monotonic, pause
from tests.needs import ROOT
from tests.store.conftest import START
from tests.store.copies import but_doubts, fill, opened, python_path, restored, without_room
from tests.store.facts import change
from tests.store.rows import Rows, of, rows

APPENDED = ("heard", "verdicts", "assessments", "outbox", "replies")


def test_a_backup_under_writes_is_all_that_was_committed_when_it_began(tmp_path: Path) -> None:
    """Of two processes that write meanwhile it holds the first so many transactions each, whole and byte by byte."""
    place, copy, elsewhere = (tmp_path / name for name in ("live.db", "backup.db", "new.db"))
    with opened(place) as store:
        fill(store, chunks=1000)
        address = f"sqlite:///{place}"
        command = [sys.executable, "-m", "tests.store.writing", address]
        writers = [
            subprocess.Popen(
                [*command, name], cwd=ROOT, env=os.environ | {"PYTHONPATH": python_path()}
            )
            for name in ("carol", "bob")
        ]
        try:
            _until(lambda: all(_written(store, name) > 10 for name in ("carol", "bob")))
            before = {name: _written(store, name) for name in ("carol", "bob")}
            store.back_up(copy, progress=lambda _done, _total: pause(0.1))
            after = {name: _written(store, name) for name in before}
        finally:
            for writer in writers:
                writer.kill()
                writer.wait()
    restored(copy, elsewhere)
    held, source = rows(f"sqlite:///{copy}"), rows(address)

    for name, first in before.items():
        count = len(of(name, "verdicts", held))
        assert first <= count < after[name], "nothing was written meanwhile: this shows nothing"
        _assert_first(name, count, held, source)
    _assert_seen_together(held, source)
    assert held["chunks"] == source["chunks"]
    assert but_doubts(rows(f"sqlite:///{elsewhere}")) == but_doubts(held)


def _until(true: Callable[[], bool]) -> None:
    end = monotonic() + 30
    while not true():
        assert monotonic() < end
        pause(0.05)


def _written(store: Store, name: str) -> int:
    """How many transactions this writer has committed."""
    with store.read() as tx:
        return next((s.unused for s in tx.heard.senders() if s.source == name), 0)


def _assert_first(name: str, count: int, held: Rows, source: Rows) -> None:
    """The copy has exactly this writer's first `count` transactions."""
    for table in APPENDED:
        assert of(name, table, held) == of(name, table, source)[:count]
        assert len(of(name, table, held)) == count
    # Rows that each transaction writes over say the same.
    assert [row["times"] for row in of(name, "heard_counts", held) if row["kind"] == "writing"] == [
        count
    ]
    titles = [row["body"] for row in of(name, "changes", held) if row["id"] == name]
    assert [f'"title":"change {count}"' in body for body in titles] == [True]


def _assert_seen_together(held: Rows, source: Rows) -> None:
    """Of all verdicts in the order of their commits the copy has the first ones, none left out."""
    assert held["verdicts"] == source["verdicts"][: len(held["verdicts"])]


def test_a_backup_is_one_private_file(full: Path, backup: Path) -> None:
    """Only its owner may read it, nothing is left beside it, and it holds every row."""
    beside = [p.name for p in backup.parent.iterdir() if p.name not in (full.name, backup.name)]

    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert [name for name in beside if not name.startswith(full.name)] == []
    assert rows(f"sqlite:///{backup}") == rows(f"sqlite:///{full}")


def test_what_is_there_is_replaced_only_when_asked(full: Path, backup: Path) -> None:
    """A second backup of the same name is refused, and with force replaces the first."""
    first = backup.read_bytes()
    with opened(full) as store:
        with pytest.raises(BadInputError, match="there already"):
            store.back_up(backup)
        assert backup.read_bytes() == first
        with store.write() as tx:
            tx.changes.save(change("new"), mapped=True)
        store.back_up(backup, force=True)

    assert rows(f"sqlite:///{backup}") == rows(f"sqlite:///{full}")


@pytest.mark.parametrize("force", [False, True])
def test_places_that_cannot_be_meant_are_refused(full: Path, tmp_path: Path, force: bool) -> None:
    """A missing folder, a folder, a link and the database itself are no places for a backup, forced or not."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    with opened(full) as store:
        held = rows(f"sqlite:///{full}")
        for place, says in (
            ("none/backup.db", "does not exist"),
            ("folder", "folder, a link or a device"),
            ("link", "folder, a link or a device"),
            ("shipwake.db", "the database itself"),
        ):
            with pytest.raises(BadInputError, match=says):
                store.back_up(tmp_path / place, force=force)

        assert rows(f"sqlite:///{full}") == held


def test_there_must_be_something_to_back_up(tmp_path: Path) -> None:
    """An address at which no database is yields no empty backup, and no database."""
    with (
        closing(Store.open(f"sqlite:///{tmp_path}/none.db", clock=ManualClock(START))) as store,
        pytest.raises(BadInputError, match="there is no database"),
    ):
        store.back_up(tmp_path / "backup.db")

    assert list(tmp_path.iterdir()) == []


def test_where_there_is_no_room_nothing_is_left(full: Path, tmp_path: Path) -> None:
    """A backup that does not fit ends with what to do, and without a file."""
    before = {p.name for p in tmp_path.iterdir()}
    said = without_room("backup", full, tmp_path / "backup.db")

    assert said.startswith("refused: ")
    assert "make room" in said
    assert {p.name for p in tmp_path.iterdir()} - {f"{full.name}-wal", f"{full.name}-shm"} == before


@pytest.mark.postgres
def test_a_postgres_has_its_own_tools(postgres_url: str, tmp_path: Path) -> None:
    """Both verbs name the tool to use instead, and neither shows the address with its password."""
    with closing(Store.open(postgres_url, clock=ManualClock(START))) as store:
        with pytest.raises(OtherToolsError, match="pg_dump --format=custom"):
            store.back_up(tmp_path / "backup.db")
        with pytest.raises(OtherToolsError, match="pg_restore --no-owner"):
            store.restore(tmp_path / "backup.db")
