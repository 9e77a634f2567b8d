"""What goes through Apprise, and what is said where it is not there."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from shipwake.config import BrokenKindError, parse
from shipwake.domain import Health
from shipwake.tell import Teller, TellError, connect
from tests.tell.notices import BACK, BAD
from tests.wire.server import Server, serving

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
BETTER = replace(BAD, revision=5, health=Health.HEALTHY, thread_line=BACK)


@contextmanager
def _apprise(*answers: dict[str, Any]) -> Iterator[tuple[Teller, Server]]:
    with serving(*answers) as server:
        place = server.url.replace("http", "json")
        text = "tell: [{kind: apprise, urls: ['${ONE}', '${TWO}']}]"
        environ = {"ONE": f"{place}/one-secret", "TWO": f"{place}/two-secret"}
        (adapter,) = parse(text, name="shipwake.yaml", environ=environ).tell
        yield connect(adapter), server


def _said(server: Server) -> list[tuple[str, dict[str, str]]]:
    return [(asked.path, json.loads(asked.body)) for asked in server.asked]


def test_each_address_gets_the_notice() -> None:
    """Title and body are the first line and the rest, and the kind of Apprise's own is the word's."""
    with _apprise() as (teller, server):
        teller.put(BAD, None)

    (one, said), (two, again) = _said(server)
    assert (one, two) == ("/one-secret", "/two-secret")
    assert said == again
    assert (said["title"], said["type"]) == (BAD.lines[0], "failure")
    assert said["message"].splitlines() == list(BAD.lines[1:])


def test_only_what_rings_is_told_again() -> None:
    """An edit sends nothing; a recovery comes with its own line as the title and all the news below."""
    with _apprise() as (teller, server):
        first = teller.put(BAD, None)
        assert teller.put(replace(BAD, revision=4), first) == first
        assert len(server.asked) == 2
        teller.put(BETTER, first)

    _, said = _said(server)[-1]
    assert (said["title"], said["type"]) == (BACK, "success")
    assert said["message"].splitlines() == list(BAD.lines)


def test_one_address_that_fails_is_named_by_its_number() -> None:
    """The error says which address took nothing, without the address, and that trying again may help."""
    with _apprise({}, {"status": 500}) as (teller, _), pytest.raises(TellError) as caught:
        teller.put(BAD, None)

    assert "`urls[1]` took no notification" in caught.value.message
    assert "secret" not in caught.value.message
    assert not caught.value.permanent


def test_all_read_there() -> None:
    """The channel is told of each change once, whoever wrote it."""
    with _apprise() as (teller, _):
        assert getattr(teller, "everybody", False) is True


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Apprise is not installed, the error says how to install it, before anything starts."""
    monkeypatch.setitem(sys.modules, "apprise", None)

    with pytest.raises(BrokenKindError, match=r"pip install 'shipwake\[apprise\]'"), _apprise():
        pass
