"""Hostile words on their way to people and terminals: no call, no link, no header, no escape sequence comes of them."""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP

import pytest
import structlog
from hypothesis import HealthCheck, given, settings

from live.slack_rules import faults, shouts
from shipwake.cli.shown import words as printed
from shipwake.domain import Notice
from shipwake.tell.blocks import line_of, message_of
from shipwake.tell.letter import letter
from shipwake.tell.webhook import payload
from shipwake.wire import log
from tests.cli.calls import Terminal, call
from tests.cli.conftest import own_log
from tests.hostile.corpus import CORPUS, hostile, kept
from tests.hostile.test_pages import Marks
from tests.hostile.told import Told
from tests.tell.notices import BAD

__all__ = ["own_log"]
BAD_IN_A_LINE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
OURS = f"<{BAD.url}|See why>"
SOME = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
SENDER = Address(display_name="Ship", username="ship", domain="example.com")
ALICE = Address(username="alice", domain="example.com")
HEADERS = {
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress", "List-Id",
    "X-Shipwake-Health", "MIME-Version", "Content-Type",
}  # fmt: skip


def _saying(words: str) -> Notice:
    third = f"{words} See why: {BAD.url}"
    return replace(BAD, change=words, channel=words, lines=(words, words, third), thread_line=words)


def _texts(value: object) -> Iterator[str]:
    """Every text of a message that Slack reads marks in."""
    match value:
        case dict():
            for key, inner in value.items():
                if key == "text" and isinstance(inner, str) and value.get("type") != "plain_text":
                    yield inner
                elif key != "metadata":
                    yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


@given(words=hostile)
@SOME
def test_nobody_is_called_and_nothing_is_linked_in_slack(words: str) -> None:
    """Slack is sent no call to a channel and no link but our own, and nothing that it refuses."""
    for message in (message_of(_saying(words)), line_of(_saying(words))):
        assert shouts(message) == []
        assert faults(message) == []
        for text in _texts(message):
            assert set(re.findall(r"<[^>]*>", text)) <= {OURS}, text
        buttons = [e for b in message.get("blocks", ()) for e in b.get("elements", ())]
        assert {b["url"] for b in buttons if "url" in b} <= {BAD.url}


@given(words=kept)
@SOME
def test_a_mail_keeps_its_headers(words: str) -> None:
    """A mail has the headers that we give it and no other, and its HTML no mark or link but our own."""
    made = letter(_saying(words), sender=SENDER, recipient=ALICE, first=None, at=BAD.at)
    read = message_from_bytes(made.as_bytes(policy=SMTP), policy=SMTP)
    page = read.get_body(("html",))
    assert isinstance(page, EmailMessage)
    content = page.get_content()

    assert set(read.keys()) == HEADERS
    assert (read["To"], len(read.get_all("Subject", []))) == ("alice@example.com", 1)
    assert Marks(content).faults == []
    assert set(re.findall(r'href="([^"]*)"', content)) <= {BAD.url}


@given(words=kept)
@SOME
def test_a_webhook_says_what_was_said(words: str) -> None:
    """What the webhook sends is JSON that says the same words again, whole characters alone."""
    said = json.loads(payload(_saying(words)).decode("utf-8"))

    assert said["lines"][0] == words


@pytest.mark.parametrize("json_lines", [True, False])
@given(words=hostile)
@SOME
def test_a_log_line_is_one_line(own_log: None, json_lines: bool, words: str) -> None:
    """Whatever is logged, as JSON or for people, is one line as its renderer writes it, and no terminal obeys it."""
    written = io.StringIO()
    log.configure(json=json_lines, stream=written)
    structlog.get_logger().info(words, title=words, **{"a key": [words, {words: words}]})
    logging.getLogger("a library").warning("%s", words)
    lines = written.getvalue().splitlines()

    assert len(lines) == 2
    assert not BAD_IN_A_LINE.search("".join(lines))
    written.getvalue().encode()
    if json_lines:
        assert [json.loads(line)["level"] for line in lines] == ["info", "warning"]


def test_nothing_printed_is_obeyed() -> None:
    """What the verbs print of others' words holds no control character and no change of direction."""
    for words in CORPUS:
        assert not re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", printed(words))


def test_what_was_told_is_told_well(made: Told) -> None:
    """The notices of the change that was judged call nobody in Slack and link to nothing but its page."""
    assert made.notices
    for notice in made.notices:
        message = message_of(notice)
        assert shouts(message) == []
        for text in _texts(message):
            assert not re.search(r"<(?!https?://[^|>]*\|See why>)", text), text
            assert "<http://evil" not in text


@pytest.mark.parametrize("asked", [(), ("--json",)])
def test_the_list_in_a_terminal_is_words(made: Told, own_log: None, asked: tuple[str, ...]) -> None:
    """A list of hostile changes in a terminal has no escape sequence but the colour of our own words."""
    from shipwake.web import keys

    token = keys.new_token(made.here.river, "list", ("read",))
    said = call("list", *asked, out=Terminal(), SHIPWAKE_URL=made.here.url, SHIPWAKE_TOKEN=token)
    plain = re.sub("\x1b\\[[0-9;]*m", "", said.out)

    assert said.status == 0, said.err
    assert len(plain) > 1000
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]", plain)
