"""Who writes next in this process: one at a time, and whoever is patient only when nobody else waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition, get_ident

from shipwake.domain import ShipwakeError
from shipwake.store.errors import BusyError


class RightOfWay:
    """A lock that lets verdicts pass pushes."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._free = Condition()
        self._holder: int | None = None
        self._urgent = 0

    @contextmanager
    def taken(self, *, patient: bool = False, within_s: float | None = None) -> Iterator[None]:
        """Write now, `patient` after all who are not; raises BusyError when it takes longer than `within_s`."""
        me = get_ident()
        if self._holder == me:
            message = "this thread writes already; do all of it in one transaction"
            raise ShipwakeError(message)
        with self._free:
            self._wait(self._patience_s if within_s is None else within_s, patient=patient)
            self._holder = me
        try:
            yield
        finally:
            with self._free:
                self._holder = None
                self._free.notify_all()

    def _wait(self, patience_s: float, *, patient: bool) -> None:
        self._urgent += not patient
        try:
            if not self._free.wait_for(
                lambda: self._holder is None and not (patient and self._urgent), patience_s
            ):
                message = f"other writes have held the store for {patience_s:.0f} s; try again"
                raise BusyError(message)
        finally:
            self._urgent -= not patient
