"""What a power cut may leave of a SQLite file: the log to some byte, and of that whole transactions only."""

import shutil
from pathlib import Path

import pytest

from shipwake.store import Store
from shipwake.wire.clock import ManualClock
from tests.store.conftest import START
from tests.store.writing import one

COMMITS = 8


def test_a_log_that_ends_anywhere_holds_whole_transactions(store: Store, tmp_path: Path) -> None:
    """However much of the write-ahead log is lost, what is left is a beginning, and no transaction is half there."""
    path = tmp_path / "shipwake.db"
    if not path.exists():
        pytest.skip("PostgreSQL has a log of its own")
    for number in range(1, COMMITS + 1):
        with store.write() as tx:
            one(tx, "w", number)
    log = Path(f"{path}-wal").read_bytes()
    left = [
        _left(path, log[: len(log) * part // 40], tmp_path / f"{part}.db") for part in range(41)
    ]

    assert left == sorted(left)
    assert (left[0], left[-1]) == (0, COMMITS)


def _left(path: Path, log: bytes, copy: Path) -> int:
    """How many transactions are there, each of them whole."""
    shutil.copy(path, copy)
    Path(f"{copy}-wal").write_bytes(log)
    opened = Store.open(f"sqlite:///{copy}", clock=ManualClock(START))
    with opened.read() as tx:
        known = [n for n in range(1, COMMITS + 1) if tx.changes.get(f"w-{n}")]
        whole = [
            n
            for n in known
            if tx.verdicts.newest(f"w-{n}") and tx.outbox.of(f"w-{n}") and tx.replies.of(f"w-{n}")
        ]
    opened.close()
    assert known == whole == list(range(1, len(whole) + 1))
    return len(whole)
