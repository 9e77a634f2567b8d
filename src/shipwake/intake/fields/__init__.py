"""What the forms of many senders share: bodies, times and values that may be absent or of another type."""

from shipwake.intake.fields.bodies import content_key, json_of
from shipwake.intake.fields.change import CHANGE, State
from shipwake.intake.fields.commits import commits, paths, person
from shipwake.intake.fields.delivery import Body, Delivery, delivery_of, source_of
from shipwake.intake.fields.forms import fields_of, without
from shipwake.intake.fields.signatures import SECRETS, require_signature, secrets_of
from shipwake.intake.fields.times import when
from shipwake.intake.fields.values import at, first_line, items, linked, sha, text, web_address

__all__ = [
    "CHANGE",
    "SECRETS",
    "Body",
    "Delivery",
    "State",
    "at",
    "commits",
    "content_key",
    "delivery_of",
    "fields_of",
    "first_line",
    "items",
    "json_of",
    "linked",
    "paths",
    "person",
    "require_signature",
    "secrets_of",
    "sha",
    "source_of",
    "text",
    "web_address",
    "when",
    "without",
]
