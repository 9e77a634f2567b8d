"""What people press under a message in Slack: answers to a verdict; refuses what Slack did not sign just now.

The forms are those of docs.slack.dev, "Verifying requests from Slack", "block_actions" and "url_verification". What
people write in a message's thread says not of which change, so it is not read.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec

from shipwake.config import Adapter, one_of_keys
from shipwake.domain import Event, Heard, Reply, ReplyKind, Says, from_epoch
from shipwake.intake import Receipt, RefusedError, UnreadableError
from shipwake.intake.fields import (
    SECRETS,
    Delivery,
    at,
    delivery_of,
    items,
    secrets_of,
    source_of,
    text,
    when,
)
from shipwake.wire.sign import hmac_sha256_hex, same

SETTINGS = SECRETS
CHECKS = (one_of_keys("secret", "secrets"),)
OLDEST = timedelta(minutes=5)
"""How far from now a request may have been signed, so that none is of use to who overhears it."""
STAMP, SIGNATURE = "X-Slack-Request-Timestamp", "X-Slack-Signature"
ANSWERS = {kind.value: kind for kind in ReplyKind if kind is not ReplyKind.COMMENT}
"""A button's `action_id` is the word for what it says; one that opens a page says nothing."""
MOST_ACTIONS, LONGEST_CHANGE = 25, 2000


@dataclass(frozen=True, slots=True)
class Slack:
    """One app, whose requests are signed with its signing secret."""

    secrets: tuple[str, ...] = field(repr=False)

    def verify(self, heard: Heard) -> None:
        """Raise RefusedError unless Slack signed this body with one of the secrets, at most five minutes from now."""
        stamp = heard.headers.get(STAMP.lower(), "")
        told = heard.headers.get(SIGNATURE.lower(), "")
        if not self.secrets:
            raise RefusedError("this hook has no secret; set `secret` to the app's signing secret")
        if not stamp or not told:
            raise RefusedError(f"there is no {STAMP} or no {SIGNATURE}; is this Slack?")
        if not stamp.isascii() or not stamp.isdigit() or len(stamp) > len("1770112800"):
            raise RefusedError(f"{STAMP} is no time in whole seconds; is this Slack?")
        if abs(heard.received - from_epoch(int(stamp))) > OLDEST:
            raise RefusedError(
                f"{STAMP} is more than 5 minutes from now; check this machine's clock"
            )
        base = b"v0:" + stamp.encode() + b":" + heard.body
        right = False
        for secret in self.secrets:
            # All are tried, so that time tells nothing.
            right |= same(f"v0={hmac_sha256_hex(secret, base)}", told.strip())
        if not right:
            raise RefusedError(
                f"{SIGNATURE} is not this body's; set `secret` to the app's signing secret"
            )

    def events(self, heard: Heard) -> Sequence[Event]:
        """One event an answer that somebody pressed; none for anything else. Raises UnreadableError."""
        delivery = delivery_of(heard, "request from Slack", form_field="payload")
        kind = text(delivery.body, "type")
        if kind == "url_verification":
            return (_ping(delivery),)
        if not kind:
            raise UnreadableError("there is no `type`; is this Slack?", where="type")
        return tuple(_answers(delivery)) if kind == "block_actions" else ()

    def receipt(self, heard: Heard) -> Receipt:
        """The challenge back where Slack tries the address; else nothing, which Slack takes for received."""
        try:
            stated = msgspec.json.decode(heard.body)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return Receipt()
        challenged = isinstance(stated, Mapping) and stated.get("type") == "url_verification"
        return Receipt(body=text(stated, "challenge")) if challenged else Receipt()


def _ping(delivery: Delivery) -> Event:
    received = delivery.heard.received
    return Event(
        source=source_of(delivery.heard),
        key=hashlib.sha256(delivery.heard.body).hexdigest(),
        says=Says.PING,
        at=received,
        received=received,
        text="Slack is connected",
    )


def _answers(delivery: Delivery) -> Iterator[Event]:
    body, received = delivery.body, delivery.heard.received
    person = text(body, "user", "id")
    author = text(body, "user", "username") or text(body, "user", "name") or person
    for action in items(body, "actions", most=MOST_ACTIONS):
        kind = ANSWERS.get(text(action, "action_id"))
        change = text(action, "value", longest=LONGEST_CHANGE)
        if kind is None or not change:
            continue
        pressed, doubted = when(at(action, "action_ts"), received)
        # The same press is the same reply, however often it is delivered.
        place = (text(body, "team", "id"), person, text(action, "action_ts"), kind.value, change)
        digest = hashlib.sha256("\n".join(place).encode()).hexdigest()
        reply = Reply(
            id=f"slack-{digest[:32]}",
            change=change,
            at=pressed,
            author=author or "somebody",
            kind=kind,
            via="slack",
        )
        yield Event(
            source=source_of(delivery.heard),
            key=digest,
            says=Says.REPLY,
            at=pressed,
            received=received,
            text=f"{reply.author} says of {change[:80]}: {kind}",
            reply=reply,
            clock_doubted=doubted,
        )


def connect(adapter: Adapter) -> Slack:
    """Slack's requests, verified by the app's signing secret."""
    return Slack(secrets_of(adapter))
