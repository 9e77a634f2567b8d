"""Slack is down for an hour, refuses, or hangs up after it has posted: everybody is told in the end, and once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from live.slack import POST_THEN_HANG, Fault, SlackServer, serving, status
from shipwake.flow import Channel
from shipwake.store import Post
from shipwake.tell import connect
from tests.contracts.answers import configured
from tests.faults.table import LONG, observed
from tests.flow.town import ALICE, MINUTE, Town, town

TOKEN = "xoxb-made-up"
PEOPLE = {"alice@example.com": "U0ALICE"}
HOUR = timedelta(hours=1)
MANY = 5000
IN_EARNEST = pytest.mark.skipif(not LONG, reason="long: make faults")


@contextmanager
def _telling(place: Path) -> Iterator[tuple[Town, SlackServer]]:
    with serving(PEOPLE, {}, token=TOKEN) as server, town(place) as here:
        stated = {"token": "${TOKEN}", "url": server.url, "timeout": "500ms"}
        teller = connect(configured("tell", "slack", stated, TOKEN=TOKEN))
        river = replace(here.river, channels=(Channel(name="team", teller=teller),))
        yield replace(here, river=river), server


def _pass(here: Town, span: timedelta) -> int:
    """Let time pass from one try to the next; how many turns that took."""
    end, turns = here.clock.now() + span, 0
    while here.clock.now() < end:
        here.work()
        with here.river.store.read() as tx:
            dues = [at for at in (tx.outbox.next_due(), tx.looks.next_due()) if at]
        later = [at for at in dues if at > here.clock.now()]
        here.clock.set(min([*later, end]))
        turns += 1
    here.work()
    return turns


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("503", status(503)),
        pytest.param("429, Retry-After: 120", status(429, retry_after="120"), marks=IN_EARNEST),
        pytest.param("500 after it was posted", Fault(status=500, done=True), marks=IN_EARNEST),
    ],
)
def test_an_hour_without_slack_ends_in_one_message(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, fault: Fault
) -> None:
    """After an hour of failures Alice has one message that says the newest word, and the log said it once."""
    with _telling(tmp_path) as (here, server):
        server.fail("chat.postMessage", *[fault] * MANY)
        change = here.deploys(ALICE, "a1")
        here.samples(here.clock.now(), 60)
        turns = _pass(here, HOUR)
        calls = len(server.named("chat.postMessage"))
        with here.river.store.read() as tx:
            (waiting,) = tx.outbox.of(change)
        server._faults.clear()  # noqa: SLF001 - the hour is over
        healed = here.clock.now()
        while True:
            here.work()
            with here.river.store.read() as tx:
                (told,) = tx.outbox.of(change)
            if told.post is Post.SENT:
                break
            assert told.due is not None
            here.clock.set(told.due)
        back = here.clock.now() - healed
        messages = list(server.messages.values())
    said = capsys.readouterr().out

    assert len(messages) == 1
    assert told.notice.revision == told.sent_revision
    assert back <= 11 * MINUTE
    assert calls < 40
    assert said.count("takes no notice") <= 3
    if not fault.done:
        assert (waiting.post, bool(waiting.why)) == (Post.WAITING, True)
    observed(
        f"Slack for an hour: {name}",
        verdict="as ever",
        telling=f"1 message, 0 doubled, after {calls} tries in {turns} turns",
        recovery=f"{back.total_seconds():.0f} s of the flow's clock",
    )


def test_a_connection_cut_after_the_post_doubles_nothing(tmp_path: Path) -> None:
    """Slack posted and never answered: the next try finds the message and edits it."""
    with _telling(tmp_path) as (here, server):
        server.fail("chat.postMessage", POST_THEN_HANG)
        change = here.deploys(ALICE, "a1")
        here.samples(here.clock.now(), 10)
        _pass(here, 5 * MINUTE)
        with here.river.store.read() as tx:
            (told,) = tx.outbox.of(change)
        messages = list(server.messages.values())

    assert len(messages) == 1
    assert told.post is Post.SENT
    observed(
        "Slack: connection lost after the post",
        telling="1 message, 0 doubled",
        recovery="at the next try",
    )
