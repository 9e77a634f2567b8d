"""What the page of the backtest says, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.pages.change_view import Fact
from shipwake.web.pages.listing_view import Empty


@dataclass(frozen=True, slots=True, kw_only=True)
class Chance:
    """How many moments at which nothing changed were called so, and where the true share likely lies."""

    count: str
    likely: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestRow:
    """One SLI; `sizes` stand under the headings `afters` of the view."""

    name: str
    url: str
    of: str
    messages: str
    worse: Chance
    better: Chance
    sizes: tuple[str, ...]
    now: str
    notice: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """One service in one environment, whose SLIs are judged jointly."""

    name: str
    slis: int
    messages: str
    worse: Chance
    better: Chance


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One past change that would have brought a message."""

    at: datetime
    name: str
    of: str
    url: str
    word: str
    sentence: str
    said_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestView:
    """The whole page; of an `empty` one nothing else is shown."""

    sentence: str
    under: str
    at: datetime | None = None
    facts: tuple[Fact, ...] = ()
    advice: str = ""
    snippet: str = ""
    afters: tuple[str, ...] = ()
    rows: tuple[BacktestRow, ...] = ()
    places: tuple[PlaceRow, ...] = ()
    said: tuple[Said, ...] = ()
    said_note: str = ""
    empty: Empty | None = None
