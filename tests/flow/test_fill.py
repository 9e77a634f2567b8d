"""The past of an SLI that another system keeps is read once, survives its outages, and is the same from the store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipwake.app import compose
from shipwake.config import parse
from shipwake.domain import Slot
from shipwake.flow import Kept, River, step
from shipwake.flow.duties import owe
from shipwake.sources import SourceError
from shipwake.wire.clock import ManualClock
from tests.flow.meter import Meter
from tests.flow.town import MINUTE, START

SETTINGS = """
services: [{name: checkout}]
environments: [{name: production}]
slis: [{name: load, service: checkout, environment: production, step: 60s, better: lower}]
"""
DAY = timedelta(days=1)


@dataclass
class Place:
    """A river on one remote source, and the meter behind it."""

    river: River
    clock: ManualClock
    meter: Meter

    @property
    def kept(self) -> Kept:
        """The source as the flow sees it."""
        found = self.river.sources["meter"]
        assert isinstance(found, Kept)
        return found

    def fill(self) -> None:
        """Do what is owed now."""
        owe(self.river)
        while step(self.river):
            pass


@contextmanager
def _place(folder: Path, meter: Meter) -> Iterator[Place]:
    clock = ManualClock(START)
    made = compose(
        replace(parse(SETTINGS, name="t.yaml", environ={}), database=f"sqlite:///{folder}/t.db"),
        clock=clock,
    )
    slis = tuple(replace(s, source="meter", query={"query": "load"}) for s in made.config.slis)
    river = replace(
        made,
        config=replace(made.config, slis=slis),
        sources={**made.sources, "meter": Kept(meter, made.store, "one")},
    )
    try:
        yield Place(river, clock, meter)
    finally:
        river.close()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """A river whose only SLI is kept by a meter."""
    with _place(tmp_path, Meter()) as made:
        yield made


@pytest.fixture(scope="module")
def patchy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """The same, back-filled from a meter with values, gaps and errors; nobody changes it."""
    states = np.random.default_rng(7).choice([Slot.VALUE, Slot.GAP, Slot.ERROR], 100_000)
    meter = Meter(state=lambda minute: Slot(states[minute % len(states)]))
    with _place(tmp_path_factory.mktemp("fill"), meter) as made:
        made.fill()
        yield made


def test_the_past_is_read_once(here: Place) -> None:
    """After the back-fill 28 days cost one question about their last minutes."""
    here.fill()
    windows = len(here.meter.asked)
    here.meter.asked.clear()
    (sli,) = here.river.config.slis
    found = here.kept.samples(sli, START - 28 * DAY, START)

    assert windows == 5
    assert [(end - start) / MINUTE for _, start, end in here.meter.asked] == [5]
    assert len(found) == 28 * 1440
    assert found.present.all()
    assert found.values[-1, 0] == (START.timestamp() // 60 - 1) % 1000


def test_before_anything_was_read_the_source_is_asked(here: Place) -> None:
    """A first look does not wait for the back-fill."""
    (sli,) = here.river.config.slis
    found = here.kept.samples(sli, START - DAY, START)

    assert here.meter.asked == [("load", START - DAY, START)]
    assert len(found) == 1440


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(begin=st.integers(-29 * 1440, 0), length=st.integers(0, 3000), now=st.integers(0, 120))
def test_the_store_answers_as_the_source_would(
    patchy: Place, begin: int, length: int, now: int
) -> None:
    """Whatever was read, each slot is the value, gap or error that the source itself would say."""
    (sli,) = patchy.river.config.slis
    start = START + begin * MINUTE
    end = min(start + length * MINUTE, START + now * MINUTE)
    told, said = (s.samples(sli, start, end) for s in (patchy.kept, patchy.meter))

    assert told.states.tolist() == said.states.tolist()
    assert np.array_equal(told.values, said.values, equal_nan=True)
    assert told.missing == said.missing


def test_an_outage_puts_it_off_and_nothing_is_read_twice(here: Place) -> None:
    """A source that fails in the middle is asked again later, from where it stopped, and the reason is kept."""
    here.meter.out = SourceError("meter is out", permanent=False, retry_after=timedelta(minutes=2))
    here.fill()
    with here.river.store.read() as tx:
        duty = tx.duties.get("fill", "load")
    here.meter.out = None
    here.fill()
    too_early = len(here.meter.asked)
    here.clock.advance(timedelta(minutes=2))
    here.fill()

    assert duty is not None
    assert (duty.why, duty.open) == ("meter is out", True)
    assert too_early == 1
    starts = [start for _, start, _ in here.meter.asked[1:]]
    assert len(starts) == len(set(starts))


def test_a_stretch_that_cannot_be_read_is_an_error_there(here: Place) -> None:
    """What is wrong with an old stretch alone stays an error in it; the rest of the past is read."""
    (sli,) = here.river.config.slis
    bad = START - 20 * DAY
    here.meter.broken = (bad, SourceError("two series", permanent=True))
    here.fill()
    found = here.kept.samples(sli, START - 28 * DAY, START)

    assert set(found.states.tolist()) == {Slot.VALUE, Slot.ERROR}
    assert (found.states == Slot.ERROR).sum() == 10_000
    assert found.states[found.index(bad)] == Slot.ERROR


def test_a_question_that_is_wrong_marks_nothing(here: Place) -> None:
    """Where the newest samples cannot be read either, the past is not called an error: somebody can correct it."""
    here.meter.out = SourceError("no such token", permanent=True)
    here.fill()
    here.meter.out = None
    here.clock.advance(timedelta(hours=1))
    here.fill()
    (sli,) = here.river.config.slis

    assert here.kept.samples(sli, START - 27 * DAY, START).present.all()


def test_another_question_begins_anew(here: Place) -> None:
    """Where the query, the step or the source's settings change, what was read before is not taken for it."""
    here.fill()
    (sli,) = here.river.config.slis
    other = replace(sli, query={"query": "another load"})
    here.meter.asked.clear()
    here.kept.samples(other, START - DAY, START)
    there = Kept(here.meter, here.river.store, "another address")
    there.samples(sli, START - DAY, START)
    changed = replace(here.river, config=replace(here.river.config, slis=(other,)))
    owe(changed)
    while step(changed):
        pass
    with here.river.store.read() as tx:
        fill = tx.fills.get("load")
        names = {s.sli for s in tx.samples.series()}

    assert [start for _, start, _ in here.meter.asked[:2]] == [START - DAY] * 2
    assert fill is not None
    assert fill.asks == here.kept.asks(other)
    assert names == {fill.series}


