"""Who the people of a change are, as far as the lookups know; each is asked for once in a while, not at every look."""

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock

import structlog

from shipwake.domain import Person
from shipwake.lookup import Lookup, LookupFailedError

log = structlog.get_logger()
KNOWN_FOR = timedelta(hours=1)
UNKNOWN_FOR = timedelta(minutes=5)
"""How long nobody is asked again where asking failed."""


class People:
    """What was found of the last `keep` people."""

    def __init__(self, keep: int = 5000) -> None:
        self._keep = keep
        self._known: OrderedDict[Person, tuple[Person, datetime]] = OrderedDict()
        self._lock = Lock()

    def knows(self, person: Person, now: datetime) -> bool:
        """Whether `known` would ask nobody."""
        with self._lock:
            found = self._known.get(person)
        return found is not None and now < found[1]

    def known(self, person: Person, lookups: tuple[Lookup, ...], now: datetime) -> Person:
        """The same person with what the lookups know beside; may wait for a network."""
        with self._lock:
            found = self._known.get(person)
        if found is not None and now < found[1]:
            return found[0]
        told, lasts = person, KNOWN_FOR
        for lookup in lookups:
            try:
                told = lookup.person(told)
            except LookupFailedError as error:
                lasts = UNKNOWN_FOR
                log.warning("person not looked up", reason=error.message)
        with self._lock:
            self._known[person] = (told, now + lasts)
            self._known.move_to_end(person)
            while len(self._known) > self._keep:
                self._known.popitem(last=False)
        return told
