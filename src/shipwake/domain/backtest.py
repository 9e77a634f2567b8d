"""What a backtest found: how the judge would have spoken on a team's own past, and how often without a cause."""

from dataclasses import dataclass
from datetime import datetime

from shipwake.domain.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """`count` of `of`; the true share lies from `low` to `high` with 95 % confidence."""

    count: int
    of: int
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """The smallest steady step for the worse that was called so by `samples` samples, four times in five.

    `after_s` is the time of so many samples, `size` the step in the SLI's unit and `relative` the same as a share of
    its usual level; both None where not even `largest` was seen so often. Steps were tried at `moments` moments.
    """

    samples: int
    after_s: float
    size: float | None
    relative: float | None
    largest: float
    moments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SliPast:
    """One SLI: of `changes` past changes it was judged on, how many it was called worse and improved under.

    `unknown` of them could never be judged by it. The false portions are of placebo moments. `notice` is what is
    proposed, as it is written in the configuration, empty for none; `why` says what stands in the way of an answer.
    """

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
    sights: tuple[Sight, ...] = ()
    notice: str = ""
    notice_now: str = "auto"
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacePast:
    """One service in one environment; portions are of placebo moments at which any of its SLIs was called so."""

    service: str
    environment: str
    slis: int
    changes: int
    worse: int
    improved: int
    unknown: int
    false_worse: Portion
    false_improved: Portion


@dataclass(frozen=True, slots=True, kw_only=True)
class PastMessage:
    """A past change that would have brought a message: the worst word said of it, and when it was first said."""

    change: str
    name: str
    service: str
    environment: str
    at: datetime
    health: Health
    said_at: datetime
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """The `caution` that is proposed. `false_now` and `false_then` are false messages a month, now and with it."""

    caution: float
    false_now: float
    false_then: float
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backtest:
    """The judge on the past from `since` to `until`, as of `at`, under the `caution` that was set then.

    Of `changes`, `told` would have brought a message: `worse` for the worse, `improved` for the better, some both.
    `messages` are the newest of them. `monthly` is how many changes a month
    there were; where the past is shorter than a week, how many there were at all.
    """

    at: datetime
    since: datetime
    until: datetime
    took_s: float
    caution: float
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
    messages: tuple[PastMessage, ...] = ()
    missing: tuple[str, ...] = ()
    """SLIs that were asked for and could not be read, each with its reason."""
