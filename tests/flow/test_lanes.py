"""A slow source delays nothing but what needs it, and is never asked more at once than it bears."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from shipwake.flow import Readers
from shipwake.flow.lanes import Lanes
from tests.flow.meter import Meter
from tests.flow.town import ALICE, Town, town
from tests.flow.turning import turning
from tests.web.site import until


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town with a quiet past."""
    with town(tmp_path) as made:
        yield made


def test_a_source_that_hangs_delays_no_other(here: Town) -> None:
    """While one source holds its answer back, the changes on another are judged and told."""
    gate = Flag()
    meter = Meter(gate=gate)
    slis = tuple(
        replace(s, source="meter") if s.name == "mail delivered" else s
        for s in here.river.config.slis
    )
    river = replace(
        here.river,
        config=replace(here.river.config, slis=slis),
        sources={**here.river.sources, "meter": meter},
        reading=Readers({"meter": 2}),
    )
    here = replace(here, river=river)
    mail = here.announces("mail")
    # The gate opens before the loop is asked to end, whatever happened.
    with turning(river), ExitStack() as at_the_end:
        at_the_end.callback(gate.set)
        until(lambda: meter.asked)
        change = here.deploys(ALICE, "a1")
        here.samples(here.clock.now(), 3)
        here.clock.advance(timedelta(minutes=3))
        river.wake.set()
        until(lambda: here.verdicts(change))
        until(lambda: here.box.posted == 1)
        waiting = here.verdicts(mail)

    assert waiting == []


def test_a_source_is_asked_no_more_than_it_bears() -> None:
    """However many ask at the same time, a source sees at most as many questions as it can be asked at once."""
    readers, lock = Readers({"meter": 3}), threading.Lock()
    at_once, most = 0, 0

    def ask(number: int) -> int:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        threading.Event().wait(0.01)
        with lock:
            at_once -= 1
        return number

    found: list[list[int]] = []
    askers = [
        Thread(
            target=lambda: found.append(readers.all("meter", [partial(ask, n) for n in range(6)]))
        )
        for _ in range(4)
    ]
    for asker in askers:
        asker.start()
    for asker in askers:
        asker.join()
    readers.close()

    assert found == [list(range(6))] * 4
    assert most == 3


def test_an_answer_that_fails_lets_the_others_end() -> None:
    """What one question raises is raised when all have ended."""
    readers, ended = Readers({"meter": 2}), []

    def fails() -> None:
        raise ZeroDivisionError

    def works() -> None:
        threading.Event().wait(0.02)
        ended.append(1)

    with pytest.raises(ZeroDivisionError):
        readers.all("meter", [fails, works])
    readers.close()

    assert ended == [1]


def test_lanes_finish_what_has_begun() -> None:
    """Closing waits for what is being done and drops what has not begun."""
    lanes, gate, done = Lanes(), Flag(), []

    def work(number: int) -> None:
        gate.wait(5)
        done.append(number)

    for number in range(5):
        lanes.submit("a", partial(work, number), width=1)
    busy = lanes.under_way("a")
    threading.Timer(0.05, gate.set).start()
    lanes.close()

    assert busy == 5
    assert done == [0]
    assert lanes.under_way("a") == 0


def test_a_large_piece_of_work_counts_as_many() -> None:
    """What is under way is told in pieces, so that whoever takes work knows how much there is."""
    lanes, gate = Lanes(), Flag()
    lanes.submit("a", lambda: gate.wait(5), width=1, size=7)
    lanes.submit("a", lambda: None, width=1)
    busy = lanes.under_way("a")
    gate.set()
    lanes.close()

    assert (busy, lanes.under_way("a")) == (8, 0)


def test_our_own_samples_are_judged_as_many_at_once_as_learn() -> None:
    """With two that learn, two looks at our own samples are made side by side, and with one, in turn."""
    found = {}
    for own in (1, 2):
        readers, meet = Readers({}, own=own), threading.Barrier(2)

        def met(meet: threading.Barrier = meet) -> bool:
            try:
                meet.wait(0.5)
            except threading.BrokenBarrierError:
                return False
            return True

        found[own] = readers.all("push", [met, met])
        readers.close()

    assert found == {1: [False, False], 2: [True, True]}
