"""Make many looks that are due at once: judged one after another, committed together, and none holds up another."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import structlog

from shipwake.domain import Change
from shipwake.flow.end import end
from shipwake.flow.kept import Kept
from shipwake.flow.look import Group, Looked, find
from shipwake.flow.river import River
from shipwake.flow.tell import may_ask
from shipwake.judge import Level
from shipwake.wire.clock import monotonic

log = structlog.get_logger()
MOST = 64
"""How many looks are committed at once."""
PROMPT_S = 0.25
"""How long the first of them waits at most for others, beside the change that is being judged just then."""
Known = dict[str, tuple[Change, Level | None, datetime]]
"""By the id that a look was planned under: its change as it stands, its level if set, and when it was heard of."""


def look(river: River, groups: Sequence[Group]) -> None:
    """Make the looks of these groups and commit what they found: of each group all of it or nothing.

    What fails of one group is raised when all others are committed: an ExceptionGroup where that are several.
    """
    failures: list[Exception] = []
    for batch in _batches(river, groups, failures):
        failures += _ended(river, batch)
    if len(failures) == 1:
        raise failures[0]
    if failures:
        message = f"{len(failures)} of {len(groups)} changes could not be looked at"
        raise ExceptionGroup(message, failures)


def bunches(groups: Sequence[Group]) -> list[list[Group]]:
    """The groups of each source in portions of at most `MOST` looks (a larger group stands alone), in their order."""
    found: list[list[Group]] = []
    filling: dict[str, list[Group]] = {}
    for group in groups:
        bunch = filling.get(group.source)
        if bunch is None or sum(len(g.rows) for g in bunch) + len(group.rows) > MOST:
            bunch = filling[group.source] = []
            found.append(bunch)
        bunch.append(group)
    return found


def _batches(
    river: River, groups: Sequence[Group], failures: list[Exception]
) -> Iterator[list[Looked]]:
    """What may be committed together, as soon as it may wait no longer."""
    known = _known(river, groups)
    batch: list[Looked] = []
    first_s = 0.0
    for group in groups:
        if group.change not in known:
            continue
        change, level, heard = known[group.change]
        late = monotonic() - first_s >= PROMPT_S
        if batch and (late or _full(batch, group) or _waits(river, batch, group, change)):
            yield batch
            batch = []
        try:
            found = find(river, group, change, level, heard)
        except Exception as error:  # noqa: BLE001 - it is raised when the others are committed
            failures.append(error)
            continue
        first_s = first_s if batch else monotonic()
        batch.append(found)
    if batch:
        yield batch


def _known(river: River, groups: Sequence[Group]) -> Known:
    """The changes of these groups, read at once."""
    with river.store.read() as tx:
        stored = tx.changes.going_on({group.change for group in groups})
        levels = tx.levels.of([s.change.id for s in stored.values()])
    held = {id: Level(early=early, later=later) for id, (early, later) in levels.items()}
    return {id: (s.change, held.get(s.change.id), s.heard_at) for id, s in stored.items()}


def _full(batch: Sequence[Looked], group: Group) -> bool:
    return sum(len(x.made) + len(x.waiting) for x in batch) + len(group.rows) > MOST


def _waits(river: River, batch: Sequence[Looked], group: Group, change: Change) -> bool:
    """Whether what was found must be committed first.

    Either because this group may wait for a network, or because it is about to learn from what was found: the past of
    a place counts what its earlier changes did.
    """
    remote = isinstance(river.sources.get(group.source), Kept)
    return remote or may_ask(river, change) or any(_related(x.change, change) for x in batch)


def _related(one: Change, other: Change) -> bool:
    place = (one.service, one.environment)
    return one.id == other.id or (all(place) and place == (other.service, other.environment))


def _ended(river: River, batch: Sequence[Looked]) -> list[Exception]:
    """Commit it; where that fails each change alone. What failed then."""
    try:
        end(river, batch)
    except Exception as error:
        if len(batch) == 1:
            return [error]
        log.exception("looks could not be committed together; each is committed alone")
        return [failure for looked in batch for failure in _ended(river, [looked])]
    return []
