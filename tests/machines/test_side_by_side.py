"""Old and new program side by side while the database is migrated: nobody waits long, and who cannot work says so."""

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from shipwake.store.migrate import HEAD
from tests.machines.crew import Aboard, Crew, crew, figure, long, status, until
from tests.machines.versions import to_come

pytestmark = long

ADDS = '''
def upgrade():
    """A column that the program before need not know of."""
    op.add_column("changes", sa.Column("colour", sa.Text(), server_default="", nullable=False))
'''
INDEXES = '''
ALONE = True

def upgrade():
    """An index on a table that everybody writes to."""
    op.execute("DROP INDEX IF EXISTS ix_assessments_at_all")
    op.create_index(
        "ix_assessments_at_all", "assessments", ["at"], postgresql_concurrently=True
    )
'''
TAKES = '''
OLDEST = "{oldest}"

def upgrade():
    """What the program before still asks for goes."""
    op.drop_column("changes", "colour")
'''


@dataclass
class Writer:
    """Writes and reads all the time, and notes the longest it had to wait."""

    url: str
    longest_s: float = 0.0
    times: int = 0
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Until told to end."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            while not self.ended.is_set():
                begun = time.monotonic()
                connection.execute("UPDATE changes SET id = id WHERE id = 'c-s0'")
                connection.execute("SELECT count(*) FROM changes")
                self.longest_s = max(self.longest_s, time.monotonic() - begun)
                self.times += 1
                time.sleep(0.005)


@contextmanager
def writing(url: str) -> Iterator[Writer]:
    """A writer at work while the block runs."""
    writer = Writer(url)
    thread = threading.Thread(target=writer.run)
    thread.start()
    try:
        yield writer
    finally:
        writer.ended.set()
        thread.join()


@pytest.mark.postgres
def test_a_rolling_upgrade(aboard: Aboard, tmp_path: Path) -> None:
    """Old workers work on beside the new program, also those that start anew; one that is left behind says so."""
    crew = aboard.crew
    crew.looks = (3, 5, 8, 12, 20, 30, 40, 50)
    expanded = to_come(tmp_path / "expanded", {"adds": ADDS, "indexes": INDEXES})
    oldest = f"{int(HEAD) + 1:04}"
    contracted = to_come(
        tmp_path / "contracted",
        {"adds": ADDS, "indexes": INDEXES, "takes": TAKES.format(oldest=oldest)},
    )
    crew.deploys(12)
    old = crew.start("work")
    until(aboard.looked)
    with writing(crew.database) as writer, psycopg.connect(crew.database) as reader:
        until(lambda: writer.times > 10)
        quiet_s = writer.longest_s
        # Somebody reads for a while: the script must have that table, and may not make others wait for it.
        reader.execute("SELECT count(*) FROM changes")
        migration = crew.start("migrate", source=expanded)
        until(lambda: "a table is in use" in migration.said() or not migration.alive)
        tried = "a table is in use" in migration.said()
        reader.rollback()
        assert migration.ends() == 0, migration.said()
    again = crew.start("work")
    new = crew.start("work", source=expanded)
    until(lambda: "newer than this program" in again.said())
    aboard.wind()
    until(aboard.all_told, 400)
    figure(
        f"longest wait of a writer {writer.longest_s:.2f} s ({quiet_s:.2f} s before), "
        f"{writer.times} writes; the script gave way to a reader: {tried}"
    )

    assert tried
    assert writer.longest_s < 5
    assert all(hand.alive for hand in (old, again, new))
    aboard.nothing_is_lost_or_doubled()
    assert aboard.rows("SELECT oldest FROM alembic_version") == [("0001",)]
    for hand in (old, again, new):
        hand.signal(signal.SIGTERM)
    assert crew.start("migrate", source=contracted).ends() == 0
    left = crew.start("work")
    assert left.ends() == 64
    assert f"run the newer program (at least {oldest})" in left.said()
    assert crew.start("migrate", source=expanded).ends() == 0


def _all_start_at_once(crew: Crew) -> None:
    hands = [crew.start("migrate") for _ in range(4)]
    server = crew.serve()
    assert [hand.ends() for hand in hands] == [0] * 4, [hand.said() for hand in hands]
    assert status(server, "/api/v1/changes") == 200
    server.signal(signal.SIGTERM)
    assert server.ends() == 0


def test_four_migrate_a_file_while_a_server_starts(tmp_path: Path) -> None:
    """Four migrations and a server that begin together on a new SQLite file all end well."""
    with crew(tmp_path, f"sqlite:///{tmp_path}/shipwake.db") as made:
        _all_start_at_once(made)


@pytest.mark.postgres
def test_four_migrate_a_postgres_while_a_server_starts(aboard: Aboard) -> None:
    """Four migrations and a server that begin together on an empty PostgreSQL all end well."""
    _all_start_at_once(aboard.crew)

    assert aboard.rows("SELECT version_num, oldest FROM alembic_version") == [(HEAD, "0001")]
