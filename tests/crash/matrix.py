"""Every crash point, by `_exit`, by SIGKILL and stalled, on both databases, with 1, 2 and 4 workers: one row each."""

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from shipwake.flow import CRASH_POINTS
from tests.crash.checks import check
from tests.crash.databases import Databases, databases, templates
from tests.crash.lives import LEASE_S, Run, live
from tests.crash.outside import Outside, outside
from tests.crash.stored import Stored
from tests.crash.town import Templates, Town, now_and_then

STORES = ("sqlite", "postgres")
WORKERS = (1, 2, 4)
WAYS = ("exit", "kill")
ALONE_S = 0.6
"""A lease that nobody else waits for."""
STALLED = (
    "after a lease",
    "after samples",
    "before the look is committed",
    "after a notice's lease",
    "after a notice is taken up",
    "after its channel was searched",
    "after put, before its ref is stored",
    "after a duty's lease",
    "between portions of a back-fill",
    "between portions of forgetting",
    "after a poll is answered",
)
"""Where a thread may stand still for longer than its lease: outside of any transaction."""
MIGRATING = CRASH_POINTS[:2]
REFUSED = ("after its channel was searched", "after a refused put, before it is put off")
"""Points that are only reached where a message was posted and its answer said that it was not."""
PRELOADED = ("shipwake", "slack_sdk", "psycopg", "psycopg_binary", "httpx", "sqlalchemy", "numpy")
DUTIES = 5
"""Two to forget, one back-fill, one poll, one description."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What one run came to: the words say what was lost or doubled, `again` counts repetitions without `find`."""

    point: str
    by: str
    store: str
    workers: int
    asked: int
    reached: int
    died: int
    lost: tuple[str, ...]
    doubled: tuple[str, ...]
    again: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run on one kind of database."""

    store: str
    runs: tuple[Run, ...]


def all_runs(points: Sequence[str], ways: Sequence[str], workers: Sequence[int]) -> tuple[Run, ...]:
    """Every point by every way with every number of workers; `stall` needs a point that allows it, and company."""
    return tuple(
        Run(points=(point,), by=by, workers=n)
        for point in points
        for by in ways
        for n in workers
        if by != "stall" or (point in STALLED and n == 2)
    )


def in_turn(points: Sequence[str], by: str, workers: int) -> tuple[Run, ...]:
    """The same in few runs, in which one process after another dies: what migrates apart from the rest."""
    parted = ([p for p in points if p in MIGRATING], [p for p in points if p not in MIGRATING])
    return tuple(
        Run(points=tuple(each), by=by, workers=workers, lease_s=LEASE_S if workers > 1 else ALONE_S)
        for each in parted
        if each
    )


def rows(plan: Plan) -> Iterator[Row]:
    """One row a run, as soon as it is over; this process must have no other thread."""
    with outside() as world, databases(plan.store) as made:
        town = Town.beside(world, now_and_then())
        with tempfile.TemporaryDirectory(prefix="shipwake-crash-") as place:
            loaded = Path(place) / "loaded"
            if _apart(lambda: _begin(town, made, loaded)) != 0:
                message = "the town could not be laid out; what went wrong stands above"
                raise SystemExit(message)
            for name in loaded.read_text().split():
                # What every process of every run would else load anew.
                import_module(name)
        laid = Templates(made.url("oldest"), made.url("ready"))
        for number, run in enumerate(plan.runs):
            yield _row(run, town, world, made, (laid, number))


def _begin(town: Town, made: Databases, loaded: Path) -> None:
    """Lay the town out, and note what that loads."""
    before = {*sys.modules}
    templates(town, made, loaded.parent)
    names = [n for n in sys.modules if n not in before and n.isidentifier() | ("." in n)]
    loaded.write_text("\n".join(n for n in names if n.partition(".")[0] in PRELOADED))


def _apart(do: object) -> int:
    """Do it in a process of its own, so that this one never has a thread or a connection."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            do()  # type: ignore[operator]
            status = 0
        except BaseException:  # noqa: BLE001 - shown, and told by the status
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _row(run: Run, town: Town, world: Outside, made: Databases, laid: tuple[Templates, int]) -> Row:
    template, number = laid
    name = f"run{number}"
    old = any(point in MIGRATING for point in run.points)
    url = made.copy(template.oldest if old else template.ready, name)
    place = Path(tempfile.mkdtemp(prefix="shipwake-crash-"))
    (place / "told").touch()
    (place / "marks").mkdir()
    world.fresh()
    for _ in {*REFUSED} & {*run.points}:
        world.refuse()
    stored = Stored(url, DUTIES)
    lives = live(run, town, url, place, stored)
    found = check(town, stored, world.record(), place, forgotten=not old)
    if lives.wrong or found.lost or found.doubled:
        sys.stderr.write((place / "errors").read_text()[-6000:])
    made.drop(name)
    shutil.rmtree(place)
    return Row(
        point=run.points[0] if len(run.points) == 1 else f"{len(run.points)} points in turn",
        by=run.by,
        store=made.name,
        workers=run.workers,
        asked=len(run.points),
        reached=lives.reached,
        died=lives.died,
        lost=(*lives.wrong, *found.lost),
        doubled=tuple(found.doubled),
        again=found.again,
        seconds=round(lives.seconds, 2),
    )
