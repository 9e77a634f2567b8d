"""Replay: the same flow under another clock, on recorded samples; nothing is judged here but by the flow."""

import hashlib
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from shipwake.config import Adapter
from shipwake.domain import Change, Event
from shipwake.flow import River, join, lease, look
from shipwake.replay.folder import ReplayFolder, read_folder
from shipwake.replay.report import rows_of
from shipwake.sources import connect
from shipwake.wire import log
from shipwake.wire.clock import ManualClock

Line = dict[str, Any]
Progress = Callable[[int, int], None]
Compose = Callable[..., River]
"""The composition root: a configuration, a clock and a recorded source make a river; see `shipwake.app.compose`."""
BATCH = 2000


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a replay that one process judges: changes whose place hashes to `index` of `count`."""

    index: int = 0
    count: int = 1

    def holds(self, event: Event) -> bool:
        """Whether this share judges the change; the others are known to it all the same."""
        place = f"{event.facts.service}\n{event.facts.environment}".encode()
        return int.from_bytes(hashlib.sha256(place).digest()[:4]) % self.count == self.index


def quiet() -> None:
    """Let this process log trouble alone: of a look that went well, the line in the output is enough."""
    log.configure(json=False, level="warning")


def replay(
    path: Path,
    compose: Compose,
    *,
    later: bool = True,
    jobs: int = 1,
    progress: Progress | None = None,
) -> Iterator[Line]:
    """One line per judged change and SLI, in the order of the changes.

    With `jobs` above 1 the changes are shared out among processes by service and environment.
    """
    folder = read_folder(path, later=later)
    if jobs <= 1:
        yield from _replay_share(folder, compose, Share(), progress)
        return
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn"), initializer=quiet) as pool:
        yield from _shared_out(pool, folder, compose, jobs, progress)


def _shared_out(
    pool: Executor, folder: ReplayFolder, compose: Compose, jobs: int, progress: Progress | None
) -> Iterator[Line]:
    futures = [pool.submit(_collect, folder, compose, Share(i, jobs)) for i in range(jobs)]
    lines: dict[str, list[Line]] = {}
    for done, future in enumerate(futures, 1):
        for line in future.result():
            lines.setdefault(line["change"], []).append(line)
        if progress:
            progress(done, jobs)
    for event in folder.changes:
        yield from lines.get(event.facts.id, ())


def _collect(folder: ReplayFolder, compose: Compose, share: Share) -> list[Line]:
    return list(_replay_share(folder, compose, share, None))


def _replay_share(
    folder: ReplayFolder, compose: Compose, share: Share, progress: Progress | None
) -> Iterator[Line]:
    if not folder.changes:
        return
    with tempfile.TemporaryDirectory(prefix="shipwake-replay-") as place:
        config = replace(folder.config, database=f"sqlite:///{place}/replay.db?synchronous=off")
        recorded = connect(Adapter(kind="folder", name="push", settings={"path": str(folder.path)}))
        clock = ManualClock(folder.changes[0].at)
        river = compose(config, clock=clock, recorded=recorded)
        with closing(river):
            judged = _announce(river, folder, share)
            river = replace(river, recorded=_moments(river, folder))
            _turn(river, clock, len(judged), progress)
            for change in judged:
                yield from rows_of(river, change)


def _announce(river: River, folder: ReplayFolder, share: Share) -> list[str]:
    """Make every change known at the start: each look sees only those that went live before it."""
    judged = []
    for start in range(0, len(folder.changes), BATCH):
        with river.store.write() as tx:
            for event in folder.changes[start : start + BATCH]:
                mine = event.facts.judge and share.holds(event)
                if mine:
                    judged.append(event.facts.id)
                join(
                    river,
                    tx,
                    event if mine else replace(event, facts=replace(event.facts, judge=False)),
                )
    return judged


def _moments(river: River, folder: ReplayFolder) -> tuple[datetime, ...]:
    """When each change goes live that is judged here or in another share."""
    judged = [event.facts.id for event in folder.changes if event.facts.judge]
    found: list[Change] = []
    with river.store.read() as tx:
        for start in range(0, len(judged), BATCH):
            stored = tx.changes.many(judged[start : start + BATCH])
            found += [s.change for s in stored.values()]
    return tuple(c.at for c in found if c.at is not None and river.slis_of(c))


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
