"""Ask a detector that is not ours in a process of its own, in bounded time; what fails there is told, never guessed."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from threading import Lock, Timer
from typing import IO

import numpy as np
import structlog

from shipwake.config import LIBRARY, REMEDY, lacking
from shipwake.domain import Floats, ShipwakeError
from shipwake.judge import Normal, teach
from shipwake.wire.clock import monotonic

log = structlog.get_logger()
IDLE_S = 30.0
"""After that long without a question the process ends, and gives its memory back."""
DEADLINE_S = 60.0
"""How long one answer may take, the start of the process included."""
LONGEST_LINE = 4096
LAST_WORDS_S = 1.0
PROCESS = (sys.executable, "-P", str(Path(__file__).with_name("detector_process.py")))
"""`-P`: the folder that it lies in is not where it looks for libraries."""
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH", "LD_LIBRARY_PATH")
"""What it sees of our environment: no secret is there."""
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class DetectorError(ShipwakeError):
    """The detector that an SLI names gave no answer: remove `detector`, or install shipwake[pyod]."""


class Detectors:
    """One process for all models, started at the first question; one that dies is replaced at the next."""

    def __init__(
        self,
        process: Sequence[str] = PROCESS,
        *,
        library: str = LIBRARY,
        deadline_s: float = DEADLINE_S,
        idle_s: float = IDLE_S,
    ) -> None:
        self._command, self._library = tuple(process), library
        self._deadline_s, self._idle_s = deadline_s, idle_s
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._last = 0.0

    def taught(self, normal: Normal) -> Normal:
        """The normal judged by the detector that its SLI names, or as it is. Raises DetectorError."""
        name = normal.sli.detector
        if not name or normal.model is None:
            return normal
        if lacking([normal.sli], self._library):
            raise _failed(name, "it is not installed")
        return teach(normal, partial(self._score, name))

    def rest(self) -> None:
        """End the process where nothing was asked for a while."""
        if self._lock.acquire(blocking=False):
            try:
                if self._process is not None and monotonic() - self._last >= self._idle_s:
                    self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process, and with it what it is asked just now."""
        process = self._process
        if process is not None:
            process.kill()
        with self._lock:
            self._end()

    def _score(self, name: str, taught: Floats, asked: Floats) -> Floats:
        """Scores [w, k] of `asked` [w, k, d] by the model `name` fitted on `taught` [n, d]."""
        head = {
            "model": name.partition(".")[2],
            "taught": taught.shape,
            "asked": asked.shape,
        }
        request = json.dumps(head).encode() + b"\n" + _bytes(taught) + _bytes(asked)
        with self._lock:
            try:
                scores = self._answer(name, request, asked.shape[0] * asked.shape[1])
            except DetectorError as error:
                self._end()
                log.warning("a detector failed", detector=name, why=error.message)
                raise
            finally:
                self._last = monotonic()
        return scores.reshape(asked.shape[:2])

    def _answer(self, name: str, request: bytes, count: int) -> Floats:
        try:
            process = self._running()
        except OSError as error:
            raise _failed(name, f"its process cannot be started ({error.strerror})") from error
        alarm = Timer(self._deadline_s, process.kill)
        alarm.daemon = True
        began = monotonic()
        alarm.start()
        try:
            head, body = _exchange(process, request, 8 * count)
        except OSError as error:
            head, body = b"", b""
            log.debug("a detector's pipe broke", error=str(error))
        finally:
            alarm.cancel()
        if not head.endswith(b"\n"):
            late = monotonic() - began >= self._deadline_s
            raise _failed(name, self._late() if late else _ended(process))
        return self._read(name, head, body, count)

    def _late(self) -> str:
        return f"no answer within {self._deadline_s:g} s"

    def _read(self, name: str, head: bytes, body: bytes, count: int) -> Floats:
        try:
            told = json.loads(head)
        except ValueError:
            raise _failed(name, "its process answered nonsense") from None
        if isinstance(told, dict) and isinstance(told.get("failed"), str):
            raise _failed(name, told["failed"])
        if told != {"scores": count} or len(body) != 8 * count:
            raise _failed(name, "its process answered nonsense")
        scores = np.frombuffer(body, np.float64)
        if not np.isfinite(scores).all():
            raise _failed(name, "some of its scores are no numbers")
        return scores

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=passed | ONE_THREAD,
                start_new_session=True,  # Ctrl-C is for us: it ends when we close its pipe
            )
        return self._process

    def _end(self) -> None:
        if self._process is not None:
            self._process.kill()
            for pipe in (self._process.stdin, self._process.stdout):
                if pipe is not None:
                    _close(pipe)
            self._process.wait()
            self._process = None


def _failed(name: str, why: str) -> DetectorError:
    return DetectorError(f"the detector {name} failed: {why}; {REMEDY}", permanent=False)


def _ended(process: subprocess.Popen[bytes]) -> str:
    """How a process that said nothing came to its end."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(LAST_WORDS_S)
    return f"its process ended ({process.returncode})"


def _bytes(array: Floats) -> bytes:
    return np.ascontiguousarray(array, np.float64).tobytes()


def _close(pipe: IO[bytes]) -> None:
    # What was still to be written to a dead process is lost with it.
    with suppress(OSError):
        pipe.close()


def _exchange(process: subprocess.Popen[bytes], request: bytes, size: int) -> tuple[bytes, bytes]:
    """The line that answers, and the bytes after it where it promises some."""
    stdin, stdout = process.stdin, process.stdout
    if stdin is None or stdout is None:
        return b"", b""
    stdin.write(request)
    stdin.flush()
    head = stdout.readline(LONGEST_LINE)
    return head, stdout.read(size) if head.startswith(b'{"scores"') else b""
