"""What the list of changes says, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.charts.band import Band
from shipwake.web.charts.strip import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many changes have a word."""

    word: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A filter to choose or to take away; `word` gives it a verdict's shape."""

    label: str
    url: str
    word: str = ""
    count: int | None = None
    on: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Menu:
    """Several filters of one kind."""

    label: str
    options: tuple[Pick, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """What is true where there is nothing to list, and the one thing to do."""

    title: str
    text: str = ""
    command: str = ""
    copy: str = ""
    url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change in the list."""

    id: str
    url: str
    at: datetime
    age: str
    kind: str
    title: str
    of: str
    service: str
    environment: str
    authors: str
    replies: int
    why: str
    marks: tuple[Mark, ...]
    word: str
    standing: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListView:
    """The whole page; `band_late` is the shorter band that a phone shows, `newest` the last verdict counted in."""

    state: str
    state_word: str
    under: str
    tally: tuple[Tally, ...]
    band_title: str
    band_late_title: str
    band: Band | None
    band_late: Band | None
    chips: tuple[Pick, ...]
    filters: tuple[Pick, ...]
    menus: tuple[Menu, ...]
    rows: tuple[Row, ...]
    next_url: str
    first_url: str
    first_hour: bool
    empty: Empty
    newest: str
    indicators: str
