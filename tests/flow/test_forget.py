"""What is kept for a time only goes when its time is over: a day's duty, in small transactions, on both databases."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from shipwake.config import Keep
from shipwake.domain import Heard
from shipwake.flow.duties import do, lease_duties, owe
from shipwake.flow.forget import BODIES, CHUNKS, FORGET, SAMPLES
from tests.flow.town import ALICE, START, Town, settings, town

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind; empty for a file of its own."""
    found: str = request.getfixturevalue("postgres_url") if request.param == "postgres" else ""
    return found


@contextmanager
def keeping(place: Path, database: str = "", **lengths: timedelta | None) -> Iterator[Town]:
    """A town that keeps things so long, and knows what it owes."""
    with town(place, replace(settings(), keep=Keep(**lengths)), database=database) as here:
        owe(here.river)
        yield here


def deliveries(here: Town) -> int:
    """How many are kept."""
    with here.river.store.read() as tx:
        return len(tx.heard.page().rows)


def first(here: Town) -> float:
    """How many days ago the oldest sample is."""
    with here.river.store.read() as tx:
        oldest = tx.samples.first("checkout latency")
    assert oldest is not None
    return (here.clock.now() - oldest) / DAY


def hear(here: Town, body: bytes, outcome: str) -> None:
    """One delivery, and what became of it."""
    with here.river.store.write() as tx:
        heard = Heard(kind="plain", source="x", headers={}, body=body, received=here.clock.now())
        id = tx.heard.keep(heard, body.decode())
        if outcome == "understood":
            tx.heard.understood(id, 1, "")
        elif outcome == "unreadable":
            tx.heard.unreadable(id, "no JSON")


def test_what_is_too_old_goes_day_by_day(tmp_path: Path, database: str) -> None:
    """Deliveries that were understood go after their time, samples after theirs, and verdicts with evidence never."""
    with keeping(tmp_path, database, bodies=2 * DAY, samples=35 * DAY) as here:
        hear(here, b"one", "understood")
        hear(here, b"two", "unreadable")
        change = here.deploys(ALICE, "abc1234")
        here.minutes(90)
        said = here.verdicts(change)
        with here.river.store.read() as tx:
            judged = tx.verdicts.assessments(change)
        kept = []
        for _ in range(40):
            here.clock.advance(DAY)
            here.work()
            kept.append(deliveries(here))
        with here.river.store.read() as tx:
            left = tx.verdicts.assessments(change)

        assert said
        assert kept == [2] * (kept.count(2)) + [1] * (40 - kept.count(2))
        assert kept.count(2) in (1, 2)
        assert here.verdicts(change) == said
        assert [(a.sli, a.look) for a in left] == [(a.sli, a.look) for a in judged]
        assert all(a.evidence is not None for a in left)
        # The town fell silent 40 days ago: no sample is left.
        with here.river.store.read() as tx:
            assert tx.samples.first("checkout latency") is None


def test_an_open_watch_keeps_what_it_learns_from(tmp_path: Path) -> None:
    """However late its look is, the 28 days before the change stay until it is made, and go then."""
    with keeping(tmp_path, samples=35 * DAY) as here:
        here.samples(START - 30 * DAY, 28 * 1440)
        here.deploys(ALICE, "abc1234")
        here.clock.advance(80 * DAY)
        # Nobody made a look meanwhile; the duty is done first.
        (duty,) = [d for d in lease_duties(here.river, FORGET, 9) if d.about == SAMPLES]
        do(here.river, duty)
        held = first(here)
        here.work()
        here.clock.advance(2 * DAY)
        here.work()
        with here.river.store.read() as tx:
            watched = tx.looks.since()
            left = tx.samples.first("checkout latency")

        # The change came two days after `START`; a chunk holds a third of a day.
        assert 80 + 28 <= held < 80 + 28 + 1 / 3
        assert (watched, left) == (None, None)


def test_much_goes_in_small_transactions(tmp_path: Path, database: str) -> None:
    """What is more than one transaction may delete goes in several, and a turn that ends early comes again at once."""
    with keeping(tmp_path, database, samples=35 * DAY) as here:
        with here.river.store.write() as tx:
            for number in range(40):
                times = START.timestamp() - 60.0 * np.arange(448 * 30)
                tx.samples.push(f"sli {number}", 60.0, 1, times, np.ones(len(times)))
        here.clock.advance(50 * DAY)
        turns = 0
        while duties := [d for d in lease_duties(here.river, FORGET, 9) if d.about == SAMPLES]:
            do(here.river, duties[0])
            turns += 1
        with here.river.store.read() as tx:
            left = [s.sli for s in tx.samples.series() if tx.samples.first(s.sli)]
            duty = tx.duties.get(FORGET, SAMPLES)

        assert turns >= 1
        assert 2 * CHUNKS < 40 * 30
        assert left == []
        assert duty is not None
        assert (duty.open, duty.not_before) == (True, here.clock.now() + DAY)


def test_whoever_lost_the_lease_deletes_nothing(tmp_path: Path) -> None:
    """A worker that froze past its lease leaves the rest to whoever took over."""
    with keeping(tmp_path, bodies=DAY) as here:
        hear(here, b"one", "understood")
        here.clock.advance(5 * DAY)
        (duty,) = [d for d in lease_duties(here.river, FORGET, 9) if d.about == BODIES]
        with here.river.store.write() as tx:
            tx.duties.owe(FORGET, BODIES, here.clock.now(), asks="another length")
        do(here.river, duty)

        assert deliveries(here) == 1


def test_for_ever_is_for_ever(tmp_path: Path) -> None:
    """Where nothing may go, nothing goes."""
    with keeping(tmp_path, bodies=None, samples=None) as here:
        hear(here, b"one", "understood")
        here.clock.advance(1000 * DAY)
        here.work()

        assert deliveries(here) == 1
        assert first(here) > 1000


def test_a_new_length_counts_at_once(tmp_path: Path) -> None:
    """A start with a shorter length owes the duty anew, and one with the same length leaves it as it stands."""
    with keeping(tmp_path, bodies=30 * DAY) as here:
        hear(here, b"one", "understood")
        here.clock.advance(9 * DAY)
        here.work()
        owe(here.river)
        here.work()
        kept = deliveries(here)
        shorter = replace(here.river.config, keep=Keep(bodies=DAY))
        here.river = replace(here.river, config=shorter)
        owe(here.river)
        here.clock.advance(11 * MINUTE)
        here.work()

        assert (kept, deliveries(here)) == (1, 0)
