"""Tokens that end, and tokens for some services alone, as the command line makes them and a door weighs them."""

import re
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shipwake.app import compose
from shipwake.config import parse
from shipwake.store import Token
from shipwake.web.keys import hashed
from shipwake.wire.clock import ManualClock, SystemClock
from tests.cli.calls import Said, call

SETTINGS = """\
database: sqlite:///here.db
services: [{name: checkout}, {name: search}]
environments: [{name: production}]
"""
MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\S*Z"


@pytest.fixture(autouse=True)
def settings(folder: Path) -> None:
    """Two services in the working directory's configuration."""
    (folder / "shipwake.yaml").write_text(SETTINGS)


def _made(*options: str, name: str = "pipeline") -> Said:
    return call("token", name, "--scope", "changes:write", *options)


def _kept(secret: str, *, now: datetime | None = None) -> Token | None:
    """What a door finds under this secret, now or at some other time."""
    clock = ManualClock(now) if now else SystemClock()
    with (
        closing((river := compose(parse(SETTINGS, name="x", environ={}), clock=clock)).store),
        river.store.read() as tx,
    ):
        return tx.access.token(hashed(secret), clock.now())


@pytest.mark.parametrize(
    ("written", "lasts"), [("12h", timedelta(hours=12)), ("90d", timedelta(days=90))]
)
def test_a_token_ends_when_it_was_told_to(written: str, lasts: timedelta) -> None:
    """`--expires` ends it after exactly so long: a door knows it until then, and not a second later."""
    before = datetime.now(UTC)
    said = _made("--expires", written)
    after = datetime.now(UTC)
    secret = said.out.strip()
    kept = _kept(secret)

    assert said.status == 0
    assert kept is not None
    assert kept.until is not None
    assert before + lasts - timedelta(seconds=1) <= kept.until <= after + lasts
    assert _kept(secret, now=kept.until - timedelta(seconds=1)) is not None
    assert _kept(secret, now=kept.until + timedelta(seconds=1)) is None


def test_a_token_without_an_end_has_none() -> None:
    """Without `--expires` it opens until it is revoked, and the list names no end."""
    kept = _kept(_made().out.strip())

    assert kept is not None
    assert kept.until is None
    assert "expire" not in call("token", "--list").out


@pytest.mark.parametrize("written", ["soon", "0s", "-1d", "90", "d"])
def test_an_end_that_is_no_length_of_time_is_refused(written: str) -> None:
    """What was read and what to write instead is told, and no token is made."""
    said = _made(f"--expires={written}")

    assert said.status == 64
    assert said.out == ""
    assert f"read {written!r}" in said.err
    assert "90d" in said.err
    assert call("token", "--list").out == ""


def test_a_token_is_bound_to_the_services_that_were_named() -> None:
    """`--service` may be repeated, is kept with the token, and the list says so."""
    secret = _made("--service", "checkout", "--service", "search").out.strip()
    kept = _kept(secret)

    assert kept is not None
    assert sorted(kept.services) == ["checkout", "search"]
    assert "only checkout, search" in call("token", "--list").out


def test_a_service_that_is_not_configured_is_refused() -> None:
    """The services that there are are told, and no token is made."""
    said = _made("--service", "chekout")

    assert said.status == 64
    assert "chekout" in said.err
    assert "checkout, search" in said.err
    assert call("token", "--list").out == ""


def test_the_list_says_which_tokens_still_open_something() -> None:
    """Never used, last used, expires, revoked: each token's line says what holds of it."""
    used = _made(name="used").out.strip()
    _made("--expires", "90d", name="ending")
    _made(name="gone")
    with closing((river := compose(parse(SETTINGS, name="x", environ={}))).store):
        now = river.clock.now()
        with river.store.write() as tx:
            token = tx.access.token(hashed(used), now)
            assert token is not None
            tx.access.used(token.id, now)
    numbers = dict(re.findall(r"^ *(\d+)  (\w+)", call("token", "--list").out, re.MULTILINE))
    (gone,) = [number for number, name in numbers.items() if name == "gone"]
    call("token", "--revoke", gone)
    lines = {line.split()[1]: line for line in call("token", "--list").out.splitlines()}

    assert re.search(rf"\(last used {MOMENT}\)$", lines["used"])
    assert re.search(rf"\(never used; expires {MOMENT}\)$", lines["ending"])
    assert lines["gone"].endswith("(never used; revoked)")


def test_a_token_that_is_over_is_listed_as_such() -> None:
    """A token past its end says when that was."""
    _made("--expires", "1s")
    end = datetime.now(UTC) + timedelta(seconds=5)
    while "expired" not in (said := call("token", "--list").out):
        assert datetime.now(UTC) < end, said

    assert re.search(rf"\(never used; expired {MOMENT}\)$", said.strip())


@pytest.mark.parametrize("number", ["7", "-1"])
def test_a_token_that_is_not_there_cannot_be_revoked(number: str) -> None:
    """`--revoke` with a number of no token says where the numbers are."""
    said = call("token", f"--revoke={number}")

    assert said.status == 64
    assert f"no token {number} is in use; see shipwake token --list" in said.err


def test_a_token_is_revoked_once() -> None:
    """A door that knew it does not any more, and a second time is refused."""
    secret = _made().out.strip()
    first, again = call("token", "--revoke", "1"), call("token", "--revoke", "1")

    assert (first.status, again.status) == (0, 64)
    assert _kept(secret) is None
