"""What to measure: a named query on a source for a service and environment, and which way is better."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum


class SliKind(StrEnum):
    """How an SLI's samples are made."""

    GAUGE = "gauge"
    RATIO = "ratio"
    COUNT = "count"


class Better(StrEnum):
    """Which way is better; EITHER means that any move counts as worse."""

    LOWER = "lower"
    HIGHER = "higher"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class NoticeSize:
    """The smallest move that matters: `relative` (0.1 is 10 %) or `absolute` in the SLI's unit; neither means auto."""

    relative: float | None = None
    absolute: float | None = None

    @property
    def auto(self) -> bool:
        """Whether the judge states what it could have seen instead of being told what matters."""
        return self.relative is None and self.absolute is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sli:
    """One service level indicator.

    A ratio is kept as two counts, (part, total); `good` says that the part counts good events, so that the shown ratio
    is part/total either way and `better` decides. `step` None: the source's own (a file's median step).
    `unit` is how numbers are shown; a ratio with unit "%" is shown as 100 × part/total.
    """

    name: str
    service: str = ""
    environment: str = ""
    kind: SliKind = SliKind.GAUGE
    source: str = "push"
    step: timedelta | None = None
    better: Better = Better.EITHER
    unit: str = ""
    notice: NoticeSize = field(default_factory=NoticeSize)
    objective: float | None = None
    required: bool = False
    good: bool = False
    query: dict[str, str] = field(default_factory=dict)
    detector: str = ""

    @property
    def columns(self) -> int:
        """Numbers a sample: 2 for a ratio (part, total), else 1."""
        return 2 if self.kind is SliKind.RATIO else 1
