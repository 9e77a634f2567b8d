"""What Slack sends when somebody presses a button: a signed form with a `payload`, as its documentation shows it."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

if TYPE_CHECKING:
    from collections.abc import Mapping


def pressed(
    message: Mapping[str, Any],
    channel: str,
    action_id: str,
    person: Mapping[str, str],
    *,
    secret: str,
    at: float,
) -> tuple[dict[str, str], bytes]:
    """Headers and body of the `block_actions` of one button; raises LookupError where there is none."""
    block, button = _button(message, action_id)
    payload = {
        "type": "block_actions",
        "user": {**person, "name": person["username"]},
        "api_app_id": "A0APP",
        "container": {
            "type": "message",
            "message_ts": message["ts"],
            "channel_id": channel,
            "is_ephemeral": False,
        },
        "trigger_id": f"{int(at)}.1.trigger",
        "team": {"id": person["team_id"], "domain": "team"},
        "channel": {"id": channel, "name": "directmessage" if channel.startswith("D") else "x"},
        "message": message,
        "state": {"values": {}},
        "response_url": "https://hooks.slack.example/actions/1/2/3",
        "actions": [
            {
                **{key: button[key] for key in ("type", "action_id", "text")},
                **{key: button[key] for key in ("value", "url") if key in button},
                "block_id": block.get("block_id", "b1"),
                "action_ts": f"{at:.6f}",
            }
        ],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return {**signed(body, secret, at), "Content-Type": "application/x-www-form-urlencoded"}, body


def signed(body: bytes, secret: str, at: float) -> dict[str, str]:
    """The two headers by which Slack signs a request sent at `at` (epoch seconds)."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), b"v0:" + stamp.encode() + b":" + body, hashlib.sha256)
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def _button(
    message: Mapping[str, Any], action_id: str
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    for block in message["blocks"]:
        for element in block.get("elements", ()):
            if element.get("action_id") == action_id:
                return block, element
    raise LookupError(f"the message has no button {action_id!r}")
