"""The server that stands in for Slack has teeth: what Slack refuses, it notes, and what Slack allows, it takes."""

import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from slack_sdk import WebClient

from live.slack import SlackServer, serving, status
from live.slack_rules import faults, shouts

Args = dict[str, Any]


def _section(text: str, **more: object) -> Args:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text, **more}}


def _button(**more: object) -> Args:
    words = {"type": "plain_text", "text": "Expected"}
    return {"type": "button", "action_id": "a", "text": words, "value": "c-1", **more}


def _row(*buttons: Args, **more: object) -> Args:
    return {"type": "actions", "elements": list(buttons), **more}


BROKEN: dict[str, Args] = {
    "no_text": {"text": " "},
    "msg_too_long": {"text": "x" * 40_001},
    "unescaped <": {"text": "a < b"},
    "unescaped &": {"text": "R&D"},
    "unescaped >": {"blocks": [_section("<https://a.example|b> >")]},
    "unescaped <.*mail": {"blocks": [_section("<mail|b>")]},
    "51 blocks": {"blocks": [{"type": "divider"}] * 51},
    "1 to 3000": {"blocks": [_section("x" * 3001)]},
    "must have 1 to": {"blocks": [_section("")]},
    "msg_blocks_too_long": {"blocks": [_section("x" * 2700)] * 5},
    "value must be": {"blocks": [_row(_button(value="x" * 2001))]},
    "action_id must be": {"blocks": [_row(_button(action_id="x" * 256))]},
    "no action_id": {
        "blocks": [_row({"type": "button", "text": {"type": "plain_text", "text": "a"}})]
    },
    "action_id twice": {"blocks": [_row(_button(), _button())]},
    "block_id twice": {"blocks": [_row(_button(), block_id="b"), _row(_button(), block_id="b")]},
    "url is no address": {"blocks": [_row(_button(url="/changes/c-1"))]},
    "style is": {"blocks": [_row(_button(style="red"))]},
    "1 to 25": {"blocks": [_row()]},
    "unknown type": {"blocks": [{"type": "chart"}]},
    "1 to 75": {"blocks": [_row(_button(text={"type": "plain_text", "text": "x" * 76}))]},
    "of type 'mrkdwn'": {"blocks": [_row(_button(text={"type": "mrkdwn", "text": "x"}))]},
    "must have event_type and event_payload": {"metadata": {"event_type": "x", "key": 1}},
    "the event_type": {"metadata": {"event_type": "", "event_payload": {}}},
    "event_payload must be": {"metadata": {"event_type": "x", "event_payload": []}},
}


@pytest.mark.parametrize(("rule", "args"), BROKEN.items())
def test_each_broken_rule_is_noted(rule: str, args: Args) -> None:
    """Each message that Slack refuses, or shows wrongly, has exactly the fault that is meant."""
    with serving({}, {"#general": "C0GENERAL"}, token="t") as server:
        _call(server, "chat.postMessage", {"channel": "C0GENERAL", "text": "x", **args})

        (found,) = server.broken_rules
        assert rule.partition(".*")[0] in found


def test_what_slack_allows_breaks_no_rule() -> None:
    """Links, dates, mentions, escapes and texts at their limits are no faults."""
    text = "<https://a.example/?b=1&amp;c|d> <!date^1770112860^{time}|then> &lt;x&gt; <@U0BOB>"
    blocks = [_section("x" * 3000), _section(text), _row(_button(value="x" * 2000))]

    assert faults({"text": text, "blocks": blocks}) == []


@pytest.mark.parametrize(
    ("args", "found"),
    [
        ({"text": "<!channel>"}, 1),
        ({"text": "@channel"}, 0),
        ({"text": "@channel", "link_names": True}, 1),
        ({"text": "x", "blocks": [_section("@here <!here|x>")]}, 2),
        ({"text": "x", "blocks": [_section("@here", verbatim=True)]}, 0),
        ({"text": "x", "blocks": [_section("me@here.example")]}, 0),
    ],
)
def test_who_would_be_called_is_noted(args: Args, found: int) -> None:
    """What rings for a whole channel is told from what only looks like it."""
    assert len(shouts(args)) == found


