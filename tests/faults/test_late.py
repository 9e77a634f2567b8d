"""After an outage every look is made, in order of its due time, in bounded memory, and says that it is late."""

import json
import time
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from shipwake.domain import Event, Facts, Says
from shipwake.flow.join import join
from shipwake.flow.lanes import Lanes
from shipwake.flow.look import BATCH
from shipwake.flow.room import AT_HAND, room
from shipwake.web.charts import clock
from tests.faults.table import LONG, held_mb, observed
from tests.flow.town import ALICE, MINUTE, Town, settings, town
from tests.flow.turning import turning
from tests.web.site import until

LOOKS = 3000 if LONG else 150
HOUR = timedelta(hours=1)
MOST_MB = 250
"""The normals that are kept, two thousand of them below 100 kB each, and some room."""


def _announced(here: Town, count: int) -> None:
    """So many changes of a quiet service, spread over the coming hour, told all at once."""
    start = here.clock.now()
    with here.river.store.write() as tx:
        for number in range(count):
            at = start + HOUR * (number * 7 % count) / count
            facts = Facts(id=f"mail-{number:05}", service="mail", environment="production")
            event = Event(
                source="test",
                key=facts.id,
                says=Says.LIVE,
                at=at,
                received=start,
                text="",
                facts=facts,
            )
            join(here.river, tx, event)


@pytest.mark.skipif(not LONG, reason="long: make faults")
def test_a_backlog_is_caught_up_in_order(tmp_path: Path) -> None:
    """Thousands of looks after an outage are made as of their due times, the earliest first, and each says how late."""
    config = settings()
    watch = replace(config.watch, looks=config.watch.looks[:1])
    with town(tmp_path, replace(config, watch=watch)) as here:
        _announced(here, LOOKS)
        here.clock.advance(HOUR + 10 * MINUTE)
        before, begun = held_mb(), time.monotonic()
        most = before

        def done() -> bool:
            nonlocal most
            most = max(most, held_mb())
            with here.river.store.read() as tx:
                return tx.verdicts.head() >= LOOKS

        with turning(here.river):
            until(done, 900 if LONG else 240)
        took = time.monotonic() - begun
        with here.river.store.read() as tx:
            verdicts = [v for _, v in tx.verdicts.since(0, LOOKS + 1)]
            late = [a.late_s for v in verdicts[:50] for a in tx.verdicts.history(v.change)]

    assert [v.at for v in verdicts] == sorted(v.at for v in verdicts)
    assert len({v.change for v in verdicts}) == LOOKS
    assert all("looked " in v.sentence and " late: " in v.sentence for v in verdicts)
    assert min(late[:5]) > 3600
    assert most - before < MOST_MB
    observed(
        f"worker away for an hour, {LOOKS:,} looks due",
        verdict="each as of its due time, in that order, “looked … late: …”",
        memory=f"+{most - before:.0f} MB",
        recovery=f"{took:.1f} s ({LOOKS / took:,.0f} looks/s)",
    )


def test_a_late_word_is_that_of_its_time(tmp_path: Path) -> None:
    """What came after a look was due changes nothing of what it says, and a look in time says nothing of late."""
    with town(tmp_path) as here:
        change = here.deploys(ALICE, "a1")
        here.samples(here.clock.now(), 3)
        here.clock.advance(10 * MINUTE)
        here.slower, here.failing = 400.0, 0.5
        here.samples(here.clock.now() - 7 * MINUTE, 7)
        here.work()
        first, *_ = here.verdicts(change)
        here.minutes(10)
        last = here.verdicts(change)[-1]

    assert first.sentence.startswith("looked 7 min late: ")
    assert not first.health.hurts
    assert " late: " not in last.sentence
    assert last.health.hurts
    assert clock(first.at)


def test_what_waits_for_a_lane_waits_in_the_store(tmp_path: Path) -> None:
    """A lane that is full takes no more from the store, and no other source waits for it."""
    with town(tmp_path) as here:
        lanes = Lanes()
        held = time.monotonic() + 0.5
        lanes.submit("look push", partial(_busy, held), width=1, size=AT_HAND)
        most, full = room(here.river, lanes)
        lanes.close()

        _announced(here, 2 * BATCH)
        here.clock.advance(2 * HOUR)
        with here.river.store.write() as tx:
            none = tx.looks.lease(
                here.clock.now(), BATCH, "w", 60, without=[s.name for s in here.river.config.slis]
            )
            some = tx.looks.lease(here.clock.now(), BATCH, "w", 60, without=["checkout latency"])

    assert (most, set(full)) == (0, {"push"})
    assert none == []
    assert len(some) == BATCH
    assert json.dumps([x.look.due.isoformat() for x in some]) == json.dumps(
        sorted(x.look.due.isoformat() for x in some)
    )


def _busy(until_s: float) -> None:
    time.sleep(max(until_s - time.monotonic(), 0))
