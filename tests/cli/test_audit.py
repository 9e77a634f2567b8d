"""What `shipwake audit` tells of who did what: all of it, newest first, on one line each, in words or as JSON."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shipwake.store import Deed, Store
from shipwake.wire.clock import ManualClock
from tests.cli.calls import call

START = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
ALICE = Deed(
    who="alice@example.com",
    what="replied: expected",
    about="c-1",
    via="session 4",
    address="192.0.2.7",
)
NOBODY = Deed(who="", what="token made", about="3 pipeline: read", via="shipwake token")
HOSTILE = Deed(who="eve\x1b[2J\nroot", what="signed in\r", about="\u202eelif", via="a\x07b")
DEEDS = (ALICE, NOBODY, HOSTILE)


@pytest.fixture
def empty(folder: Path) -> Path:
    """A migrated database in which nobody did anything."""
    (folder / "shipwake.yaml").write_text("database: sqlite:///here.db\n")
    assert call("migrate").status == 0
    return folder


@pytest.fixture
def done(empty: Path) -> Path:
    """The same after three deeds, a minute apart."""
    clock = ManualClock(START)
    with closing(Store.open("sqlite:///here.db", clock=clock)) as store:
        for deed in DEEDS:
            with store.write() as tx:
                tx.audit.add(deed)
            clock.advance(timedelta(minutes=1))
    return empty


@pytest.mark.usefixtures("empty")
def test_where_nobody_did_anything_it_says_so() -> None:
    """An empty log is one sentence in words, and an empty list in JSON."""
    said, told = call("audit"), call("audit", "--json")

    assert (said.status, said.out) == (0, "Nobody has done anything here yet.\n")
    assert call("audit", "--before", "1").out == "Nothing older.\n"
    assert json.loads(told.out) == []


@pytest.mark.usefixtures("done")
def test_each_deed_is_one_line_newest_first() -> None:
    """A line has the number, the time, who, what, about what, by what and from where; nobody is somebody."""
    said = call("audit")
    newest, middle, oldest = said.out.splitlines()

    assert said.status == 0
    assert oldest.split() == [
        "1",
        "2026-02-03T10:00:00Z",
        *["alice@example.com:", "replied:", "expected", "c-1", "(session", "4", "192.0.2.7)"],
    ]
    assert middle.split()[0] == "2"
    assert middle.endswith("somebody: token made 3 pipeline: read (shipwake token)")
    assert newest.split()[0] == "3"


@pytest.mark.parametrize("args", [[], ["--json"]])
@pytest.mark.usefixtures("done")
def test_nothing_that_somebody_wrote_is_obeyed_by_a_terminal(args: list[str]) -> None:
    """Escapes, bells, line breaks and turned writing in a name come out as nothing that acts, in either form."""
    said = call("audit", "--limit", "1", *args)

    assert "eve" in said.out
    assert not set(said.out) & set("\x1b\x07\r\u202e")
    assert args or len(said.out.splitlines()) == 1


@pytest.mark.usefixtures("done")
def test_json_tells_the_same_and_keeps_every_word() -> None:
    """Each deed comes back whole, with the words that were kept."""
    told = json.loads(call("audit", "--json").out)

    assert [one["id"] for one in told] == [3, 2, 1]
    assert told[2] == {
        "id": 1,
        "at": "2026-02-03T10:00:00Z",
        "who": ALICE.who,
        "what": ALICE.what,
        "about": ALICE.about,
        "via": ALICE.via,
        "address": ALICE.address,
    }
    assert told[1]["who"] == ""


@pytest.mark.usefixtures("done")
def test_pages_follow_each_other_without_gap_or_repeat() -> None:
    """`--limit` bounds a page, and `--before` with its last number is the next, until there is none."""
    seen: list[int] = []
    before: list[str] = []
    while page := json.loads(call("audit", "--json", "--limit", "2", *before).out):
        assert len(page) <= 2
        seen += [one["id"] for one in page]
        before = ["--before", str(seen[-1])]

    assert seen == [3, 2, 1]


@pytest.mark.parametrize("limit", ["0", "10001", "many"])
@pytest.mark.usefixtures("empty")
def test_a_limit_out_of_bounds_is_refused(limit: str) -> None:
    """No page is empty by wish, and none is endless."""
    assert call("audit", "--limit", limit).status == 64


def test_what_the_verbs_do_is_in_it(empty: Path) -> None:
    """A token's making and its end are there with its number, and never with its secret."""
    secret = call("token", "pipeline", "--scope", "read").out.strip()
    call("token", "--revoke", "1")
    call("backup", str(empty / "copy.db"))
    said = call("audit").out
    what = [line.partition(": ")[2] for line in said.splitlines()]

    assert [words.split(" (")[0].split(" /")[0] for words in what][1:] == [
        "token revoked 1",
        "token made 1 pipeline: read",
    ]
    assert "backup" in what[0]
    assert secret not in said


def test_a_database_without_tables_is_told_what_to_do(folder: Path) -> None:
    """Before the first start it names the verb that makes the tables, without a stack trace."""
    (folder / "shipwake.yaml").write_text("database: sqlite:///here.db\n")
    said = call("audit")

    assert said.status in (64, 70)
    assert said.err.startswith("shipwake: ")
    assert "shipwake migrate" in said.err
