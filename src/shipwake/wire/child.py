"""How a process that works for another begins; imports next to nothing, so that what it loads later is loaded so."""

import os
import signal
from multiprocessing import parent_process
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
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()


def _end_with(sentinel: int) -> None:
    wait([sentinel])
    os._exit(0)
