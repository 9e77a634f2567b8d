"""A message and its thread drawn as text, as they read in Slack, for a terminal; no colours."""

from __future__ import annotations

import re
import textwrap
from datetime import UTC, datetime
from html import unescape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from live.slack_workspace import Message

WIDTH = 76
LINK = re.compile(r"<([^<>|]+)\|([^<>]*)>")
BARE = re.compile(r"<([^<>|]+)>")


def drawing(message: Message) -> str:
    """The message in a frame: who and when, its words (*bold* as in Slack's own marks), buttons, and its thread."""
    lines = [f"shipwake  APP  {_clock(message.posted_at)}"]
    lines += _wrapped(words(message)) if message.blocks else _wrapped(_plain(message.text))
    if message.edits:
        lines[-1] += "  (edited)"
    buttons = "  ".join(f"[ {name} ]" for name in _buttons(message))
    lines += [buttons] if buttons else []
    if message.replies:
        count = len(message.replies)
        lines.append(f"{count} {'reply' if count == 1 else 'replies'}")
    for reply in message.replies:
        told = _wrapped(words(reply) if reply.blocks else _plain(reply.text), WIDTH - 4)
        lines += [f"  ↳ shipwake  {_clock(reply.posted_at)}", *(f"    {line}" for line in told)]
    edge = "─" * (WIDTH + 2)
    framed = [f"│ {line}" for line in lines]
    return "\n".join([f"┌{edge}", *framed, f"└{edge}"])


def words(message: Message) -> str:
    """What the blocks say, a paragraph a block, without the buttons."""
    told = []
    for block in message.blocks:
        if block["type"] == "section":
            told.append(_plain(block["text"]["text"]))
        if block["type"] == "context":
            told.append(" · ".join(_plain(one["text"]) for one in block["elements"]))
    return "\n".join(told)


def _buttons(message: Message) -> list[str]:
    held: list[Mapping[str, Any]] = [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]
    return [str(button["text"]["text"]) for button in held]


def _plain(mrkdwn: str) -> str:
    return unescape(BARE.sub(r"\1", LINK.sub(r"\2", mrkdwn)))


def _wrapped(text: str, width: int = WIDTH) -> list[str]:
    return [line for part in text.split("\n") for line in textwrap.wrap(part, width) or [""]]


def _clock(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%H:%M:%S}"
