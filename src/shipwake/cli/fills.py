"""A bar on the terminal while the past of remote SLIs is read; silent where nobody watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shipwake.flow import River

EVERY_S = 0.5


@contextmanager
def shown(river: River) -> Iterator[None]:
    """Show how far the back-fills have come, while the block runs and until all are done."""
    if not sys.stderr.isatty():
        yield
        return
    stop = Event()
    watching = Thread(target=_watch, args=(river, stop), name="fills", daemon=True)
    watching.start()
    try:
        yield
    finally:
        stop.set()
        watching.join(2 * EVERY_S)


def _watch(river: River, stop: Event) -> None:
    while not stop.wait(EVERY_S):
        if any(share < 1 for share in river.filling.now().values()):
            _bar(river, stop)


def _bar(river: River, stop: Event) -> None:
    """One bar over all SLIs; each counts as much as the share of its past that was read."""
    columns = (
        TextColumn("back-filling 28 days"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("SLIs"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        while not stop.wait(EVERY_S):
            shares = river.filling.now()
            progress.update(task, total=len(shares), completed=sum(shares.values()))
            if all(share >= 1 for share in shares.values()):
                return
