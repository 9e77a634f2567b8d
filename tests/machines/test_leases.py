"""Workers that die, freeze or have a clock of their own: another goes on with their work, and it is done once."""

import signal
import time

import pytest

from live.slack import POST_THEN_HANG
from tests.machines.crew import LONG, Aboard, figure, long, until

pytestmark = pytest.mark.postgres


def test_a_killed_workers_looks_are_taken_over(aboard: Aboard) -> None:
    """What a killed worker held is done by another when its lease has ended, and nothing is lost or doubled."""
    crew = aboard.crew
    crew.deploys(20)
    doomed = crew.start("work")
    until(lambda: aboard.leased(doomed))
    doomed.signal(signal.SIGKILL)
    doomed.ends()
    held, made = aboard.leased(doomed), aboard.looked()
    killed = time.monotonic()
    assert held
    crew.start("work")
    if not LONG:
        until(lambda: aboard.looked() > made or time.monotonic() - killed > 5)
        aboard.wind(120)
    until(lambda: aboard.leased(doomed) == 0, 400)
    took = time.monotonic() - killed
    until(aboard.all_told, 400)

    figure(f"{held} looks of a killed worker were taken over after {took:.1f} s")
    assert took < 120 + 30
    aboard.nothing_is_lost_or_doubled()


@long
def test_a_frozen_looker_is_fenced(aboard: Aboard) -> None:
    """A worker stopped in the middle of looks, and woken when another made them, changes nothing."""
    crew = aboard.crew
    crew.deploys(20)
    frozen = crew.start("work")
    until(lambda: aboard.leased(frozen))
    frozen.signal(signal.SIGSTOP)
    held, made = aboard.leased(frozen), aboard.looked()
    assert held
    if LONG:
        time.sleep(125)
    aboard.wind()
    other = crew.start("work")
    until(lambda: aboard.looked() == len(crew.changes) * len(crew.looks), 400)
    before = aboard.rows("SELECT * FROM verdicts ORDER BY global_seq")
    frozen.signal(signal.SIGCONT)
    until(lambda: "lost its lease" in frozen.said() or frozen.said().count("failed"), 400)
    until(aboard.all_told, 400)
    other.signal(signal.SIGTERM)
    frozen.signal(signal.SIGTERM)
    assert (other.ends(), frozen.ends()) == (0, 0)

    figure(
        f"frozen with {held} looks held and {made} made; fenced {frozen.said().count('lost its')}"
    )
    assert aboard.rows("SELECT * FROM verdicts ORDER BY global_seq") == before
    aboard.nothing_is_lost_or_doubled()


@long
def test_a_frozen_sender_tells_nobody_twice(aboard: Aboard) -> None:
    """A sender stopped with one message just posted and others not yet: another tells, and the first adds nothing."""
    crew = aboard.crew
    crew.patience = "30s"
    crew.looks = (3,)
    crew.deploys(6)
    # The first message stands in the channel, and its sender does not know; the rest waits behind it.
    crew.slack.fail("chat.postMessage", POST_THEN_HANG)
    frozen = crew.start("work")
    until(lambda: crew.slack.named("chat.postMessage"))
    until(lambda: aboard.count("SELECT count(*) FROM outbox WHERE lease_until > 0") == 6)
    frozen.signal(signal.SIGSTOP)
    if LONG:
        time.sleep(65)
    aboard.wind()
    crew.start("work")
    until(aboard.all_told, 400)
    called = len(crew.slack.calls)
    frozen.signal(signal.SIGCONT)
    until(lambda: frozen.said().count("notice lost its lease") >= 5 or LONG, 400)
    time.sleep(1)
    frozen.signal(signal.SIGTERM)
    assert frozen.ends() == 0

    late = [c.method for c in crew.slack.calls[called:] if c.method.startswith("chat.")]
    figure(f"called late: {late}; {frozen.said().count('notice lost its lease')} sends refused")
    assert late == []
    aboard.nothing_is_lost_or_doubled()


CLOCKED = """
import os, signal, sys
from datetime import timedelta
from threading import Event
from shipwake.app import compose
from shipwake.config import load
from shipwake.flow import run
from shipwake.wire.clock import Agreed, SystemClock
from pathlib import Path

class Off:
    def now(self):
        return SystemClock().now() + timedelta(hours=float(sys.argv[1]))

river = compose(load(Path(sys.argv[-1]), os.environ), clock=Agreed(Off()), apart=True)
stop = Event()
signal.signal(signal.SIGTERM, lambda *_: stop.set())
run(river, stop)
river.close()
"""


@long
def test_clocks_an_hour_apart_neither_steal_nor_starve(aboard: Aboard) -> None:
    """Workers an hour before and behind the database's time share the looks, each when it is due by the database."""
    crew = aboard.crew
    crew.deploys(8)
    program = ("-c", CLOCKED)
    early = crew.start("1", program=program)
    late = crew.start("-1", program=program)
    until(aboard.all_told, 400)
    aboard.nothing_is_lost_or_doubled()
    # One that is due in a while: nobody looks at it before, and nobody says that its samples never came.
    crew.deploys(1, ago_s=-6)
    due = time.monotonic() + 6 + crew.looks[0]
    while time.monotonic() < due - 1:
        assert aboard.count("SELECT count(*) FROM assessments WHERE change_id = 'c-s8'") == 0
        time.sleep(0.2)
    hands = {str(w) for (w,) in aboard.rows("SELECT DISTINCT worker FROM due_looks")}
    figure(f"done by {len(hands)} of 2 workers, an hour before and an hour behind")

    assert early.alive
    assert late.alive
    for hand, words in ((early, "-1"), (late, "1")):
        assert "clock is not the database's" in hand.said(), words
    spread = aboard.rows("SELECT max(sent_at) - min(sent_at) FROM outbox")
    assert int(str(spread[0][0])) < 600 * 1_000_000
