"""The values of the API as they stand on the wire; names here are a promise, whatever the rooms rename inside."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from shipwake import domain
from shipwake.domain import ChangeKind, Health, Reason, ReplyKind, SliKind, State, Sure

Instant = Annotated[datetime, Meta(tz=True, description="RFC 3339 in UTC.")]
Share = Annotated[float, Meta(ge=0, le=1)]
T = TypeVar("T")


Name = Annotated[str, Meta(min_length=1, max_length=200)]
Title = Annotated[str, Meta(min_length=1, max_length=1000)]
Address = Annotated[str, Meta(pattern="^https?://")]
SAMPLE = {
    "type": "array",
    "prefixItems": [
        {
            "anyOf": [{"type": "number"}, {"type": "string", "format": "date-time"}],
            "description": "Seconds since 1970-01-01T00:00Z, or RFC 3339 with an offset.",
        },
        {"anyOf": [{"type": "number"}, {"type": "null"}]},
        {"anyOf": [{"type": "number"}, {"type": "null"}]},
    ],
    "minItems": 2,
    "maxItems": 3,
}
"""JSON schema of one sample."""


class Shape(msgspec.Struct, kw_only=True):
    """Every shape is built by name."""


class Person(Shape):
    """Somebody as a sender named them."""

    name: str
    email: str
    login: str
    bot: bool


class Commit(Shape):
    """One commit of a change; `sha` may be short."""

    sha: str
    title: str
    author: Person | None
    at: Instant | None
    url: str


class Link(Shape):
    """A pull request, issue, build or page."""

    kind: str
    title: str
    url: str
    number: str


class Exposure(Shape):
    """From `at` on, `share` of production sees the change."""

    at: Instant
    share: Share


class Finding(Shape):
    """One indicator's word within a verdict."""

    sli: str
    health: Health
    reason: Reason
    look: int
    words: str
    detail: str


class Suspect(Shape):
    """A change that overlaps, with its share of the blame; `change` is empty for something else."""

    change: str
    name: str
    share: Share
    why: str
    at: Instant | None


class Verdict(Shape):
    """The health of a change as of one look; appended, never edited. `seq` counts within the change from 1."""

    change: str
    seq: int
    at: Instant
    health: Health
    reason: Reason
    sure: Sure
    sentence: str
    doubt: str
    power: str
    standing: str
    findings: tuple[Finding, ...]
    suspects: tuple[Suspect, ...]
    next_look: Instant | None
    onset: Instant | None


class Effect(Shape):
    """How far an indicator moved, in its unit, with a 95 % interval; upward is positive."""

    estimate: float
    low: float
    high: float
    relative: float | None
    unit: str


class Band(Shape):
    """Where the mean of the judged samples was expected."""

    low: float
    high: float


class Onset(Shape):
    """When the move began, with an interval."""

    at: Instant
    low: Instant
    high: Instant


class Assessment(Shape):
    """The newest look at one SLI of a change; `p_worse` and `p_better` hold over the whole watch."""

    sli: str
    look: int
    at: Instant
    anchor: Instant
    health: Health
    reason: Reason
    p_worse: float
    p_better: float
    level: float
    effect: Effect | None
    expected: Band | None
    before: float | None
    after: float | None
    onset: Onset | None
    recovered_at: Instant | None
    noticeable: float | None
    noticeable_relative: float | None
    excess: float | None
    seen: int
    wanted: int
    late_s: float
    detail: str


class Reply(Shape):
    """One thing a person said of a change."""

    id: str
    change: str
    at: Instant
    author: str
    kind: ReplyKind
    text: str
    via: str


class NewPerson(Shape, forbid_unknown_fields=True):
    """Somebody who made a change; at least one of name, email and login."""

    name: Name | UnsetType = UNSET
    email: Name | UnsetType = UNSET
    login: Name | UnsetType = UNSET
    bot: bool | UnsetType = UNSET


class NewCommit(Shape, forbid_unknown_fields=True):
    """One commit of a change."""

    sha: Name
    title: Title | UnsetType = UNSET
    author: NewPerson | Name | UnsetType = UNSET
    at: Instant | UnsetType = UNSET
    url: Address | UnsetType = UNSET


class NewLink(Shape, forbid_unknown_fields=True):
    """Where to read more; at least one of title, url and number."""

    kind: Literal["pull request", "issue", "build", "page"] | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    url: Address | UnsetType = UNSET
    number: Name | UnsetType = UNSET


