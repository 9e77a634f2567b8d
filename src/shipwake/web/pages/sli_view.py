"""What the pages of indicators say, ready to be shown."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.charts import Plot
from shipwake.web.charts.history import History
from shipwake.web.pages.change_view import Fact
from shipwake.web.pages.listing_view import Empty


@dataclass(frozen=True, slots=True, kw_only=True)
class SliRow:
    """One indicator in the list of all."""

    name: str
    url: str
    of: str
    word: str
    state: str
    now: str
    usual: str
    last: str
    change: str
    change_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlisView:
    """All indicators."""

    sentence: str
    word: str
    under: str
    rows: tuple[SliRow, ...]
    empty: Empty | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """One move of an indicator and the change it followed."""

    at: datetime
    from_to: str
    lasted: str
    change: str
    authors: str
    url: str
    word: str
    plot: Plot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SliView:
    """One indicator."""

    name: str
    service: str
    service_url: str
    facts: tuple[str, ...]
    word: str
    sentence: str
    under: str
    history_title: str
    history: History | None
    notices: tuple[Fact, ...]
    source: tuple[Fact, ...]
    moves: tuple[Moved, ...]
    no_moves: str
