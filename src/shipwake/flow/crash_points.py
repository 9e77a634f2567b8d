"""Named places where a crash must lose nothing; a test asks for one in the environment, and the process dies there.

It refuses to be asked twice: the environment is read once, at the first place that is passed.
"""

import os
import signal
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import get_ident

from shipwake.wire.clock import pause

CRASH_POINTS = (
    "between the scripts of a migration",
    "after a migration, before it is committed",
    "after a delivery is kept, before it is committed",
    "after the raw body is committed, before it is answered",
    "after the raw body is stored",
    "after the change is merged",
    "after a delivery is understood",
    "after an announced change is joined, before it is committed",
    "after an announced change is committed, before it is answered",
    "before a group of samples is committed",
    "after a group of samples is committed, before it is answered",
    "after a lease",
    "after samples",
    "after the level is set",
    "before the look is committed",
    "after the fences are checked",
    "after the verdict is written",
    "after the outbox is written",
    "after the look is committed",
    "after a notice's lease",
    "after a notice is taken up",
    "after its channel was searched",
    "after put, before its ref is stored",
    "after its ref is stored",
    "after a refused put, before it is put off",
    "after a duty's lease",
    "between portions of a back-fill",
    "after a back-fill, before its duty ends",
    "after a description is joined, before it is committed",
    "after a description is committed, before its duty ends",
    "after a poll is answered",
    "after what a poll found is kept, before it is committed",
    "between portions of forgetting",
    "after forgetting, before its duty ends",
)
POINT, BY, MARKS = "SHIPWAKE_CRASH_POINT", "SHIPWAKE_CRASH_BY", "SHIPWAKE_CRASH_MARKS"
BETWEEN = "|"
"""Between the names of several points."""
STATUS = 86
"""What a process that died by `exit` leaves."""
STALL_S = 7.5
"""How long a thread stands still by `stall`: longer than a lease that a test asks for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where to die and by what: `exit` or `kill`; by `stall` nobody dies, one thread only stands still for a while.

    Of all processes that are given the same folder of `marks`, the first to come to a point dies there alone.
    """

    points: frozenset[str]
    by: str
    marks: str


@cache
def _asked() -> Asked:
    points = frozenset(filter(None, os.environ.get(POINT, "").split(BETWEEN)))
    return Asked(points, os.environ.get(BY, "exit"), os.environ.get(MARKS, ""))


def crash_point(name: str) -> None:
    """Die here without any clean-up if the environment asked for this point; otherwise nothing."""
    asked = _asked()
    if name not in asked.points or not _first(asked.marks, name):
        return
    if asked.by == "stall":
        pause(STALL_S)
    elif asked.by == "kill":
        signal.pthread_kill(get_ident(), signal.SIGKILL)
    else:
        os._exit(STATUS)


def _first(marks: str, name: str) -> bool:
    """Leave the mark that this point was reached; False where somebody was here before."""
    if not marks:
        return True
    try:
        place = os.open(Path(marks) / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        return False
    os.write(place, f"{os.getpid()}\n".encode())
    os.close(place)
    return True
