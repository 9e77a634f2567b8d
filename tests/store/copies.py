"""Databases in files to copy, and what is needed to copy them: by hand, in another process, without room."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np

from shipwake.store import Store
from shipwake.store.outbox import RESTORED
from shipwake.wire.clock import ManualClock
from tests.needs import ROOT
from tests.store import writing
from tests.store.conftest import START
from tests.store.rows import Rows

PAGE = 4096


@contextmanager
def opened(path: Path) -> Iterator[Store]:
    """A database in a file, made where there is none."""
    with closing(Store.open(f"sqlite:///{path}", clock=ManualClock(START))) as store:
        store.migrate()
        yield store


def fill(store: Store, chunks: int) -> None:
    """One change with all that belongs to it, and samples of so many chunks."""
    with store.write() as tx:
        writing.one(tx, "alice", 1)
        times = START.timestamp() - 60.0 * np.arange(448 * chunks)
        tx.samples.push("errors", 60.0, 1, times, np.sin(times))


def restored(backup: Path, place: Path, *, force: bool = False) -> None:
    """Put a backup there."""
    with closing(Store.open(f"sqlite:///{place}", clock=ManualClock(START))) as store:
        store.restore(backup, force=force)


def python_path() -> str:
    """Where another process finds the product and the tests."""
    return os.pathsep.join([str(ROOT / "src"), str(ROOT)])


NO_ROOM = """
import resource, sys
from pathlib import Path
from shipwake.store import NotWrittenError, Store
from shipwake.wire.clock import SystemClock
what, address, file = sys.argv[1:]
store = Store.open(address, clock=SystemClock())
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    store.back_up(Path(file)) if what == "backup" else store.restore(Path(file), force=True)
except NotWrittenError as error:
    sys.exit(f"refused: {error}")
"""


def without_room(what: str, database: Path, file: Path) -> str:
    """What is said where no file may grow beyond 400 kB."""
    command = [sys.executable, "-c", NO_ROOM, what, f"sqlite:///{database}", str(file)]
    env = os.environ | {"PYTHONPATH": python_path()}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=env).stderr


def but_doubts(held: Rows) -> Rows:
    """All rows but those of messages, which a restore takes as perhaps sent, and its note of when it was."""
    kept = {table: found for table, found in held.items() if table != "outbox"}
    return kept | {"duties": [row for row in kept["duties"] if row[0] != RESTORED]}
