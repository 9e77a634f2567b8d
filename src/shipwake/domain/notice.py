"""Words for one recipient about one change, and what people say back, beside a verdict, never over it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shipwake.domain.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What one recipient is told of a change; `(change, channel, recipient)` is its key, `revision` a verdict's seq.

    `lines` are at most three, the verdict's word within the first 40 characters. `thread_line` is a line that also goes
    under the message, since an edit rings no bell: only when it got worse or recovered.
    """

    change: str
    recipient: str
    channel: str
    revision: int
    health: Health
    lines: tuple[str, ...]
    at: datetime
    url: str = ""
    thread_line: str = ""

    @property
    def key(self) -> str:
        """The same for every revision of this message."""
        return f"{self.change}|{self.channel}|{self.recipient}"


@dataclass(frozen=True, slots=True)
class Ref:
    """Where a channel keeps a message that was put there; opaque to all but its teller."""

    value: str


class ReplyKind(StrEnum):
    """What somebody says of a verdict."""

    COMMENT = "comment"
    SEEN = "seen"
    EXPECTED = "expected"
    NOT_MINE = "not mine"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One thing a person said of a change, on a page or in a channel."""

    id: str
    change: str
    at: datetime
    author: str
    kind: ReplyKind
    text: str = ""
    via: str = "page"
