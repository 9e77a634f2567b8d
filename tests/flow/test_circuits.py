"""A source that fails is left alone and tried once; looks wait for it in the store and end in words, not in silence."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shipwake.domain import Health, Reason, Samples, Sli
from shipwake.flow import Breaker, Guarded, Kept
from shipwake.flow.circuits import FIRST, LONGEST, OBEYED, TOLERATED, TRYING
from shipwake.flow.learn import learn_ahead
from shipwake.flow.loop import AHEAD
from shipwake.sources import SourceError
from shipwake.store import Circuit, Flow
from tests.flow.town import ALICE, MINUTE, START, Town, town

SECOND = timedelta(seconds=1)
SLI = Sli(name="load", source="prom")


@dataclass
class Moody:
    """A source that answers or fails as it is told, and counts how often it was asked."""

    error: SourceError | None = None
    asked: int = 0
    parallel: int = 2
    slis: list[str] = field(default_factory=list)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """Nothing at all, or the failure."""
        self.asked += 1
        self.slis.append(sli.name)
        if self.error is not None:
            raise self.error
        return Samples.nothing(start, MINUTE, 1)


def _down(retry_after: timedelta | None = None, *, permanent: bool = False) -> SourceError:
    return SourceError("prom: refused", permanent=permanent, retry_after=retry_after)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town with a quiet past."""
    with town(tmp_path) as made:
        yield made


def _guarded(here: Town, source: Moody) -> Guarded:
    """The source behind a circuit of one worker that waits as long as it may."""
    breaker = Breaker("prom", here.river.store, here.clock, wait=lambda seconds: seconds, known_s=0)
    return Guarded(source, breaker)


def _ask(guarded: Guarded) -> bool:
    try:
        guarded.samples(SLI, START, START + MINUTE)
    except SourceError:
        return False
    return True


def _stands(here: Town) -> Circuit | None:
    with here.river.store.read() as tx:
        return tx.circuits.all().get("prom")


def test_it_is_left_alone_after_a_few_failures(here: Town) -> None:
    """The third failure in a row ends the asking, and the store says why and until when."""
    moody = Moody(_down())
    guarded = _guarded(here, moody)
    for _ in range(10):
        _ask(guarded)

    stands = _stands(here)
    assert moody.asked == TOLERATED
    assert stands is not None
    assert (stands.flow, stands.failures, stands.why) == (Flow.OPEN, TOLERATED, "prom: refused")
    assert stands.until == here.clock.now() + FIRST


def test_the_wait_grows_and_is_bounded(here: Town) -> None:
    """Each try that fails doubles the wait, up to ten minutes; in each wait it is asked once."""
    moody = Moody(_down())
    guarded = _guarded(here, moody)
    waits = []
    for _ in range(12):
        for _ in range(5):
            _ask(guarded)
        stands = _stands(here)
        assert stands is not None
        assert stands.until is not None
        waits.append(stands.until - here.clock.now())
        here.clock.set(stands.until)

    assert waits[:4] == [FIRST, 2 * FIRST, 4 * FIRST, 8 * FIRST]
    assert waits[-1] == LONGEST
    assert moody.asked == TOLERATED + 11


@pytest.mark.parametrize(
    ("asked", "obeyed"), [(40 * SECOND, 40 * SECOND), (timedelta(days=1), OBEYED)]
)
def test_retry_after_is_obeyed_at_once(here: Town, asked: timedelta, obeyed: timedelta) -> None:
    """One refusal that says when to come back is enough, and no proxy blinds us for longer than an hour."""
    moody = Moody(_down(asked))
    _ask(_guarded(here, moody))

    stands = _stands(here)
    assert stands is not None
    assert (stands.flow, stands.until) == (Flow.OPEN, here.clock.now() + obeyed)


def test_a_wrong_question_leaves_it_open_to_others(here: Town) -> None:
    """What is wrong with one question, for ever, is no reason to ask no other; it is noted all the same."""
    moody = Moody(_down(permanent=True))
    guarded = _guarded(here, moody)
    for _ in range(10):
        _ask(guarded)

    stands = _stands(here)
    assert moody.asked == 10
    assert stands is not None
    assert (stands.flow, stands.why) == (Flow.CLOSED, "prom: refused")


