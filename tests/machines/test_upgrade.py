"""From an earlier commit to this one: the old program leaves a database in the middle of work, the new one goes on.

`make upgrade ARGS=COMMIT` asks another commit than the one of the default.
"""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from live.slack import status as refusal
from tests.machines.crew import MOST, Aboard, crew, figure, long, until
from tests.machines.versions import earlier

pytestmark = long
COMMIT = os.environ.get("UPGRADE_FROM") or "321ece8"
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]
LOOKS = (3, 5, 8, 12, 20, 30, 40, 50)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The earlier program's source."""
    found = earlier(COMMIT, tmp_path / "old")
    if found is None:
        pytest.skip(f"this clone does not hold commit {COMMIT}; fetch all of the history")
    return found


@pytest.fixture(params=BOTH)
def there(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Aboard]:
    """A crew on an empty database of each kind."""
    if request.param == "postgres":
        yield request.getfixturevalue("aboard")
        return
    place = tmp_path / "file"
    place.mkdir()
    with crew(place, f"sqlite:///{place}/shipwake.db") as made:
        yield Aboard(made, None, f"{place}/shipwake.db")


def test_what_the_old_program_left_goes_on(there: Aboard, old: Path) -> None:
    """Killed at work, it leaves open watches and unsent notices; the new one keeps every row and goes on from there."""
    crew = there.crew
    crew.looks = LOOKS
    crew.slack.fail("chat.postMessage", *[refusal(503)] * 4)
    before = crew.serve(source=old)
    crew.reports(before, 12)
    waiting = "SELECT count(*) FROM outbox WHERE post = 'waiting'"
    until(lambda: there.looked() >= len(crew.changes) and there.count(waiting))
    before.signal(signal.SIGKILL)
    before.ends()
    left = there.tables()
    opened = there.count("SELECT count(*) FROM due_looks WHERE open")
    assert opened
    assert there.count(waiting)
    assert crew.start("migrate").ends() == 0
    kept = there.tables()
    for table in left.keys() - {"alembic_version"}:
        assert {name: kept[table][name] for name in left[table]} == left[table], table

    there.wind()
    crew.serve()
    until(there.all_told, 400)
    now = there.tables()
    for table, key in (("assessments", "look"), ("verdicts", "seq"), ("samples", "change_id")):
        if table in left:
            assert len(now[table][next(iter(now[table]))]) >= len(
                left[table][next(iter(left[table]))]
            ), key
    said = set(zip(*(left["verdicts"][c] for c in ("change_id", "seq", "health")), strict=True))
    assert said <= set(
        zip(*(now["verdicts"][c] for c in ("change_id", "seq", "health")), strict=True)
    )
    figure(
        f"{COMMIT}: {sum(len(next(iter(t.values()), [])) for t in left.values())} rows in {len(left)} tables kept; "
        f"{opened} watches open, {len(said)} verdicts given, then {len(now['verdicts']['seq'])}"
    )
    there.nothing_is_lost_or_doubled()


@long
@pytest.mark.postgres
def test_old_and_new_work_side_by_side(aboard: Aboard, old: Path) -> None:
    """While the new program migrates and works, workers of the old one go on; nothing is lost or doubled."""
    crew = aboard.crew
    crew.looks = LOOKS
    before = crew.serve("--no-work", source=old)
    crew.reports(before, MOST)
    first = crew.start("work", source=old)
    until(aboard.looked)
    assert crew.start("migrate").ends() == 0
    second = crew.start("work")

    def shared() -> bool:
        # The old one holds all looks that are due: they are another's when its leases end.
        aboard.wind()
        time.sleep(0.5)
        return aboard.leased(second) > 0

    until(shared)
    until(aboard.all_told, 400)
    made = [hand.looks() for hand in (first, second)]
    figure(f"{COMMIT} beside this: {made[0]} and {made[1]} verdicts")

    assert min(made) > 0
    assert first.alive
    assert second.alive
    aboard.nothing_is_lost_or_doubled()
