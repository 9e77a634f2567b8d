"""The other changes that might explain a move; of many looks at once those of one moment are read once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shipwake.domain import Change, Health, Verdict
from shipwake.store import Stored, Tx
from shipwake.verdict import Other

AROUND = timedelta(hours=1)
"""How near this change, the beginning of a move, or the present another one must be to be a suspect."""
NEAREST = 20


class Nearby:
    """The changes near the moments of one transaction, with the words that were given in it so far."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._read: dict[tuple[datetime, str], list[Stored]] = {}
        self._said: dict[str, Health] = {}

    def said(self, verdict: Verdict) -> None:
        """This is now the word on its change."""
        self._said[verdict.change] = verdict.health

    def others(self, change: Change, now: datetime, begun: Iterable[datetime] = ()) -> list[Other]:
        """The other live changes of this environment, up to `now`, that might explain a move since this change.

        `begun` is when each move began that is known: at a later look hours after this change, and long ago.
        """
        if change.at is None:
            return []
        found = {
            s.change.id: s
            for moment in dict.fromkeys((change.at, *begun, now))
            for s in self._near(moment, change.environment)
        }
        return [
            Other(change=s.change, health=self._said.get(s.change.id, s.health))
            for s in found.values()
            if s.change.id != change.id and s.change.at is not None and s.change.at <= now
        ]

    def _near(self, moment: datetime, environment: str) -> Sequence[Stored]:
        near = self._read.get((moment, environment))
        if near is None:
            near = self._tx.changes.near(moment, AROUND, environment, limit=NEAREST)
            self._read[moment, environment] = near
        return near


def others_near(
    tx: Tx, change: Change, now: datetime, begun: Sequence[datetime] = ()
) -> list[Other]:
    """The others of one change; see `Nearby.others`."""
    return Nearby(tx).others(change, now, begun)
