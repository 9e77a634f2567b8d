"""What a change's page says, ready to be shown: words and numbers only, nothing left to decide."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.web.charts import Plot
from shipwake.web.charts.strip import Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A term and what holds for it, with a link where there is more."""

    term: str
    text: str
    url: str = ""
    link: str = ""
    code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One indicator with its chart; `at` is when the words were true."""

    key: str
    sli: str
    word: str
    title: str
    moved: str
    expected: str
    likely: str
    outside: str
    caption: str
    table_url: str
    json_url: str
    at: datetime
    plot: Plot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """A row of the folded table: an indicator that did not move."""

    sli: str
    url: str
    before: str
    after: str
    expected: str
    notice: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """A cause that fits, with its share in whole per cent; `other` is "something else"."""

    name: str
    url: str
    own: bool
    other: bool
    at: datetime | None
    percent: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One line of the timeline: a verdict's shape, a kind's glyph, or a dot."""

    at: datetime
    text: str
    strong: str = ""
    word: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The lines of one day."""

    label: str
    events: tuple[Happened, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sha:
    """A commit as the page lists it."""

    sha: str
    title: str
    author: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """Another change of about that time."""

    at: datetime
    kind: str
    title: str
    of: str
    word: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """One line of the conversation; `ours` are the lines about what was told to whom."""

    at: datetime
    text: str
    ours: bool = False
    author: str = ""
    initial: str = ""
    tag: str = ""
    via: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One recipient in one channel: `told`, `waiting` or `not told`.

    `word` was told `at` (empty and None: nothing was yet); `newer` is a word that was not told since, where there is
    one; `again` is when the next try is, `why` the reason of the last failure, with what to do.
    """

    whom: str
    channel: str
    state: str
    word: str
    at: datetime | None
    newer: str
    again: datetime | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A verdict of the past, as it was given."""

    seq: int
    at: datetime
    word: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """The whole page."""

    id: str
    seq: int
    title: str
    short: str
    service: str
    service_url: str
    kind: str
    what: str
    authors: str
    initial: str
    at: datetime | None
    live_words: str
    age: str
    facts: tuple[str, ...]
    word: str
    sentence: str
    sure: str
    doubt: str
    standing: str
    said_at: datetime
    lead: Panel | None
    knowing: tuple[Fact, ...]
    moved: tuple[Panel, ...]
    suspects_title: str
    suspects: tuple[Suspected, ...]
    days: tuple[Day, ...]
    contents: tuple[Fact, ...]
    commits_title: str
    commits: tuple[Sha, ...]
    near: tuple[Near, ...]
    blind: tuple[Fact, ...]
    normal_title: str
    normal_note: str
    normal_open: bool
    normal: tuple[Normal, ...]
    marks: tuple[Mark, ...]
    looks_note: str
    verdicts: tuple[Spoken, ...]
    told: tuple[Told, ...]
    told_note: str
    talk: tuple[Talk, ...]
    reply_url: str
    raw_url: str
    newer_url: str
    older_url: str
    you: str
    of: str
    """The service whose team may reply; empty where it is not ours yet."""
