"""The word on a whole change, its reasons, suspects and sentence; appended, never edited."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shipwake.domain.health import Health, Reason


class Sure(StrEnum):
    """How sure a verdict is, in words."""

    SURE = "sure"
    LIKELY = "likely"
    MAYBE = "maybe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """A change that overlaps, with its share of the blame (0 to 1); `change` is empty for "something else"."""

    change: str
    name: str
    share: float
    why: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One indicator's word within a verdict, ready to be read: `words` is e.g. "checkout errors 0.8 → 4.1 %"."""

    sli: str
    health: Health
    reason: Reason
    look: int
    words: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The health of a change as of one look. `seq` counts within the change from 1.

    `sentence` is the first line of the page; `doubt` says how sure and what would change it; `power` states what could
    have been noticed. `standing` is a sub-state in words: watching, not likely you, rolled back, superseded, recovered.
    """

    change: str
    seq: int
    at: datetime
    health: Health
    reason: Reason
    sure: Sure
    sentence: str
    doubt: str = ""
    power: str = ""
    standing: str = ""
    findings: tuple[Finding, ...] = ()
    suspects: tuple[Suspect, ...] = ()
    next_look: datetime | None = None
    onset: datetime | None = None