class NewChange(Shape, forbid_unknown_fields=True):
    """What you tell of a change; everything may be absent, nothing may be empty. The same `id` again amends it."""

    id: Name | UnsetType = UNSET
    kind: ChangeKind | UnsetType = UNSET
    state: Literal["planned", "live", "failed"] | UnsetType = UNSET
    service: Name | UnsetType = UNSET
    environment: Name | UnsetType = UNSET
    repository: Name | UnsetType = UNSET
    at: Instant | UnsetType = UNSET
    title: Title | UnsetType = UNSET
    revision: Name | UnsetType = UNSET
    previous_revision: Name | UnsetType = UNSET
    started_at: Instant | UnsetType = UNSET
    ended_at: Instant | UnsetType = UNSET
    exposure: tuple[Exposure, ...] | UnsetType = UNSET
    authors: tuple[NewPerson | Name, ...] | UnsetType = UNSET
    commits: tuple[NewCommit, ...] | UnsetType = UNSET
    links: tuple[NewLink, ...] | UnsetType = UNSET
    tags: tuple[Name, ...] | UnsetType = UNSET
    affects: tuple[Name, ...] | UnsetType = UNSET
    judge: bool | UnsetType = UNSET


class NewReply(Shape, forbid_unknown_fields=True, omit_defaults=True):
    """What you say of a change; `text` may be empty for all kinds but `comment`."""

    kind: ReplyKind = ReplyKind.COMMENT
    text: Annotated[str, Meta(max_length=10_000)] = ""
    author: Annotated[str, Meta(max_length=200)] = ""
    via: Annotated[str, Meta(max_length=50)] = "api"


class Samples(Shape, forbid_unknown_fields=True):
    """Samples of one SLI, each `[time, value]`, or `[time, part, total]` for a ratio."""

    sli: str
    samples: Annotated[list[Any], Meta(extra_json_schema={"items": SAMPLE})]


class Row(Shape):
    """A change as the list shows it."""

    id: str
    kind: ChangeKind
    state: State
    service: str
    environment: str
    heard_service: str
    heard_environment: str
    mapped: bool
    title: str
    revision: str
    at: Instant | None
    authors: tuple[Person, ...]
    rolls_back: str
    health: Health | None
    sentence: str
    replies: int
    url: str


class Change(Row, kw_only=True):
    """A change whole, with its newest verdict and the newest assessment of each SLI."""

    repository: str
    previous_revision: str
    started_at: Instant | None
    ended_at: Instant | None
    exposure: tuple[Exposure, ...]
    commits: tuple[Commit, ...]
    links: tuple[Link, ...]
    tags: tuple[str, ...]
    affects: tuple[str, ...]
    judge: bool
    verdict: Verdict | None
    assessments: tuple[Assessment, ...]


class Sli(Shape):
    """What is measured, and when it last arrived (pushed SLIs only)."""

    name: str
    service: str
    environment: str
    kind: SliKind
    source: str
    step_s: float | None
    better: domain.Better
    unit: str
    objective: float | None
    required: bool
    last_sample_at: Instant | None


class Pushed(Shape):
    """How many samples were stored, and how many were left out for which reason."""

    stored: int
    left_out: dict[str, int]


class Changes(Shape):
    """One page of changes, newest first; `next` is the cursor of the following page, null on the last."""

    data: tuple[Row, ...]
    next: str | None
    counts: dict[Health, int]
    """How many changes of this filter (its own `health` left aside) have each health, over all pages."""
    unjudged: int
    """How many have no verdict yet."""
    capped: bool
    """Whether only the newest 10,000 were counted."""


class Verdicts(Shape):
    """All verdicts of a change, oldest first."""

    data: tuple[Verdict, ...]


class Replies(Shape):
    """All replies to a change, oldest first."""

    data: tuple[Reply, ...]


class Slis(Shape):
    """All SLIs that are configured."""

    data: tuple[Sli, ...]


class Word(Shape):
    """The gate's answer. `ok` only when healthy or improved; `conclusive` is false while it is unknown."""

    ok: bool
    health: Health
    conclusive: bool
    reason: str
    change: str


class Gate(Shape):
    """What pipelines and rollout controllers ask for."""

    data: Word


class Alive(Shape):
    """The server answers and its store can be read."""

    status: str
    version: str


class Heard(Shape):
    """A delivery was taken; `delivery` is its number here."""

    title: str
    detail: str
    delivery: int | None


def of(shape: type[T], value: Any) -> T:  # noqa: ANN401 - any value of the domain
    """`value` as that shape, attribute by attribute."""
    return msgspec.convert(value, shape, from_attributes=True)
