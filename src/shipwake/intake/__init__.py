"""Bytes and headers to events: verify, then parse, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import Protocol, cast

from shipwake.config import Adapter, kinds
from shipwake.domain import BadInputError, Event, Heard, ShipwakeError

ROOM = "intake"
FORMS = "shipwake.intake.fields.forms"
"""Loaded by name, since what lies behind the door needs the errors that stand in it."""


class RefusedError(ShipwakeError):
    """A delivery is not from whom it says: check that the secret here and at the sender is the same."""


class UnreadableError(BadInputError):
    """A delivery is not of the form that its sender promises; it is kept with this reason."""


class Intake(Protocol):
    """One sender's form. Both methods are pure: the same delivery gives the same, and nothing is called."""

    def verify(self, heard: Heard) -> None:
        """Raise RefusedError unless the raw bytes carry a right signature."""
        ...

    def events(self, heard: Heard) -> Sequence[Event]:
        """What it says; empty where it is of no use to us. Raises UnreadableError where it cannot be read."""
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a sender expects to be answered at once, where that is not our own answer."""

    status: int = 200
    body: str = ""
    media_type: str = "text/plain"


class Receipted(Protocol):
    """An intake whose sender wants an answer of a form of its own."""

    def receipt(self, heard: Heard) -> Receipt:
        """The answer to a verified delivery; as pure as the rest."""
        ...


def connect(adapter: Adapter) -> Intake:
    """The intake of a configured hook; raises UnknownKindError that lists the known ones."""
    return cast("Intake", kinds.load(ROOM, adapter.kind).connect(adapter))


def known() -> list[str]:
    """Every kind that can be configured."""
    return kinds.known(ROOM)


def plain_event(stated: object, *, received: datetime | None) -> Event:
    """One change in our own form, as decoded from JSON; see `shipwake.intake.plain.facts_of`."""
    return cast("Event", kinds.load(ROOM, "plain").facts_of(stated, received))


def fields_of(heard: Heard) -> dict[str, object]:
    """The fields of a body of JSON, of a form or of parts; raises UnreadableError where it is none of them."""
    return cast("dict[str, object]", import_module(FORMS).fields_of(heard))


def without(heard: Heard, name: str) -> tuple[str, Heard]:
    """The text of one such field, and the delivery as it would be had it not been sent; raises UnreadableError."""
    return cast("tuple[str, Heard]", import_module(FORMS).without(heard, name))
