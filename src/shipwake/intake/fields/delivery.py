"""One delivery of a webhook with its decoded body, and how an event is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shipwake.domain import Event, Facts, Heard, Says
from shipwake.intake import UnreadableError
from shipwake.intake.fields.bodies import content_key, json_of
from shipwake.intake.fields.times import when

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Delivery:
    """`name` is the sender's word for this form, `key_header` the header that is the same when it is sent again."""

    name: str
    body: Body
    heard: Heard
    key_header: str = ""

    def table(self, key: str) -> Body:
        """The table under `key`; raises UnreadableError where the form lacks it."""
        found = self.body.get(key)
        if not isinstance(found, Mapping):
            raise UnreadableError(
                f"read {type(found).__name__}; a {self.name} has a table there", where=key
            )
        return found

    def event(self, says: Says, moment: object, words: str, facts: Facts) -> Event:
        """The event that this delivery is, at the sender's time as far as that can be believed."""
        told, doubted = when(moment, self.heard.received)
        where = f" ({facts.repository})" if facts.repository else ""
        return Event(
            source=source_of(self.heard),
            key=content_key(self.heard, header=self.key_header),
            says=says,
            at=told,
            received=self.heard.received,
            text=f"{words}{where}",
            facts=facts,
            clock_doubted=doubted,
        )


def source_of(heard: Heard) -> str:
    """The kind and, where there is one, the name of the hook that heard it."""
    return "/".join(filter(None, (heard.kind, heard.source)))


def delivery_of(heard: Heard, name: str, *, key_header: str = "", form_field: str = "") -> Delivery:
    """Decode a delivery that must be a JSON object; raises UnreadableError."""
    body = json_of(heard, form_field=form_field)
    if not isinstance(body, Mapping):
        raise UnreadableError(
            f"read {type(body).__name__}; a {name} is a JSON object", where="body"
        )
    return Delivery(name, body, heard, key_header)
