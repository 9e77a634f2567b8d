"""How a long-running process ends: in good order when told once, at once when told twice, and always within seconds."""

import os
import select
import signal
import sys
from collections.abc import Callable
from threading import Thread, current_thread, main_thread
from types import FrameType

import structlog

log = structlog.get_logger()
PATIENCE_S = 3.0
"""How long open requests and steps that were begun may take once we are told to stop."""
LAST_S = 4.5
"""After which the process ends, whatever it waits for."""
CUT_OFF = 70


class Ending:
    """Winds a process down on SIGTERM or Ctrl-C; a second one of either ends it there and then.

    What is done on a signal is done in a thread of its own: the interrupted one may hold any lock.
    """

    def __init__(self, wind_down: Callable[[], None], last_s: float = LAST_S) -> None:
        self._wind_down, self._last_s = wind_down, last_s
        self._told, self._tell = os.pipe()

    def heed(self) -> None:
        """Begin to listen; without effect in any thread but the first, which alone may."""
        if current_thread() is main_thread():
            Thread(target=self._watch, name="ending", daemon=True).start()
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.told)

    def told(self, number: int, _frame: FrameType | None = None) -> None:
        """A signal came."""
        os.write(self._tell, bytes([number]))

    def _watch(self) -> None:
        os.read(self._told, 1)
        self._wind_down()
        again, _, _ = select.select([self._told], [], [], self._last_s)
        if again:
            os._exit(128 + os.read(self._told, 1)[0])
        log.warning("cut off: not all had ended in time; what was begun is done anew")
        leave(CUT_OFF)


def leave(status: int) -> None:
    """End now, without waiting for threads that wait for others; what was written is flushed."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(status)
