"""PostgreSQL's own tools, as docs/how-to/back-up.md says to use them: taken while others write, restored elsewhere."""

import subprocess
from contextlib import closing
from pathlib import Path
from threading import Event, Thread

import psycopg
import pytest
from sqlalchemy import make_url

from shipwake.store import Store
from shipwake.store.migrate import HEAD
from shipwake.wire.clock import ManualClock
from tests.store import own_tools, writing
from tests.store.conftest import START
from tests.store.rows import of, rows

pytestmark = pytest.mark.postgres


def test_a_dump_under_writes_comes_back_elsewhere(postgres_url: str, tmp_path: Path) -> None:
    """A dump taken in the middle holds the first so many transactions whole, and a server starts on it."""
    stop, begun = Event(), Event()
    with closing(Store.open(postgres_url, clock=ManualClock(START))) as store:
        store.migrate()
        writer = Thread(target=_write, args=(store, stop, begun))
        writer.start()
        begun.wait(30)
        dump = tmp_path / "shipwake.dump"
        subprocess.run(own_tools.said("pg_dump", postgres_url, dump), check=True)
        stop.set()
        writer.join()
    source = rows(postgres_url)
    plain = make_url(own_tools.plain(postgres_url))
    elsewhere = f"{plain.database}_elsewhere"
    with psycopg.connect(own_tools.plain(postgres_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {elsewhere}")
        new = plain.set(database=elsewhere).render_as_string(hide_password=False)
        command = own_tools.said("pg_restore", new, dump)
        subprocess.run(command, check=True, capture_output=True)
        with closing(Store.open(new, clock=ManualClock(START))) as store:
            store.migrate()
            version = store.version()
        held = rows(new.replace("postgresql:", "postgresql+psycopg:", 1))
        connection.execute(f"DROP DATABASE {elsewhere} WITH (FORCE)")
    count = len(held["verdicts"])

    assert version == HEAD
    assert 5 <= count < len(source["verdicts"]), "nothing was written meanwhile: this shows nothing"
    for table in ("verdicts", "assessments", "replies", "outbox"):
        assert of("carol", table, held) == of("carol", table, source)[:count]
    assert [r["times"] for r in of("carol", "heard_counts", held) if r["kind"] == "writing"] == [
        count
    ]


def _write(store: Store, stop: Event, begun: Event) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        with store.write() as tx:
            writing.one(tx, "carol", number)
        if number == 5:
            begun.set()
