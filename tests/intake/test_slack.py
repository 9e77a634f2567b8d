"""What people press in Slack comes back as a reply, and only what Slack signed just now is heard."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from live.slack import Message, SlackServer, serving
from shipwake.domain import Event, Health, Heard, Notice, ReplyKind, Says
from shipwake.intake import RefusedError, connect
from shipwake.intake.slack import Slack
from shipwake.tell import connect as connect_teller
from tests.contracts.answers import configured

NOW = datetime(2026, 2, 3, 10, 0, 10, tzinfo=UTC)
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
PUBLISHED = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554"
    b"%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
"""The example of Slack's own page "Verifying requests from Slack", with its secret above."""
SIGNED = {
    "x-slack-request-timestamp": "1531420618",
    "x-slack-signature": "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503",
}
SIGNED_AT = datetime.fromtimestamp(1531420618, UTC)


@pytest.fixture
def server() -> Iterator[SlackServer]:
    """A workspace with Alice in it."""
    people = {"alice@example.com": "U0ALICE"}
    with serving(people, token="xoxb-made-up", signing_secret=SECRET) as running:
        yield running


@pytest.fixture
def told(server: SlackServer) -> Message:
    """A message about a change that Alice was sent."""
    stated = {"token": "${TOKEN}", "url": server.url}
    teller = connect_teller(configured("tell", "slack", stated, TOKEN="xoxb-made-up"))
    notice = Notice(
        change="deploy <412> & more|x",
        recipient="alice@example.com",
        channel="slack",
        revision=1,
        health=Health.AILING,
        lines=("🟡 shop is ailing.",),
        at=NOW,
        url="https://shipwake.example/changes/c-1",
    )
    teller.put(notice, None)
    (message,) = server.messages.values()
    return message


def _slack() -> Slack:
    found = connect(configured("intake", "slack", {"secret": "${S}"}, S=SECRET))
    assert isinstance(found, Slack)
    return found


def _heard(headers: dict[str, str], body: bytes, received: datetime = NOW) -> Heard:
    lower = {name.lower(): value for name, value in headers.items()}
    return Heard(kind="slack", source="", headers=lower, body=body, received=received)


def _pressed(server: SlackServer, told: Message, action: str, at: float = NOW.timestamp()) -> Heard:
    heard = _heard(*server.press(told, action, "U0ALICE", at=at))
    _slack().verify(heard)
    return heard


def _only(heard: Heard) -> Event:
    (event,) = _slack().events(heard)
    return event


@pytest.mark.parametrize("kind", [ReplyKind.EXPECTED, ReplyKind.NOT_MINE])
def test_a_button_comes_back_as_a_reply(
    kind: ReplyKind, server: SlackServer, told: Message
) -> None:
    """What a message's button says of which change, by whom and when, is what the hook reads."""
    event = _only(_pressed(server, told, kind.value, NOW.timestamp() - 2))

    assert event.says is Says.REPLY
    assert event.reply is not None
    assert (event.reply.change, event.reply.kind) == ("deploy <412> & more|x", kind)
    assert (event.reply.author, event.reply.via) == ("alice", "slack")
    assert event.reply.at == event.at == NOW - timedelta(seconds=2)


def test_the_same_press_is_the_same_reply(server: SlackServer, told: Message) -> None:
    """A press that is delivered twice is one reply, another press another, another button another."""
    moment = NOW.timestamp()
    first = _only(_pressed(server, told, "expected", moment))
    again = _only(_pressed(server, told, "expected", moment))
    later = _only(_pressed(server, told, "expected", moment - 1))
    other = _only(_pressed(server, told, "not mine", moment))

    assert (first.key, first.reply) == (again.key, again.reply)
    assert len({e.reply.id for e in (first, later, other) if e.reply}) == 3
    assert len({e.key for e in (first, later, other)}) == 3


def test_reading_on_is_no_answer(server: SlackServer, told: Message) -> None:
    """To follow the link to the page says nothing of the change."""
    heard = _pressed(server, told, "why")

    assert _slack().events(heard) == ()
    assert _slack().receipt(heard).body == ""


def test_slacks_own_example_is_right() -> None:
    """The signature that Slack publishes as an example passes."""
    _slack().verify(_heard(SIGNED, PUBLISHED, SIGNED_AT))


@pytest.mark.parametrize("minutes", [-5.1, 5.1, 60])
def test_an_old_signature_is_refused(minutes: float) -> None:
    """A right signature is of no use five minutes from when it was made."""
    with pytest.raises(RefusedError, match="5 minutes"):
        _slack().verify(_heard(SIGNED, PUBLISHED, SIGNED_AT + timedelta(minutes=minutes)))


@pytest.mark.parametrize("minutes", [-4.9, 4.9])
def test_a_slow_delivery_is_taken(minutes: float) -> None:
    """Clocks and networks may be off by some minutes."""
    _slack().verify(_heard(SIGNED, PUBLISHED, SIGNED_AT + timedelta(minutes=minutes)))


@pytest.mark.parametrize("stamp", ["", "now", "-1531420618", "1531420618.5", "9" * 400, "１"])
def test_a_time_that_is_none_is_refused(stamp: str) -> None:
    """A timestamp of another form is refused, and does no harm."""
    headers = {**SIGNED, "x-slack-request-timestamp": stamp}
    with pytest.raises(RefusedError):
        _slack().verify(_heard(headers, PUBLISHED, SIGNED_AT))


def test_the_signature_covers_the_time() -> None:
    """A request cannot be made younger than it is."""
    headers = {**SIGNED, "x-slack-request-timestamp": "1531420619"}
    with pytest.raises(RefusedError, match="signing secret"):
        _slack().verify(_heard(headers, PUBLISHED, SIGNED_AT))


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"type": "url_verification", "challenge": "abc"}, "abc"),
        ({"type": "url_verification"}, ""),
        ({"type": "event_callback", "challenge": "abc"}, ""),
        ([1], ""),
    ],
)
def test_a_challenge_is_answered(body: object, answer: str) -> None:
    """Slack's trial of an address gets its challenge back as plain text; all else gets an empty 200."""
    receipt = _slack().receipt(_heard({}, json.dumps(body).encode()))

    assert (receipt.status, receipt.body, receipt.media_type) == (200, answer, "text/plain")


@pytest.mark.parametrize("body", [b"", b"payload=%7B", b"[" * 100_000, b"\xff"])
def test_a_receipt_needs_no_form(body: bytes) -> None:
    """What cannot be read is received all the same."""
    assert _slack().receipt(_heard({}, body)).body == ""
