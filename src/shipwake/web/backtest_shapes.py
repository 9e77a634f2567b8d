"""A backtest as it stands on the wire; the same promise as for the other shapes."""

from shipwake.domain import Health
from shipwake.web.shapes import Instant, Shape, Share


class Portion(Shape):
    """`count` of `of`; the true share lies from `low` to `high` with 95 % confidence."""

    count: int
    of: int
    low: Share
    high: Share


class Sight(Shape):
    """The smallest step for the worse that was called so within `after_s`; null where not even `largest` was."""

    samples: int
    after_s: float
    size: float | None
    relative: float | None
    largest: float
    moments: int


class SliPast(Shape):
    """One SLI in a backtest; the false portions are of moments at which nothing changed."""

    sli: str
    service: str
    environment: str
    unit: str
    changes: int
    worse: int
    improved: int
    unknown: int
    false_worse: Portion
    false_improved: Portion
    sights: tuple[Sight, ...]
    notice: str
    notice_now: str
    why: str


class PlacePast(Shape):
    """One service in one environment in a backtest; its SLIs are judged jointly."""

    service: str
    environment: str
    slis: int
    changes: int
    worse: int
    improved: int
    unknown: int
    false_worse: Portion
    false_improved: Portion


class PastMessage(Shape):
    """A past change that would have brought a message, its worst word and when it was first said."""

    change: str
    name: str
    service: str
    environment: str
    at: Instant
    health: Health
    said_at: Instant
    sentence: str


class Advice(Shape):
    """The caution that is proposed, with the false messages a month now and then."""

    caution: Share
    false_now: float
    false_then: float
    why: str


class Backtest(Shape):
    """The judge on the past from `since` to `until`; `monthly` changes a month."""

    at: Instant
    since: Instant
    until: Instant
    took_s: float
    caution: Share
    monthly: float
    changes: int
    told: int
    worse: int
    improved: int
    unknown: int
    false_worse: Portion
    false_improved: Portion
    false_either: Portion
    advice: Advice
    places: tuple[PlacePast, ...]
    slis: tuple[SliPast, ...]
    messages: tuple[PastMessage, ...]
    missing: tuple[str, ...]


class BacktestAnswer(Shape):
    """The newest backtest; `snippet` is what it proposes, as lines of shipwake.yaml."""

    data: Backtest
    snippet: str
