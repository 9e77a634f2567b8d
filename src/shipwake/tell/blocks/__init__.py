"""A notice in Slack's Block Kit, within its limits; nothing that a person wrote becomes a mark, a link or a call.

The limits are those of docs.slack.dev, "Block Kit": 3,000 characters a section or an address, 2,000 a button's value.
"""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from shipwake.domain import Notice, ReplyKind
from shipwake.tell.blocks.api import web_client
from shipwake.tell.blocks.refusals import GONE, HELP, INVITE, PASSES

__all__ = [
    "GONE",
    "HELP",
    "INVITE",
    "PASSES",
    "line_of",
    "message_of",
    "payload_of",
    "told",
    "web_client",
]
LONGEST_LINE, LONGEST_URL, LONGEST_VALUE = 700, 3000, 2000
"""Characters; two lines of a section stay within its limit even where Slack counts an emoji twice."""
EVENT = "shipwake_notice"
NOT_YOU = "not likely you"
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")


def message_of(notice: Notice) -> dict[str, Any]:
    """What Slack is sent: the words with the verdict's own in bold, the third line small, and a row of buttons."""
    url = quote(notice.url, safe=":/?#[]@!$&'()*+,;=%~")
    link = url.startswith(("http://", "https://")) and len(url) <= LONGEST_URL
    stated = [
        line.removesuffix(f"See why: {notice.url}") if link else line for line in notice.lines[:3]
    ]
    lines = [line for line in map(_words, stated) if line] or [notice.health.value]
    pointer = [f"<{url.replace('&', '&amp;')}|See why>"] if link else []
    buttons = [_button("See why", "why", url=url)] if link else []
    if notice.health.hurts and 0 < len(notice.change) <= LONGEST_VALUE:
        answers = (ReplyKind.EXPECTED, ReplyKind.NOT_MINE)
        buttons += [_button(k.value.capitalize(), k.value, value=notice.change) for k in answers]
    first = _bold(lines[0], notice.health.value)
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": _mrkdwn("\n".join([first, *lines[1:2]]))}
    ]
    blocks += [{"type": "context", "elements": [_mrkdwn(line)]} for line in lines[2:]]
    blocks += [{"type": "actions", "elements": buttons}] if buttons else []
    return {"text": "\n".join(lines + pointer), "blocks": blocks, "metadata": _metadata(notice)}


def line_of(notice: Notice) -> dict[str, Any]:
    """What Slack is sent for a line in the thread."""
    return {
        "text": _words(notice.thread_line) or notice.health.value,
        "metadata": _metadata(notice),
    }


def _words(line: str) -> str:
    """One line in which nothing is a mark of Slack's: no link, and nobody is called; cut to Slack's limits."""
    clean = CONTROL.sub(" ", line).strip()
    escaped = clean.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if len(escaped) <= LONGEST_LINE:
        return escaped
    return re.sub(r"&[a-z]*$", "", escaped[: LONGEST_LINE - 1]) + "…"


def _bold(line: str, word: str) -> str:
    """The verdict's word in bold, not the same word in a name before it."""
    for before in (r"\b(?:is|looks) ", r"\b"):
        line, found = re.subn(rf"({before}){word}\b", rf"\1*{word}*", line, count=1)
        if found:
            break
    return line.replace(NOT_YOU, f"*{NOT_YOU}*", 1)


def _mrkdwn(text: str) -> dict[str, Any]:
    """Verbatim, so that an @channel in somebody's title calls nobody."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _button(words: str, action: str, **more: str) -> dict[str, Any]:
    return {
        "type": "button",
        "action_id": action,
        "text": {"type": "plain_text", "text": words},
        **more,
    }


def _metadata(notice: Notice) -> dict[str, Any]:
    return {"event_type": EVENT, "event_payload": payload_of(notice)}


def payload_of(notice: Notice) -> dict[str, Any]:
    """What is written into a message to tell it from others."""
    return {"key": notice.key, "revision": notice.revision}


def told(message: Mapping[str, Any]) -> Mapping[str, Any]:
    """The key and revision that a message carries; empty where it is none of ours."""
    metadata = message.get("metadata")
    if not isinstance(metadata, Mapping) or metadata.get("event_type") != EVENT:
        return {}
    payload = metadata.get("event_payload")
    return payload if isinstance(payload, Mapping) else {}
