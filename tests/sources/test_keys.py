"""How a source on a network is configured: mistakes are told by key, and what opens it is sent and kept secret."""

from typing import Any

import pytest

from shipwake.config import ConfigError, Secret
from shipwake.sources import SourceError, connect
from shipwake.sources.remote import opened_by
from shipwake.wire.hiding import hide
from tests.contracts.answers import configured

URL = "http://127.0.0.1:9090"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"url": "127.0.0.1:9090"}, "starts with http://"),
        ({"url": f"{URL}/?dedup=true"}, r"without \? and #"),
        ({"url": URL, "params": {"query": "up"}}, "not asked for anyway"),
        ({"url": URL, "params": ["dedup"]}, "a table of keys and values"),
        ({"url": URL, "headers": {"X Scope": "a"}}, "a header's name"),
        ({"url": URL, "token": "written out"}, r"\$\{NAME\}"),
        ({"url": URL, "token": "${TOKEN}", "username": "alice"}, "a token, or username"),
        ({"url": URL, "username": "alice"}, "password beside it"),
        ({"url": URL, "password": "${TOKEN}"}, "username beside it"),
        ({"url": URL, "delay": "-5s"}, "a duration"),
        ({"url": URL, "parallel": 0}, "from 1 to 64"),
        ({"url": URL, "timeuot": "5s"}, "did you mean 'timeout'"),
    ],
)
def test_a_mistake_is_told(settings: dict[str, Any], says: str) -> None:
    """What cannot be meant is refused when the file is read, with what is allowed."""
    with pytest.raises(ConfigError, match=says):
        configured("sources", "prometheus", settings, TOKEN="correct-horse")


@pytest.mark.parametrize("token", ["correct\nhorse", "correct\thorse", "corréct-horse"])
def test_a_key_that_no_header_can_hold(token: str) -> None:
    """A line break or a letter beyond ASCII in a key is told before it is sent, and without the key."""
    adapter = configured("sources", "prometheus", {"url": URL, "token": "${TOKEN}"}, TOKEN=token)
    with pytest.raises(SourceError, match="the header Authorization") as caught:
        connect(adapter)

    assert "horse" not in caught.value.message


def test_what_opens_it_is_sent() -> None:
    """Headers go as they are written, credentials in their own form, and what is secret is known to be."""
    told = {"X-Scope-OrgID": "team-a", "X-Key": Secret("correct-horse")}
    sent, secrets = opened_by({"headers": told, "token": Secret("battery-staple")})

    assert sent == {
        "X-Scope-OrgID": "team-a",
        "X-Key": "correct-horse",
        "Authorization": "Bearer battery-staple",
    }
    assert secrets == ["correct-horse", "battery-staple"]
    assert hide("team-a: correct-horse", secrets) == "team-a: ***"


def test_nothing_opens_what_is_open() -> None:
    """Where no key is configured none is sent."""
    assert opened_by({}) == ({}, [])
