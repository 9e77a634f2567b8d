"""What the page of sources says: how each stands, in words, with what is missed and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shipwake.domain import Health, Notice, Sli
from shipwake.store import Circuit, Flow, Post, Queued
from shipwake.web.pages.sources_view import SourcesView
from shipwake.web.pages.sourcing import Known, Material, build

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
CLOSED = Circuit(
    source="prom",
    flow=Flow.CLOSED,
    since=NOW - 60 * MINUTE,
    answered=NOW - 20 * SECOND,
    median_s=0.034,
)
OPEN = replace(
    CLOSED,
    flow=Flow.OPEN,
    since=NOW - 42 * MINUTE,
    until=NOW + 39.5 * SECOND,
    failures=5,
    trips=2,
    answered=NOW - 43 * MINUTE,
    failed=NOW - MINUTE,
    why="POST http://prom: Connection refused",
)
NOTICE = Notice(
    change="c",
    recipient="alice@example.com",
    channel="slack",
    revision=1,
    health=Health.HEALTHY,
    lines=("x",),
    at=NOW - 5 * MINUTE,
)
QUEUED = Queued(notice=NOTICE, attempts=1, ref=None)


def _view(
    circuit: Circuit | None,
    *,
    waiting: tuple[Queued, ...] = (),
    newest: tuple[Queued, ...] = (),
    pushed: datetime | None = NOW - MINUTE,
) -> SourcesView:
    return build(
        Material(
            sources=(
                Known(name="prom", kind="prometheus"),
                Known(name="push", kind="push", remote=False),
            ),
            channels=(Known(name="slack", kind="slack"),),
            slis=(Sli(name="errors", source="prom"), Sli(name="load", source="push")),
            circuits={"prom": circuit} if circuit else {},
            pushed=pushed,
            waiting=waiting,
            newest=newest,
            most=1000,
            now=NOW,
        )
    )


def _sentence(view: SourcesView) -> str:
    return "".join(p.text for p in view.sentence)


@pytest.mark.parametrize(
    ("circuit", "word", "state", "text"),
    [
        (None, "unknown", "not asked yet", "It is asked when a look needs it."),
        (CLOSED, "healthy", "answers", ""),
        (
            replace(CLOSED, failed=NOW - 5 * SECOND, why="answered 422"),
            "ailing",
            "errors",
            "It is asked all the same.",
        ),
        (
            OPEN,
            "unhealthy",
            "left alone",
            "Asked again in 40 s; since 09:18, after 5 failures.",
        ),
        (
            replace(OPEN, until=NOW - SECOND),
            "unhealthy",
            "left alone",
            "Asked again when a look needs it; since 09:18, after 5 failures.",
        ),
        (
            replace(OPEN, flow=Flow.HALF_OPEN),
            "unhealthy",
            "being tried",
            "Left alone since 09:18, after 5 failures; one question tries it now.",
        ),
    ],
)
def test_a_source_stands_in_words(
    circuit: Circuit | None, word: str, state: str, text: str
) -> None:
    """Each state of a circuit has its words: when it is asked again, and since when it is not."""
    found = _view(circuit).sources[0]

    assert (found.word, found.state, found.text, found.slis) == (word, state, text, 1)


def test_what_is_missed_is_said_first() -> None:
    """A source that is away leads the page, and what that means for verdicts stands under it."""
    view = _view(OPEN)

    assert _sentence(view) == "prom does not answer, 1 other does."
    assert view.silent == ("prom has not answered for 43 min; verdicts that need it are unknown.",)
    assert view.sources[0].error == "POST http://prom: Connection refused"
    assert view.sources[0].median == "34 ms"


def test_where_nothing_is_missed_it_says_so() -> None:
    """Without trouble there is one calm sentence."""
    view = _view(CLOSED)

    assert _sentence(view) == "2 sources, and nothing is missed."
    assert view.silent == ()


def test_pushed_samples_that_stopped_are_missed() -> None:
    """A push that has been silent for long is named with how long."""
    view = _view(CLOSED, pushed=NOW - 42 * MINUTE)

    assert view.silent == ("push has sent nothing for 42 min; verdicts that need it are unknown.",)


def test_a_channel_that_takes_nothing_says_what_waits() -> None:
    """Notices that were tried and wait stand with their number, their age and the last error."""
    told = replace(QUEUED, post=Post.SENT, sent_at=NOW - 30 * MINUTE)
    view = _view(CLOSED, waiting=(replace(QUEUED, why="answered 503"),), newest=(told,))
    (channel,) = view.channels

    assert (channel.word, channel.state, channel.waiting) == ("unhealthy", "takes nothing", 1)
    assert channel.text == "1 notice waits, the oldest of 09:55; each is tried again by itself."
    assert (channel.told, channel.error) == (NOW - 30 * MINUTE, "answered 503")
    assert "1 notice waits for slack." in _sentence(view)


def test_without_any_source_there_is_one_thing_to_do() -> None:
    """An empty page says what to connect."""
    view = build(
        Material(
            sources=(),
            channels=(),
            slis=(),
            circuits={},
            pushed=None,
            waiting=(),
            newest=(),
            most=1000,
            now=NOW,
        )
    )

    assert _sentence(view) == "No source is connected."
    assert view.empty is not None
