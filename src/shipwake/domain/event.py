"""One thing heard from a sender, and what it says of a change; an Event never decides, it only reports."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shipwake.domain.instant import utc
from shipwake.domain.notice import Reply
from shipwake.domain.people import Commit, Exposure, Link, Person


class ChangeKind(StrEnum):
    """What kind of thing was changed."""

    DEPLOY = "deploy"
    FLAG = "flag"
    INFRASTRUCTURE = "infrastructure"
    CONFIG = "config"
    DATABASE = "database"
    DEPENDENCY = "dependency"
    EXTERNAL = "external"
    MANUAL = "manual"


class Says(StrEnum):
    """What an event reports."""

    LIVE = "live"
    """Something went live at `at` (for a ramp: its exposure)."""
    STARTED = "started"
    """It is on its way; not live yet."""
    FAILED = "failed"
    """Nothing went live."""
    ENDED = "ended"
    """It was replaced, or its rollout is complete."""
    CONTEXT = "context"
    """Adds to what is known of a revision: commits, pull requests, builds."""
    PING = "ping"
    """The sender is connected; there is nothing more to it."""
    REPLY = "reply"
    """Somebody answered what they were told: `reply` says what, and no change is made of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What one event says of a change; everything may be absent.

    `id` is the sender's own id for the change (ours, for the plain form); `thread` groups the events of one
    rollout where the sender has such an id (GitHub: repository id and deployment id).
    `service` is a name the sender gave; `repository` is `owner/name`; both are mapped by flow.join.
    """

    id: str = ""
    thread: str = ""
    kind: ChangeKind = ChangeKind.DEPLOY
    service: str = ""
    repository: str = ""
    environment: str = ""
    title: str = ""
    revision: str = ""
    previous_revision: str = ""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    exposure: tuple[Exposure, ...] = ()
    authors: tuple[Person, ...] = ()
    commits: tuple[Commit, ...] = ()
    links: tuple[Link, ...] = ()
    tags: tuple[str, ...] = ()
    affects: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    judge: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One statement of one sender. `(source, key)` is its identity: the same twice has one effect."""

    source: str
    key: str
    says: Says
    at: datetime
    received: datetime
    text: str
    """One line, in words, for the page "what we heard"."""
    facts: Facts = field(default_factory=Facts)
    reply: Reply | None = None
    clock_doubted: bool = False
    """The sender's time could not be meant, so `at` is the time of receipt."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "at", utc(self.at))
        object.__setattr__(self, "received", utc(self.received))


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The raw bytes and headers of one delivery; header names are lower case.

    Under `:path` stands the path it came to, for senders that say there what they speak of.
    """

    kind: str
    source: str
    headers: dict[str, str]
    body: bytes
    received: datetime
