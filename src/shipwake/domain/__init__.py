"""The words of shipwake: frozen values and the rules about them that are always true; no input, output or clock."""

from shipwake.domain.assessment import Assessment, Band, Effect, Evidence, Onset
from shipwake.domain.backtest import (
    Advice,
    Backtest,
    PastMessage,
    PlacePast,
    Portion,
    Sight,
    SliPast,
)
from shipwake.domain.change import Change, State, in_order, merge
from shipwake.domain.errors import BadInputError, NaiveTimeError, NotFoundError, ShipwakeError
from shipwake.domain.event import ChangeKind, Event, Facts, Heard, Says
from shipwake.domain.health import EXIT_CODES, WORST_FIRST, Health, Reason, worst
from shipwake.domain.instant import believable, from_epoch, parse_rfc3339, rfc3339, utc
from shipwake.domain.notice import Notice, Ref, Reply, ReplyKind
from shipwake.domain.people import Commit, Contents, Exposure, Link, Person
from shipwake.domain.rate import SPANS, Rate
from shipwake.domain.samples import Floats, Samples, Slot, States
from shipwake.domain.sli import Better, NoticeSize, Sli, SliKind
from shipwake.domain.verdict import Finding, Sure, Suspect, Verdict
from shipwake.domain.watch import HISTORY, Look, Schedule, next_look, planned

__all__ = [
    "EXIT_CODES",
    "HISTORY",
    "SPANS",
    "WORST_FIRST",
    "Advice",
    "Assessment",
    "Backtest",
    "BadInputError",
    "Band",
    "Better",
    "Change",
    "ChangeKind",
    "Commit",
    "Contents",
    "Effect",
    "Event",
    "Evidence",
    "Exposure",
    "Facts",
    "Finding",
    "Floats",
    "Health",
    "Heard",
    "Link",
    "Look",
    "NaiveTimeError",
    "NotFoundError",
    "Notice",
    "NoticeSize",
    "Onset",
    "PastMessage",
    "Person",
    "PlacePast",
    "Portion",
    "Rate",
    "Reason",
    "Ref",
    "Reply",
    "ReplyKind",
    "Samples",
    "Says",
    "Schedule",
    "ShipwakeError",
    "Sight",
    "Sli",
    "SliKind",
    "SliPast",
    "Slot",
    "State",
    "States",
    "Sure",
    "Suspect",
    "Verdict",
    "believable",
    "from_epoch",
    "in_order",
    "merge",
    "next_look",
    "parse_rfc3339",
    "planned",
    "rfc3339",
    "utc",
    "worst",
]
