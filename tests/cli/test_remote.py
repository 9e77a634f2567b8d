"""The verbs that ask a running server: announce, list, follow, and the verdict as an exit status."""

import json
from dataclasses import replace
from threading import Timer

import pytest

from shipwake.domain import Health, Verdict
from tests.cli.calls import call
from tests.flow.town import ALICE
from tests.web.site import Site


@pytest.fixture(scope="module")
def change(here: Site) -> str:
    """A change of Alice's after its first looks."""
    made = here.deploys(ALICE, "abc1234", title="Cheaper carts")
    here.town.minutes(5)
    return made


def _says(site: Site, change: str, word: str, **more: object) -> Verdict:
    """The newest verdict on the change once more, with another word."""
    newest = site.town.verdicts(change)[-1]
    said = replace(newest, seq=newest.seq + 1, health=Health(word), **more)  # type: ignore[arg-type]  # each case names its fields
    with site.river.store.write() as tx:
        tx.verdicts.append(said, ())
    return said


@pytest.mark.parametrize(
    ("word", "status"),
    [("healthy", 0), ("improved", 0), ("unhealthy", 1), ("ailing", 2), ("unknown", 3)],
)
def test_the_word_is_the_exit_status(server: Site, change: str, word: str, status: int) -> None:
    """Each word has the exit status that the pages promise, and is shown with its sentence."""
    said = _says(server, change, word)
    shown = call("verdict", change)

    assert shown.status == status, shown.err
    assert f"{word}: {said.sentence}" in shown.out


def test_the_verdict_comes_as_json(server: Site, change: str) -> None:
    """`--json` prints the newest verdict as the API has it, and keeps the exit status."""
    said = _says(server, change, "ailing")
    shown = call("verdict", change, "--json")
    told = json.loads(shown.out)

    assert shown.status == 2
    assert (told["health"], told["seq"], told["sentence"]) == ("ailing", said.seq, said.sentence)


def test_before_the_first_look_nothing_is_known(server: Site) -> None:
    """A change without a look is unknown, which is status 3, and null as JSON."""
    made = server.deploys(ALICE, "not-looked-at")

    assert call("verdict", made).status == 3
    assert "no look yet" in call("verdict", made).out
    assert json.loads(call("verdict", made, "--json").out) is None


def test_waiting_ends_with_the_word(server: Site, change: str) -> None:
    """`--wait` returns soon after it hurts, long before its time is over."""
    _says(server, change, "healthy")
    later = Timer(0.2, _says, (server, change, "unhealthy"))
    later.start()
    shown = call("verdict", change, "--wait", "1h")
    later.join()

    assert shown.status == 1


def test_waiting_does_not_go_on_for_a_word_that_stands(server: Site, change: str) -> None:
    """Where it hurts already, `--wait` answers at once."""
    _says(server, change, "ailing")

    assert call("verdict", change, "--wait", "1h").status == 2


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["verdict", "no-such-change"], "no-such-change"),
        (["verdict", "x", "--wait", "soon"], "write 90s, 15m or 2h"),
        (["watch", "no-such-change"], "no-such-change"),
        (["change", "x", "--at", "yesterday"], "at"),
        (["list", "--health", "splendid"], "splendid"),
    ],
)
@pytest.mark.usefixtures("server")
def test_what_the_server_refuses_is_64(args: list[str], words: str) -> None:
    """A request that cannot be right is a usage error with the server's own words."""
    said = call(*args)

    assert said.status == 64, said
    assert words in said.err


def test_without_a_key_the_way_to_one_is_shown(here: Site) -> None:
    """A missing token is 64, and the message names the command that makes one."""
    said = call("list", SHIPWAKE_URL=here.url)

    assert said.status == 64
    assert "shipwake token NAME --scope" in said.err


def test_a_server_that_is_not_there_is_70() -> None:
    """Where nobody listens, the status is not one that a pipeline takes for a verdict."""
    said = call("verdict", "x", "--server", "http://127.0.0.1:9")

    assert said.status == 70
    assert "start it with `shipwake serve`" in said.err


def test_a_change_told_twice_is_one(server: Site) -> None:
    """`change` with the same id makes one change, with what was said of it."""
    args = ["change", "Cheaper carts", "--service", "checkout", "--id", "cli-1", "--at"]
    args += ["2026-03-04T08:00:00Z", "--author", "alice@example.com", "--revision", "abc"]
    first, again = call(*args), call(*args, "--json")
    told = json.loads(again.out)

    assert first.status == again.status == 0, first.err + again.err
    assert f"{server.url}/changes/cli-1" in first.out
    assert (told["id"], told["service"], told["revision"]) == ("cli-1", "checkout", "abc")
    assert [a["email"] for a in told["authors"]] == ["alice@example.com"]
    with server.river.store.read() as tx:
        assert len(tx.events.of("cli-1")) == 1


def test_changes_are_listed_as_asked_for(server: Site, change: str) -> None:
    """`list` shows the changes that fit, in words or as JSON, and says what to do where none does."""
    _says(server, change, "healthy")
    shown = call("list", "--service", "checkout")
    as_json = json.loads(call("list", "--service", "checkout", "--json").out)
    none = call("list", "--service", "mail")

    assert (shown.status, none.status) == (0, 0)
    assert "● healthy" in shown.out
    assert "Cheaper carts" in shown.out
    assert change in [row["id"] for row in as_json["data"]]
    assert "No changes fit." in none.out


def test_watching_shows_each_verdict_and_ends_with_the_last(server: Site, change: str) -> None:
    """`watch` prints every verdict once and exits with the last word when no look is left."""
    seen = len(server.town.verdicts(change))
    later = Timer(0.2, _says, (server, change, "ailing"), {"next_look": None})
    later.start()
    shown = call("watch", change)
    later.join()

    assert shown.status == 2
    assert len(shown.out.splitlines()) == seen + 1
    assert "ailing" in shown.out.splitlines()[-1]
