"""Halves of characters and other text that no store holds: refused in words or kept as it came, by every door."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from shipwake.config import kinds
from shipwake.flow import hear
from shipwake.intake import connect
from shipwake.tell import TellError
from shipwake.tell.webhook import payload
from tests.contracts.answers import answers, configured
from tests.contracts.test_tell import NOTICE, played
from tests.flow.town import Town, town
from tests.hostile.canary import Case

# Apprise's own channels ask for a module that Python is about to drop, and do without it there.
pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated")
HALF = "\ud800"
HALVES = (HALF, "\udfff", "a\ud83d b", f"x{HALF}\udc00\ud801")
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


def _places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:  # noqa: ANN401 - what YAML holds
    """Where a text stands in a body."""
    match value:
        case str():
            return [at]
        case dict():
            return [p for key, inner in value.items() for p in _places(inner, (*at, key))]
        case list():
            return [p for i, inner in enumerate(value) for p in _places(inner, (*at, i))]
        case _:
            return []


def _with(value: Any, at: tuple[Any, ...], words: str) -> Any:  # noqa: ANN401 - what YAML holds
    """The same body with these words at one place."""
    if not at:
        return words
    copied = value.copy()
    copied[at[0]] = _with(value[at[0]], at[1:], words)
    return copied


def _bodies(case: Case) -> list[bytes]:
    """A half of a character at each place of a body in turn, as a key, as bytes, and as the whole."""
    body = case.get("body")
    places = _places(body)
    spelled = [json.dumps(_with(body, at, HALF)) for at in (*places[:3], *places[3::4])]
    spelled += [json.dumps({half: half}) for half in HALVES] + [json.dumps(HALF)]
    raw = [
        b'{"a": "\xed\xa0\x80"}',
        b"\xed\xa0\x80",
        b"payload=%ed%a0%80",
        b"payload=%7B%22a%22%3A%22%5Cud800%22%7D",
    ]
    return [text.encode("ascii") for text in spelled] + raw


@pytest.fixture(params=BOTH)
def here(request: pytest.FixtureRequest, folder: Path) -> Iterator[Town]:
    """A town that hears every kind of sender, on each database."""
    address = "" if request.param == "sqlite" else request.getfixturevalue("postgres_url")
    with town(folder, database=address) as made:
        hooks = {}
        for kind in kinds.known("intake"):
            stated = answers("intake", kind).get("settings", {})
            hooks[kind, ""] = connect(configured("intake", kind, stated, SECRET="s", OLD="o"))
        made.river = replace(made.river, hooks=hooks)
        yield made


@pytest.mark.parametrize("kind", kinds.known("intake"))
def test_every_sender_may_send_halves_of_characters(here: Town, kind: str) -> None:
    """Each delivery is kept byte by byte and answered well; it is read or has its reason, and none holds up another."""
    sent: dict[int, bytes] = {}
    for case in answers("intake", kind)["cases"].values():
        headers = {name: str(value) for name, value in case.get("headers", {}).items()}
        for body in _bodies(case):
            said = hear(here.river, kind, "", headers, body, vouched=True)
            assert said.status == 202
            assert said.delivery is not None
            sent.setdefault(said.delivery, body)
    with here.river.store.read() as tx:
        kept = {id: found.heard.body for id in sent if (found := tx.heard.get(id))}
    here.work()
    with here.river.store.read() as tx:
        waiting, senders = tx.heard.pending(1), tx.heard.senders()
        rows = tx.heard.page(limit=1000).rows

    assert kept == sent
    assert waiting == []
    (sender,) = (s for s in senders if s.kind == kind)
    assert sender.received == len(sent) == sender.understood + sender.unused + sender.unreadable
    assert not [row for row in rows if "itself failed" in row.text]


@pytest.mark.parametrize("kind", kinds.known("tell"))
def test_every_channel_is_told_of_halves_of_characters(kind: str) -> None:
    """A notice with halves of characters in its words is put, or refused for good as a teller may refuse."""
    words = "".join(HALVES)
    notice = replace(NOTICE, lines=(words, f"x {words}"), thread_line=words, change=words)
    with played(kind, answers("tell", kind)["cases"]["ok"]) as (teller, _):
        assert teller.put(notice, None).value
        try:
            teller.put(replace(notice, recipient=words), None)
        except TellError as error:
            refused = error.permanent
        else:
            refused = True

    assert refused


@pytest.mark.parametrize("words", HALVES)
def test_a_webhook_says_whole_characters(words: str) -> None:
    """What has no form in UTF-8 arrives as the sign for what cannot be shown."""
    said = json.loads(payload(replace(NOTICE, lines=(words,))).decode("utf-8"))

    assert "\ufffd" in said["lines"][0]
