"""What the page of sources and channels says, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.pages.heard_view import Phrase
from shipwake.web.pages.listing_view import Empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One source: `state` with a verdict's `word` for its colour, and `text` that says more.

    `answered` is when it last answered, or last sent something; `median` how long it takes. `slis` depend on it.
    """

    name: str
    kind: str
    word: str
    state: str
    text: str
    answered: datetime | None
    age: str
    median: str
    slis: int
    error: str = ""
    failed: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One channel: what waits to be told there, and how the last tries went."""

    name: str
    kind: str
    word: str
    state: str
    text: str
    waiting: int
    told: datetime | None
    age: str
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesView:
    """The whole page; `silent` are sentences on sources that verdicts miss."""

    sentence: tuple[Phrase, ...]
    under: str
    silent: tuple[str, ...]
    sources: tuple[Asked, ...]
    channels: tuple[Spoken, ...]
    empty: Empty | None