def _call(
    server: SlackServer,
    method: str,
    args: Args,
    *,
    bearer: str = "Bearer t",
    kind: str = "application/json",
) -> tuple[int, Args]:
    to = http.client.HTTPConnection(urlsplit(server.url).netloc)
    headers = {"Authorization": bearer, "Content-Type": kind}
    to.request("POST", f"/api/{method}", json.dumps(args).encode(), headers)
    answer = to.getresponse()
    told = answer.read()
    to.close()
    return answer.status, json.loads(told) if answer.status < 300 else {}


@pytest.mark.parametrize(
    ("method", "more", "rule", "said"),
    [
        ("chat.postMessage", {"bearer": "Bearer wrong"}, "the bearer token", "invalid_auth"),
        ("chat.postMassage", {}, "unknown_method", "unknown_method"),
        ("chat.postMessage", {"kind": "text/plain"}, "invalid_post_type", "invalid_arguments"),
        ("conversations.history", {}, "invalid_post_type", "invalid_arguments"),
    ],
)
def test_a_call_of_another_form_is_noted(
    method: str, more: dict[str, str], rule: str, said: str
) -> None:
    """A wrong token, an unknown method and a body that the method does not take are refused and noted."""
    with serving({}, {"#general": "C0GENERAL"}, token="t") as server:
        _, told = _call(server, method, {"channel": "C0GENERAL", "text": "x"}, **more)

        assert told == {"ok": False, "error": said}
        assert any(rule in broken for broken in server.broken_rules)
        assert server.messages == {}


@pytest.mark.parametrize(
    ("method", "args", "said"),
    [
        ("chat.update", {"channel": "C0GENERAL", "ts": "1.2", "text": "x"}, "message_not_found"),
        ("chat.postMessage", {"channel": "C0GENERAL", "thread_ts": "1.2", "text": "x"}, "thread_"),
        ("chat.postMessage", {"channel": "C0OTHER", "text": "x"}, "channel_not_found"),
        ("chat.update", {"channel": "general", "ts": "1.2", "text": "x"}, "channel_not_found"),
        ("conversations.open", {"users": "U0NOBODY"}, "user_not_found"),
    ],
)
def test_what_is_not_there_is_refused(method: str, args: Args, said: str) -> None:
    """An edit, an answer or a post to what does not exist gets Slack's own word for it."""
    with serving({}, {"#general": "C0GENERAL"}, token="t") as server:
        assert _call(server, method, args)[1]["error"].startswith(said)


def test_haste_is_refused_where_it_counts() -> None:
    """Where posts are paced, a burst passes and what comes after it is told to wait."""
    with serving({}, {"#general": "C0GENERAL"}, token="t", paced=True) as server:
        post = {"channel": "C0GENERAL", "text": "x"}
        got = [_call(server, "chat.postMessage", post)[0] for _ in range(7)]

        assert got == [200] * 5 + [429] * 2


def test_a_failure_comes_when_it_is_asked_for() -> None:
    """Only the next call of the named method fails, and has no effect."""
    with serving({}, {"#general": "C0GENERAL"}, token="t") as server:
        server.fail("chat.postMessage", status(503))
        post = {"channel": "C0GENERAL", "text": "x"}

        assert [_call(server, "chat.postMessage", post)[0] for _ in range(2)] == [503, 200]
        assert len(server.messages) == 1


def test_slacks_own_sdk_understands_it() -> None:
    """The SDK finds a person, opens a conversation, and reads its own message back page by page."""
    with serving({"bob@example.com": "U0BOB"}, token="t") as server:
        api = WebClient("t", base_url=server.url, retry_handlers=[])
        person = api.users_lookupByEmail(email="Bob@example.com")["user"]
        place = api.conversations_open(users=person["id"])["channel"]["id"]
        posted = [api.chat_postMessage(channel=place, text=f"m{n}")["ts"] for n in range(3)]
        pages = [
            [told["text"] for told in page["messages"]]
            for page in api.conversations_history(channel=place, limit=2)
        ]

        assert pages == [["m2", "m1"], ["m0"]]
        assert posted[0] in api.chat_getPermalink(channel=place, message_ts=posted[0])["permalink"]
        assert api.users_info(user="U0BOB")["user"]["profile"]["email"] == "bob@example.com"
        assert server.broken_rules == []