def test_what_the_source_does_not_know_stays_missing(here: Place) -> None:
    """A series that is nowhere is missing from the store too; once it appears, there are gaps before it."""
    (sli,) = here.river.config.slis
    here.meter.unknown = True
    here.fill()
    nothing = here.kept.samples(sli, START - DAY, START)
    here.meter.unknown = False
    here.clock.advance(timedelta(minutes=10))
    something = here.kept.samples(sli, START - DAY, here.clock.now())

    assert nothing.missing
    assert not something.missing
    assert something.present.sum() == 15
    assert something.present[-15:].all()


def test_it_goes_on_where_it_stopped(here: Place) -> None:
    """An hour later only that hour is read."""
    here.fill()
    here.meter.asked.clear()
    here.clock.advance(timedelta(hours=1))
    here.fill()

    assert [(end - start) / MINUTE for _, start, end in here.meter.asked] == [60]


def test_how_far_it_has_come_can_be_shown(here: Place) -> None:
    """The share of the past that was read is told while it goes on, and how much was found is kept."""
    here.fill()
    with here.river.store.read() as tx:
        fill = tx.fills.get("load")

    assert here.river.filling.now() == {"load": 1.0}
    assert fill is not None
    assert (fill.values, fill.step_s, fill.oldest) == (28 * 1440 - 5, 60.0, START - 28 * DAY)
