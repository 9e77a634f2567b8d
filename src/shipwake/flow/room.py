"""How many more looks a worker may take at once: few of what it makes itself, many of what waits for a network.

What it does not take is left to other workers, and to the order of due time.
"""

from collections.abc import Iterator, Sequence

from shipwake.flow.kept import Kept
from shipwake.flow.lanes import Lanes
from shipwake.flow.look import BATCH, Group, lease
from shipwake.flow.river import River
from shipwake.flow.together import MOST, bunches

DEEP = 80
"""Looks in the lane of one remote source; what else is due there waits in the store, in its order."""
AT_HAND = 2 * MOST
"""Looks at our own samples that a worker holds at most: one bunch is made while the next waits."""
WAITING = 20 * BATCH
"""Looks that may wait for answers over a network."""


def room(river: River, lanes: Lanes) -> tuple[int, frozenset[str]]:
    """How many more looks may be leased now, and the sources of which none may.

    A source that is slow to answer fills the room for itself alone.
    """
    under_way = {s: lanes.under_way(f"look {s}") for s in {x.source for x in river.config.slis}}
    away = {s: n for s, n in under_way.items() if remote(river, s)}
    here = sum(under_way.values()) - sum(away.values())
    full = {s for s, n in away.items() if n >= DEEP or sum(away.values()) > WAITING - BATCH}
    if here > AT_HAND - MOST:
        full |= under_way.keys() - away.keys()
    if under_way and len(full) == len(under_way):
        return 0, frozenset(full)
    return BATCH if here == 0 and any(away.values()) else MOST, frozenset(full)


def taken(river: River, most: int, full: frozenset[str]) -> Iterator[tuple[str, Sequence[Group]]]:
    """The looks that are due, by source: those that wait for a network one change a piece, the others many."""
    without = [sli.name for sli in river.config.slis if sli.source in full]
    for bunch in bunches(lease(river, most, without)):
        source = bunch[0].source
        if remote(river, source):
            yield from ((source, [group]) for group in bunch)
        else:
            yield source, bunch


def remote(river: River, source: str) -> bool:
    """Whether this source is asked over a network."""
    return isinstance(river.sources.get(source), Kept)
