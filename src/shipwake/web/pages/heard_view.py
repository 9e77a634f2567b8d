"""What the page of what was heard says, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.pages.listing_view import Empty, Pick


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrase:
    """A part of the first sentence, with a verdict's colour where it needs a person."""

    text: str
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of a sender's deliveries ended one way."""

    label: str
    count: int
    word: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One sender; `last` is None where nothing ever came from it."""

    name: str
    path: str
    last: datetime | None
    age: str
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A name that nobody here knows: the changes under it wait until it is mapped."""

    what: str
    heard: str
    text: str
    choices: tuple[str, ...]
    guess: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """A sender that has been quiet for longer than is usual for it."""

    text: str
    since: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One delivery, or one reason for which several were refused."""

    at: datetime
    sender: str
    what: str
    state: str
    word: str
    sign: str
    text: str
    body: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeardView:
    """The whole page."""

    sentence: tuple[Phrase, ...]
    under: str
    silent: tuple[Silence, ...]
    names: tuple[Unmapped, ...]
    senders: tuple[Sender, ...]
    chips: tuple[Pick, ...]
    rows: tuple[Delivery, ...]
    next_url: str
    empty: Empty | None