def test_one_worker_tries_and_all_know(here: Town) -> None:
    """Of two workers one asks when the time has come; when that is answered, both ask again."""
    moody = Moody(_down())
    one, other = _guarded(here, moody), _guarded(here, moody)
    for _ in range(TOLERATED):
        _ask(one)
    here.clock.advance(FIRST)
    asked = moody.asked
    assert one.breaker.enter()
    assert not _ask(other)
    assert moody.asked == asked

    one.breaker.answered(0.2, tried=True)
    moody.error = None
    stands = _stands(here)
    assert _ask(other)
    assert stands is not None
    assert (stands.flow, stands.median_s, stands.answered) == (Flow.CLOSED, 0.2, here.clock.now())


def test_a_worker_that_dies_while_it_tries_holds_up_nobody(here: Town) -> None:
    """A try of which nothing is heard ends by itself, and another worker has its turn."""
    moody = Moody(_down())
    one, other = _guarded(here, moody), _guarded(here, moody)
    for _ in range(TOLERATED):
        _ask(one)
    here.clock.advance(FIRST)
    assert one.breaker.enter()
    here.clock.advance(TRYING)
    moody.error = None

    assert _ask(other)


def test_answers_are_not_written_down_one_by_one(here: Town) -> None:
    """A thousand answers cost one write."""
    guarded = _guarded(here, Moody())
    _ask(guarded)
    first = _stands(here)
    here.clock.advance(MINUTE)
    for _ in range(1000):
        _ask(guarded)

    assert _stands(here) == first


def _moved(here: Town, moody: Moody) -> Town:
    """The town with checkout's latency at a source of that mood."""
    slis = tuple(
        replace(s, source="prom") if s.name == "checkout latency" else s
        for s in here.river.config.slis
    )
    river = replace(
        here.river,
        config=replace(here.river.config, slis=slis),
        sources={
            **here.river.sources,
            "prom": Kept(_guarded(here, moody), here.river.store, "x"),
        },
    )
    return replace(here, river=river)


def test_looks_at_a_source_left_alone_end_in_words(here: Town) -> None:
    """Without being asked, it is `unknown: source error` at the deadline, with the reason, and errors are judged."""
    moody = Moody(_down(timedelta(days=1)))
    here = _moved(here, moody)
    _ask(_guarded(here, moody))
    asked = moody.asked
    change = here.deploys(ALICE, "a1")
    here.minutes(3)
    with here.river.store.read() as tx:
        early = tx.verdicts.assessment(change, "checkout latency")
    here.minutes(2)
    with here.river.store.read() as tx:
        found = tx.verdicts.assessment(change, "checkout latency")
        errors = tx.verdicts.assessment(change, "checkout errors")

    assert early is None
    assert found is not None
    assert (found.health, found.reason) == (Health.UNKNOWN, Reason.SOURCE_ERROR)
    assert "left alone until" in found.detail
    assert "prom: refused" in found.detail
    assert errors is not None
    assert errors.reason is not Reason.SOURCE_ERROR
    # Learning for the other source's look may have tried it; no look of its own did.
    assert moody.asked == asked


def test_a_long_retry_after_is_no_silence(here: Town) -> None:
    """A source that asks to be left alone for a day is said to be unknown at the look's own deadline."""
    moody = Moody(_down(timedelta(days=1)))
    here = _moved(here, moody)
    change = here.deploys(ALICE, "a1")
    here.minutes(5)

    with here.river.store.read() as tx:
        found = tx.verdicts.assessment(change, "checkout latency")
    assert found is not None
    assert found.reason is Reason.SOURCE_ERROR


def test_a_level_is_kept_only_where_each_source_answered(here: Town) -> None:
    """What evidence is held against is not settled while a source that may come back is away."""
    moody = Moody(_down())
    here = _moved(here, moody)
    change = here.deploys(ALICE, "a1")
    assert not learn_ahead(here.river, AHEAD)
    with here.river.store.read() as tx:
        away = tx.levels.get(change)
    moody.error = None
    here.clock.advance(MINUTE)
    assert learn_ahead(here.river, AHEAD)
    with here.river.store.read() as tx:
        back = tx.levels.get(change)

    assert away is None
    assert back is not None
