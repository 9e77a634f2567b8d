"""Slack as people see it: one message a change, edited in place, lines that ring once, no rule broken."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.slack import (
    HANG,
    POST_THEN_HANG,
    Fault,
    Message,
    SlackServer,
    drawing,
    error,
    serving,
    status,
)
from shipwake.domain import Health, Notice, Reason, Ref, Verdict
from shipwake.tell import TellError, connect
from shipwake.tell.slack import Slack
from shipwake.verdict import message
from tests.contracts.answers import configured
from tests.verdict.made import (
    DEPLOY,
    ERRORS,
    FASTER,
    MORE_ERRORS,
    NORMAL,
    SLOWER,
    judged,
    unknown,
)

TOKEN = "xoxb-made-up"
IMPATIENT = "500ms"
ALICE, BOB = "alice@example.com", "bob@example.com"
PEOPLE = {ALICE: "U0ALICE", BOB: "U0BOB"}
CHANNELS = {"#general": "C0GENERAL", "#deploys": "C0DEPLOYS"}
URL = "https://shipwake.example/changes/c-1"
NOTICE = Notice(
    change="c-1",
    recipient=ALICE,
    channel="team",
    revision=3,
    health=Health.UNHEALTHY,
    lines=(
        "🔴 shop #412 is unhealthy in production. Checkout errors rose 0.8 → 4.1 % since 11:02.",
        "Fits this change 98 %. Sure.",
        f"Next look 11:12 UTC. See why: {URL}",
    ),
    at=datetime(2026, 2, 3, 11, 4, tzinfo=UTC),
    url=URL,
)
WORSE = replace(NOTICE, revision=4, thread_line="11:08 now unhealthy: checkout errors 9.0 %.")
BACK = replace(
    NOTICE,
    revision=5,
    health=Health.HEALTHY,
    lines=("✅ shop #412 looks healthy again in production.",),
    thread_line="11:31 checkout errors back to normal.",
)


@contextmanager
def _slack(**more: str) -> Iterator[tuple[Slack, SlackServer]]:
    with serving(PEOPLE, CHANNELS, token=TOKEN) as server:
        stated = {"token": "${TOKEN}", "url": server.url, **more}
        teller = connect(configured("tell", "slack", stated, TOKEN=TOKEN))
        assert isinstance(teller, Slack)
        yield teller, server


def _only(server: SlackServer) -> Message:
    (message,) = server.messages.values()
    return message


def _lines(told: Message) -> list[str]:
    return [reply.text for reply in told.replies]


def _outcome(slack: Slack, notice: Notice, ref: Ref | None, tries: int = 5) -> Ref:
    """Put as the outbox does: again after a failure that passes, looked for before the second try."""
    for attempt in range(1, tries + 1):
        try:
            if ref is None and attempt > 1:
                ref = slack.find(notice.key)
            return slack.put(notice, ref)
        except TellError as failed:
            if failed.permanent:
                raise
    raise AssertionError("it never went through")


def test_a_change_is_one_message_that_is_edited() -> None:
    """Three revisions are one message with the newest words, and each of the two that rang is one line under it."""
    with _slack() as (slack, server):
        ref = slack.put(NOTICE, None)
        assert slack.put(WORSE, ref) == slack.put(BACK, ref) == ref
        told = _only(server)

        assert (told.edits, told.text) == (2, BACK.lines[0] + f"\n<{URL}|See why>")
        assert _lines(told) == [WORSE.thread_line, BACK.thread_line]
        assert told.metadata["event_payload"] == {"key": NOTICE.key, "revision": 5}
        assert [call.args["email"] for call in server.named("users.lookupByEmail")] == [ALICE]
        assert server.broken_rules == []


def test_each_recipient_has_a_message_of_their_own() -> None:
    """Two authors of one change get a message each, in two conversations."""
    with _slack() as (slack, server):
        refs = {slack.put(replace(NOTICE, recipient=who), None) for who in PEOPLE}

        assert {f"{m.channel}/{m.ts}" for m in server.messages.values()} == {r.value for r in refs}
        assert len({m.channel for m in server.messages.values()}) == 2


def test_a_line_that_was_posted_unheard_rings_once() -> None:
    """A thread line whose answer was lost is not posted again, and neither is one that is put a second time."""
    with _slack(timeout=IMPATIENT) as (slack, server):
        ref = slack.put(NOTICE, None)
        server.fail("chat.postMessage", POST_THEN_HANG)
        _outcome(slack, WORSE, ref)
        slack.put(WORSE, ref)

        assert _lines(_only(server)) == [WORSE.thread_line]


def test_a_message_that_was_posted_unheard_is_found() -> None:
    """A message whose answer was lost is found by its key and edited, so that there is one."""
    with _slack(timeout=IMPATIENT) as (slack, server):
        server.fail("chat.postMessage", POST_THEN_HANG)
        ref = _outcome(slack, NOTICE, None)

        assert ref.value == f"{_only(server).channel}/{_only(server).ts}"
        assert len(server.named("chat.postMessage")) == 1
        assert slack.find(replace(NOTICE, change="c-2").key) is None


def test_a_message_is_found_among_hundreds() -> None:
    """The key is found behind a page of other messages, and only what has our mark counts."""
    with _slack() as (slack, server):
        ref = slack.put(NOTICE, None)
        for number in range(205):
            slack.put(replace(NOTICE, change=f"d-{number}", thread_line=""), None)
        forged = replace(NOTICE, change="e-1")
        slack.api.api_call(
            "chat.postMessage",
            json={
                "channel": ref.value.partition("/")[0],
                "text": "mine",
                "metadata": {"event_type": "other_app", "event_payload": {"key": forged.key}},
            },
        )

        assert slack.find(NOTICE.key) == ref
        assert slack.find(forged.key) is None
        assert len(server.named("conversations.history")) >= 3


def test_a_message_that_somebody_deleted_is_posted_anew_once() -> None:
    """A revision of a deleted message is a new message, and one only where the answer to that is lost."""
    with _slack(timeout=IMPATIENT) as (slack, server):
        old = slack.put(NOTICE, None)
        server.forget(_only(server))
        server.fail("chat.postMessage", POST_THEN_HANG)
        new = _outcome(slack, BACK, old)

        assert new != old
        assert _only(server).text.startswith(BACK.lines[0])
        assert new.value.endswith(_only(server).ts)


@pytest.mark.parametrize("stated", ["C0DEPLOYS", "deploys", "#deploys"])
def test_a_channel_is_told_once(stated: str) -> None:
    """A configured channel takes one message a change, by id or name, and it is found there again."""
    with _slack(channel=stated) as (slack, server):
        notice = replace(NOTICE, recipient="")
        ref = slack.put(notice, None)
        slack.put(replace(WORSE, recipient=""), ref)

        assert slack.everybody
        assert _only(server).channel == "C0DEPLOYS"
        assert slack.find(notice.key) == ref
        assert server.broken_rules == []
        assert not server.named("users.lookupByEmail")


@pytest.mark.parametrize(
    ("recipient", "says"),
    [
        ("", "nobody to tell"),
        ("alice", "alice is none; add the address"),
        ("carol@example.com", "users_not_found"),
    ],
)
def test_whom_slack_cannot_find_is_said(recipient: str, says: str) -> None:
    """A change without an author, a login alone and an unknown address each fail for good, and say what to do."""
    with _slack() as (slack, server):
        assert not slack.everybody
        with pytest.raises(TellError, match=says) as caught:
            slack.put(replace(NOTICE, recipient=recipient), None)

        assert caught.value.permanent
        assert not server.messages


@pytest.mark.parametrize("method", ["users.lookupByEmail", "conversations.open", "chat.update"])
@pytest.mark.parametrize(
    "fault",
    [
        status(429, retry_after="1"),
        status(500),
        status(503),
        error("ratelimited"),
        error("internal_error"),
        error("fatal_error"),
        error("service_unavailable"),
        error("request_timeout"),
        HANG,
    ],
)
def test_trouble_that_passes_ends_in_one_message(method: str, fault: Fault) -> None:
    """Whichever call fails in passing, the tries after it end in one message with one line."""
    with _slack(timeout=IMPATIENT) as (slack, server):
        server.fail(method, fault)
        ref = _outcome(slack, NOTICE, None)
        _outcome(slack, WORSE, ref)

        assert (_only(server).edits >= 1, _lines(_only(server))) == (True, [WORSE.thread_line])


def test_a_wait_that_slack_asks_for_is_handed_on() -> None:
    """Retry-After reaches the outbox as a duration."""
    with _slack() as (slack, server):
        server.fail("chat.postMessage", status(429, retry_after="30"))
        with pytest.raises(TellError) as caught:
            slack.put(NOTICE, None)

        assert caught.value.retry_after == timedelta(seconds=30)


ODD = st.text(
    st.sampled_from(list("<>&|*_~`@#!^ \n\t\"'/:.a0é🔴\u202e\x00")), max_size=60
) | st.sampled_from(
    [
        "<!channel>",
        "@channel @here @everyone",
        "<!subteam^S0ALL>",
        "<@U0BOB> <https://evil.example|click>",
        "&lt;!here&gt;",
        "<" * 2000,
        "&" * 5000,
        "x" * 50_000,
        "```",
    ]
)


@settings(max_examples=80)
@given(
    lines=st.lists(ODD, max_size=4),
    change=ODD,
    url=ODD.map(lambda words: f"https://shipwake.example/changes/{words}") | ODD,
    health=st.sampled_from(Health),
)
def test_no_words_break_a_rule_or_call_anybody(
    lines: list[str], change: str, url: str, health: Health
) -> None:
    """Whatever is in a title or a name, Slack takes the message, and nobody is called or linked by it."""
    notice = replace(NOTICE, change=change, lines=tuple(lines), url=url, health=health)
    with _slack() as (slack, server):
        slack.put(replace(notice, thread_line=" ".join(lines)), slack.put(notice, None))
        told = _only(server)

        assert server.broken_rules == []
        assert server.shouted == []
        assert [m for m in re.findall("<[^>]*>", told.text) if not m.endswith("|See why>")] == []


@given(line=st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1))
@settings(max_examples=30)
def test_words_read_as_they_were_written(line: str) -> None:
    """A line without a verdict's word in it reads in Slack as it was written."""
    with _slack() as (slack, server):
        slack.put(replace(NOTICE, lines=("first", line[:100]), url=""), None)

        assert unescape(_only(server).text) == f"first\n{line[:100]}"


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("🔴 shop is unhealthy in production.", "🔴 shop is *unhealthy* in production."),
        ("🔴 unhealthy-api is unhealthy here.", "🔴 unhealthy-api is *unhealthy* here."),
        (
            "🔴 shop is unhealthy, but not likely you.",
            "🔴 shop is *unhealthy*, but *not likely you*.",
        ),
        ("🔴 shop unhealthy.", "🔴 shop *unhealthy*."),
        ("🔴 shop.", "🔴 shop."),
    ],
)
def test_the_verdict_is_in_bold(line: str, shown: str) -> None:
    """The verdict's word is bold, also where the service's name holds it, and so is that it is not yours."""
    with _slack() as (slack, server):
        slack.put(replace(NOTICE, lines=(line,)), None)

        assert _only(server).blocks[0]["text"]["text"] == shown


