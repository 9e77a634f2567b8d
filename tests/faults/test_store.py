"""A disk without room, a database that another process holds, one that may not be written: nothing taken is lost."""

import json
import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from shipwake.store import FullError, ReadOnlyError, Store
from shipwake.wire.clock import SystemClock
from tests.faults.table import LONG, observed, peak_mb
from tests.flow.town import settings
from tests.flow.turning import turning
from tests.web.site import Site, site, until

LOCKED_S = 60.0 if LONG else 3.0
NOBODY = 65534
SMALL = "8m"


@contextmanager
def _small_disk(place: Path) -> Iterator[Path]:
    """A file system of its own with little room; skips where this user may not make one."""
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(place)],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("no small disk here: mounting one needs root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def _fill(disk: Path) -> Path:
    """Take all the room that is left."""
    ballast = disk / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as out:
        while out.write(b"x" * 4096):
            pass
    return ballast


def _deliver(client: httpx.Client, number: int) -> httpx.Response:
    body = {"id": f"sent-{number}", "service": "elsewhere", "environment": "production"}
    return client.post("/hooks/plain", content=json.dumps(body | {"title": "x" * 900}))


def _push(here: Site, client: httpx.Client) -> httpx.Response:
    at = here.town.clock.now().timestamp() - 60 * 60 * 24 * 30
    rows = [[at + 60 * i, 1.0] for i in range(2000)]
    return client.post(
        "/api/v1/samples", content=json.dumps({"sli": "checkout latency", "samples": rows})
    )


def _known(here: Site, name: str) -> bool:
    with here.river.store.read() as tx:
        return tx.changes.get(name) is not None


def test_a_full_disk_refuses_in_words_and_recovers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without room every sender is told so, all that was taken is understood later, and the log says it once."""
    with _small_disk(tmp_path / "disk") as disk, site(disk) as here:
        client = here.client("changes:write", "samples:write", "read")
        taken, number = [], 0
        with turning(here.river):
            assert _deliver(client, 0).status_code == 202
            until(lambda: _known(here, "sent-0"))
            ballast = _fill(disk)
            refused: list[httpx.Response] = []
            while len(refused) < 20:
                number += 1
                answer = _deliver(client, number)
                if answer.status_code == 202:
                    taken.append(number)
                else:
                    refused.append(answer)
                    time.sleep(0.02)
                assert number < 5000
            pushed = _push(here, client)
            page = client.get("/changes.json")
            time.sleep(5.0 if LONG else 2.5)
            ballast.unlink()
            freed = time.monotonic()
            until(lambda: all(_known(here, f"sent-{n}") for n in taken), 30)
            back = time.monotonic() - freed
            assert _deliver(client, number + 1).status_code == 202
    said = capsys.readouterr().out

    assert {r.status_code for r in refused} == {507}
    assert "disk under the database" in refused[0].json()["detail"]
    assert int(refused[0].headers["retry-after"]) > 0
    assert pushed.status_code == 507
    assert page.status_code == 200
    assert said.count("the store takes no work") <= 2
    assert "Traceback" not in said
    observed(
        f"disk full ({SMALL} tmpfs)",
        verdict="come when there is room",
        door=f"507 with Retry-After: {refused[0].headers['retry-after']}; pages answer; {len(taken)} taken, 0 lost",
        memory=f"{peak_mb():.0f} MB with the tests",
        recovery=f"{back:.1f} s",
    )


def test_a_lock_of_another_process_is_waited_for_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """While another process holds the database, senders are told within seconds, readers read on, nothing is lost."""
    with site(tmp_path) as here:
        client = here.client("changes:write", "samples:write", "read")
        with turning(here.river):
            assert _deliver(client, 0).status_code == 202
            until(lambda: _known(here, "sent-0"))
            answers: list[int] = []
            pages: list[float] = []
            longest = 0.0
            with closing(sqlite3.connect(tmp_path / "town.db", isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                begun = time.monotonic()
                while time.monotonic() - begun < LOCKED_S:
                    at = time.monotonic()
                    answer = _deliver(client, len(answers) + 1)
                    longest = max(longest, time.monotonic() - at)
                    answers.append(answer.status_code)
                    at = time.monotonic()
                    assert client.get("/changes.json").status_code == 200
                    pages.append(time.monotonic() - at)
                other.execute("ROLLBACK")
            freed = time.monotonic()
            while _deliver(client, 900).status_code != 202:
                assert time.monotonic() - freed < 10
            until(lambda: _known(here, "sent-900"), 60)
            back = time.monotonic() - freed
    said = capsys.readouterr().out

    assert set(answers) == {503}
    assert longest < 6.0
    assert max(pages) < 2.0
    assert "Traceback" not in said
    assert said.count("the store takes no work") <= 2
    observed(
        f"database locked by another process for {LOCKED_S:.0f} s",
        verdict="come when the lock is gone",
        door=f"503 after {longest:.1f} s at most, Retry-After: 1; pages in {max(pages) * 1000:.0f} ms at most",
        recovery=f"{back:.1f} s until a delivery was understood",
    )


@contextmanager
def _as_nobody() -> Iterator[None]:
    """As a user to whom the file does not belong."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_database_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    """Where file and folder are read-only for us, the start ends with what to do."""
    address = f"sqlite:///{tmp_path}/town.db"
    with closing(Store.open(address, clock=SystemClock())) as store:
        store.migrate()
    for path in (*tmp_path.iterdir(), tmp_path, *tmp_path.parents[:3]):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        with (
            _as_nobody(),
            closing(Store.open(address, clock=SystemClock())) as store,
            pytest.raises(ReadOnlyError, match="make its file and its folder writable") as told,
        ):
            store.migrate()
    finally:
        for path in (tmp_path, *tmp_path.parents[:3]):
            path.chmod(0o755)

    assert not isinstance(told.value, FullError)
    observed("database file and folder read-only", door="does not start, and says what to do")


def test_a_store_that_fails_gives_no_delivery_up(tmp_path: Path) -> None:
    """A delivery that could not be understood for want of the store is understood later, never called unreadable."""
    with site(tmp_path, settings()) as here:
        client = here.client("changes:write", "read")
        for number in range(3):
            assert _deliver(client, number).status_code == 202
        with closing(sqlite3.connect(tmp_path / "town.db", isolation_level=None)) as other:
            # Every write of a change fails as a full disk makes it fail: in the middle of the work.
            other.execute(
                "CREATE TRIGGER no_room BEFORE INSERT ON changes BEGIN"
                " SELECT RAISE(ABORT, 'database or disk is full'); END"
            )
            with turning(here.river):
                time.sleep(1.0)
                other.execute("DROP TRIGGER no_room")
                until(lambda: all(_known(here, f"sent-{n}") for n in range(3)), 20)
        with here.river.store.read() as tx:
            outcomes = {row.outcome.value for row in tx.heard.page().rows}

    assert outcomes == {"understood"}
