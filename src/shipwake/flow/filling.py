"""How far the back-fills of this process have come, for whoever shows it; not kept."""

from threading import Lock


class Filling:
    """The share of its past (0 to 1) that was read of each SLI."""

    def __init__(self) -> None:
        self._shares: dict[str, float] = {}
        self._lock = Lock()

    def came(self, sli: str, share: float) -> None:
        """An SLI has come this far."""
        with self._lock:
            self._shares[sli] = share

    def now(self) -> dict[str, float]:
        """How far each has come."""
        with self._lock:
            return dict(self._shares)
