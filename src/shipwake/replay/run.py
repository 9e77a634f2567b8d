"""Replay: the same flow under another clock, on recorded samples; nothing is judged here but by the flow."""

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from shipwake.config import Adapter
from shipwake.flow import River, join, lease, look
from shipwake.replay.folder import ReplayFolder, read_folder
from shipwake.replay.portions import MOST, Portion, portions
from shipwake.replay.report import rows_of
from shipwake.sources import apart, connect
from shipwake.store import Store
from shipwake.wire import log
from shipwake.wire.child import workers
from shipwake.wire.clock import ManualClock, SystemClock

Line = dict[str, Any]
Progress = Callable[[int, int], None]
Compose = Callable[..., River]
"""The composition root: a configuration, a clock and a recorded source make a river; see `shipwake.app.compose`."""
BATCH = 2000


def quiet() -> None:
    """Let this process log trouble alone: of a look that went well, the line in the output is enough."""
    log.configure(json=False, level="warning")


def replay(
    path: Path,
    compose: Compose,
    *,
    later: bool = True,
    jobs: int = 1,
    executor: Executor | None = None,
    progress: Progress | None = None,
) -> Iterator[Line]:
    """One line per judged change and SLI, in the order of the changes.

    With `jobs` above 1 as many processes share the work, by service and environment; or an `executor` that is given
    does it, which has to reach the folder at the same absolute path.
    """
    folder = read_folder(path.resolve() if executor else path, later=later)
    parts = _parted(folder, jobs)
    if executor is not None:
        yield from _in_order(folder, _side_by_side(executor, parts, compose, progress))
    elif len(parts) == 1:
        yield from _judged(parts[0], compose, progress)
    elif jobs <= 1:
        yield from _in_order(folder, _in_turn(parts, compose, progress))
    else:
        with workers(jobs, quiet) as pool:
            yield from _in_order(folder, _side_by_side(pool, parts, compose, progress))


def _parted(folder: ReplayFolder, jobs: int) -> list[Portion]:
    """Small portions where each can be read from the file without the others, else one for each process."""
    count = max(jobs, 1)
    if apart(_recorded(folder)):
        count = max(count, -(-len(folder.config.slis) // MOST))
    return portions(folder, count)


def _in_turn(
    parts: Sequence[Portion], compose: Compose, progress: Progress | None
) -> Iterator[list[Line]]:
    for done, part in enumerate(parts, 1):
        yield list(_judged(part, compose, None))
        if progress:
            progress(done, len(parts))


def _side_by_side(
    executor: Executor, parts: Sequence[Portion], compose: Compose, progress: Progress | None
) -> Iterator[list[Line]]:
    futures = [executor.submit(_collect, part, compose) for part in parts]
    for done, future in enumerate(futures, 1):
        yield future.result()
        if progress:
            progress(done, len(parts))


def _collect(part: Portion, compose: Compose) -> list[Line]:
    quiet()
    return list(_judged(part, compose, None))


def _in_order(folder: ReplayFolder, found: Iterable[list[Line]]) -> Iterator[Line]:
    """The lines of all portions in the order of the changes; kept as text, which takes a tenth of the memory."""
    lines: dict[str, list[bytes]] = {}
    for line in chain.from_iterable(found):
        lines.setdefault(line["change"], []).append(json.dumps(line).encode())
    for event in folder.changes:
        yield from map(json.loads, lines.pop(event.facts.id, ()))


def _judged(part: Portion, compose: Compose, progress: Progress | None) -> Iterator[Line]:
    """The lines of one portion."""
    folder = part.folder
    with tempfile.TemporaryDirectory(prefix="shipwake-replay-") as place:
        (Path(place) / "replay.db").write_bytes(_empty())
        # A database that is thrown away need not outlive a power cut.
        config = replace(folder.config, database=f"sqlite:///{place}/replay.db?synchronous=off")
        recorded = connect(_recorded(folder))
        clock = ManualClock(folder.changes[0].at)
        river = replace(compose(config, clock=clock, recorded=recorded), recorded=part.recorded)
        with closing(river):
            _announce(river, folder)
            _turn(river, clock, len(part.judged), progress)
            for change in part.judged:
                yield from rows_of(river, change)


@cache
def _empty() -> bytes:
    """The file of an empty database: to copy one takes a hundredth of the time it takes to migrate one."""
    with tempfile.TemporaryDirectory(prefix="shipwake-replay-") as place:
        file = Path(place) / "empty.db"
        with closing(Store.open(f"sqlite:///{file}", clock=SystemClock())) as store:
            store.migrate()
        return file.read_bytes()


def _recorded(folder: ReplayFolder) -> Adapter:
    """The samples of the folder's SLIs."""
    only = frozenset(s.name for s in folder.config.slis)
    return Adapter(kind="folder", name="push", settings={"path": str(folder.path), "only": only})


def _announce(river: River, folder: ReplayFolder) -> None:
    """Make every change known at the start: each look sees only those that went live before it."""
    for start in range(0, len(folder.changes), BATCH):
        with river.store.write() as tx:
            for event in folder.changes[start : start + BATCH]:
                join(river, tx, event)


def _turn(river: River, clock: ManualClock, changes: int, progress: Progress | None) -> None:
    """Wind the clock from look to look until none is left."""
    looked = 0
    while (due := _next_due(river)) is not None:
        clock.set(due)
        groups = lease(river)
        look(river, groups)
        looked += sum(len(group.rows) for group in groups)
        if progress:
            progress(looked, changes * len(river.config.watch.looks))


def _next_due(river: River) -> datetime | None:
    with river.store.read() as tx:
        return tx.looks.next_due()
