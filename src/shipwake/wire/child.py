"""How a process that works for another begins; imports next to nothing, so that what it loads later is loaded so."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread

from shipwake.wire.memory import keep_freed

NICER = 10
"""How much less of a busy processor it takes than those who answer, or than what is measured on the same machine."""


def begin() -> None:
    """Leave Ctrl-C to the parent, give way to whatever else runs, keep memory, and end even with a killed parent."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICER)
    keep_freed()
    _end_with_parent()


@contextmanager
def workers(count: int, first: Callable[[], None]) -> Iterator[ProcessPoolExecutor]:
    """So many processes, each of which does `first` at its start.

    They end with the block; where that ends by an error or Ctrl-C, in the middle of what they do. They end with this
    process, too, whatever kills it.
    """
    others = active_children()
    with ProcessPoolExecutor(
        count, mp_context=get_context("spawn"), initializer=_work, initargs=(first,)
    ) as pool:
        try:
            yield pool
        except BaseException:
            for process in active_children():
                if process not in others:
                    process.terminate()
            raise


def _work(first: Callable[[], None]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _end_with_parent()
    first()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
