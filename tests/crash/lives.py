"""Lives of real processes on one database: senders and workers, of which the first to reach a point dies there."""

import faulthandler
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag

from shipwake.flow import run
from shipwake.flow.crash_points import BETWEEN, BY, MARKS, POINT, STALL_S, STATUS
from shipwake.flow.leases import SECONDS
from shipwake.wire import log
from tests.crash.stored import Stored
from tests.crash.town import Town, items

LEASE_S = 3.0
"""Longer than a send takes, also where the machine is busy."""
PATIENCE_S, PATIENCE_TO_STOP_S, EACH_S = 120.0, 10.0, 8.0
"""To wait in all, for the end of one process, and more for each point after the first."""
POLL_S = 0.05
AWAKE_S = 2.0
"""Until a process is at work, and how long one that stood still goes on when all is done without it."""
DIED = {"exit": STATUS, "kill": -signal.SIGKILL}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run: where processes end and by what (`exit`, `kill`, or `stall`: by nothing), and how many work."""

    points: tuple[str, ...]
    by: str
    workers: int
    lease_s: float = LEASE_S


@dataclass
class Lives:
    """What came of one run's processes; `wrong` says in words what should not have happened to them."""

    reached: int = 0
    died: int = 0
    acknowledged: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class _Crowd:
    """The processes of a run that are alive, by what they are for."""

    run: Run
    town: Town
    url: str
    place: Path
    roles: dict[int, str] = field(default_factory=dict)
    told: bool = False
    lives: Lives = field(default_factory=Lives)

    def start(self, role: str) -> None:
        """One more process."""
        do = _send if role == "sender" else _work
        child = os.fork()
        if child == 0:
            _live(self.run, self.place, lambda: do(self.town, self.url, self.place))
        self.roles[child] = role

    def look(self) -> None:
        """See who has ended; whoever must live on is started again."""
        for child in list(self.roles):
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                self._ended(self.roles.pop(child), os.waitstatus_to_exitcode(status))

    def _ended(self, role: str, status: int) -> None:
        if role == "sender" and status == 0:
            self.told = True
            return
        if status == DIED.get(self.run.by):
            self.lives.died += 1
        else:
            self.lives.wrong.append(f"a {role} ended by itself with {status}")
        # A sender tries again; of workers somebody is left, or the one is started again.
        if role == "sender" or "worker" not in self.roles.values():
            self.start(role)

    def stop(self) -> None:
        """Ask everybody to end, and see that they do."""
        for child in self.roles:
            os.kill(child, signal.SIGTERM)
        until = time.monotonic() + PATIENCE_TO_STOP_S
        for child, role in self.roles.items():
            while not (ended := os.waitpid(child, os.WNOHANG))[0] and time.monotonic() < until:
                time.sleep(POLL_S)
            if not ended[0]:
                self.lives.wrong.append(f"a {role} did not stop within ten seconds")
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
            elif os.waitstatus_to_exitcode(ended[1]) == DIED.get(self.run.by):
                self.lives.died += 1
            elif ended[1]:
                self.lives.wrong.append(f"a {role} that was told to stop ended with {ended[1]}")

    def count(self) -> None:
        """See how often a point was reached, and that whoever reached one died: two threads may, of one process."""
        marks = list((self.place / "marks").iterdir())
        self.lives.reached = len(marks)
        # A mark is empty where another thread ended the process before it was written.
        marked = {mark.read_text() for mark in marks} - {""} if self.run.by in DIED else set()
        if len(marked) != self.lives.died:
            self.lives.wrong.append(f"{len(marked)} should have died, {self.lives.died} did")


def live(run_: Run, town: Town, url: str, place: Path, stored: Stored) -> Lives:
    """Send, work and die until all is done, or a minute has passed."""
    begun = time.monotonic()
    crowd = _Crowd(run_, town, url, place)
    crowd.start("sender")
    for _ in range(run_.workers):
        crowd.start("worker")
    _until_settled(crowd, stored, begun)
    if run_.by == "stall":
        # Whoever stood still goes on with what others have done meanwhile.
        stood = max((m.stat().st_mtime for m in (place / "marks").iterdir()), default=0.0)
        time.sleep(max(0.0, stood + STALL_S + AWAKE_S - time.time()))
        _until_settled(crowd, stored, time.monotonic())
    crowd.stop()
    lives = crowd.lives
    crowd.count()
    lives.acknowledged = (place / "acknowledged").read_text().splitlines()
    lives.seconds = time.monotonic() - begun
    return lives


def _until_settled(crowd: _Crowd, stored: Stored, begun: float) -> None:
    patience = PATIENCE_S + EACH_S * (len(crowd.run.points) - 1)
    while time.monotonic() < begun + patience:
        crowd.look()
        if crowd.told and stored.settled():
            return
        time.sleep(POLL_S)
    crowd.lives.wrong.append(f"not settled after {patience:.0f} s: {stored.open()}")


def _live(run_: Run, place: Path, do: Callable[[], None]) -> None:
    """The whole life of a process that was just forked."""
    os.environ |= {POINT: BETWEEN.join(run_.points), BY: run_.by, MARKS: str(place / "marks")}
    os.environ[SECONDS] = str(run_.lease_s)
    errors = os.open(place / "errors", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.dup2(errors, 2)
    faulthandler.enable(errors)
    log.configure(json=False, level="warning")
    status = 1
    try:
        do()
        status = 0
    except BaseException:  # noqa: BLE001 - nothing may come back into the program that forked
        traceback.print_exc(file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(status)


def _send(town: Town, url: str, place: Path) -> None:
    """Say what was not answered yet, one after another."""
    answered = place / "acknowledged"
    answered.touch()
    known = set(answered.read_text().splitlines())
    river = town.river(url, place)
    for name, say in items(town):
        if name not in known:
            say(river)
            with answered.open("a") as lines:
                lines.write(f"{name}\n")
    river.close()


def _work(town: Town, url: str, place: Path) -> None:
    """Turn the loop until told to stop."""
    river = town.river(url, place)
    stop = Flag()

    def end(*_: object) -> None:
        stop.set()
        river.wake.set()

    signal.signal(signal.SIGTERM, end)
    run(river, stop)
    river.close()