VERDICTS = {
    Health.UNHEALTHY: judged([replace(MORE_ERRORS, excess=312.0), *NORMAL[1:]]),
    Health.AILING: judged([SLOWER]),
    Health.IMPROVED: judged([FASTER]),
    Health.HEALTHY: judged(NORMAL),
    Health.UNKNOWN: judged([unknown(ERRORS, Reason.TOO_QUIET)]),
}


@pytest.mark.parametrize(("health", "verdict"), VERDICTS.items())
def test_each_word_reads_at_a_glance(health: Health, verdict: Verdict) -> None:
    """Each verdict's message reads as the words say, links to its page, and asks only where it hurts."""
    words = message(DEPLOY, verdict, url=URL)
    with _slack() as (slack, server):
        slack.put(replace(NOTICE, health=health, lines=words.lines), None)
        told = _only(server)
        drawn = drawing(told)

        assert server.broken_rules == []
        assert f"*{health}*" in drawn
        assert "[ See why ]" in drawn
        assert ("[ Expected ]  [ Not mine ]" in drawn) is health.hurts
        assert URL not in drawn
        assert told.text.startswith(words.lines[0])


def test_a_page_without_an_address_has_no_link() -> None:
    """Where no address is configured there is no link that leads nowhere."""
    with _slack() as (slack, server):
        slack.put(replace(NOTICE, url="/changes/c-1"), None)

        assert "See why" not in [b["text"]["text"] for b in _only(server).blocks[-1]["elements"]]
        assert server.broken_rules == []


def test_what_people_are_told_stays_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    """At the most talkative level no log holds words, addresses or the token."""
    caplog.set_level("DEBUG")
    with _slack(timeout=IMPATIENT) as (slack, server):
        slack.put(WORSE, slack.put(NOTICE, None))
        server.fail("chat.update", HANG)
        with pytest.raises(TellError):
            slack.put(BACK, Ref(f"{_only(server).channel}/{_only(server).ts}"))

    assert not [part for part in (TOKEN, ALICE, "checkout errors") if part in caplog.text]


def test_a_proxy_is_left_out_where_no_proxy_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_PROXY counts, which the SDK by itself does not read."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with _slack() as (slack, _):
        assert slack.put(NOTICE, None).value


def test_the_sdk_is_loaded_only_where_slack_is_configured() -> None:
    """Reading a configuration's settings for Slack imports no SDK."""
    asked = "import sys, shipwake.tell.slack; sys.exit('slack_sdk' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
