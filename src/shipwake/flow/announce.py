"""Take a change, samples or a name mapping from our own API or page; the same steps as for anything heard."""

import structlog

from shipwake.domain import BadInputError, Change, Event
from shipwake.flow.crash_points import crash_point
from shipwake.flow.hear import PROMPT_S
from shipwake.flow.join import Place, join, settle
from shipwake.flow.river import River
from shipwake.store import Deed

log = structlog.get_logger()


def announce(river: River, event: Event) -> Change:
    """Join one event of the plain form at once and return its change; the same event twice has one effect."""
    with river.store.write(within_s=PROMPT_S) as tx:
        change_id = join(river, tx, event) or event.facts.id
        stored = tx.changes.get(change_id)
        crash_point("after an announced change is joined, before it is committed")
    crash_point("after an announced change is committed, before it is answered")
    if stored is None:
        message = "this says nothing of a change; give at least a service and what happened"
        raise BadInputError(message)
    river.wake.set()
    log.info("announced", change=stored.change.id, source=event.source)
    return stored.change


def map_name(
    river: River, what: str, heard: str, name: str, *, by: str, deed: Deed | None = None
) -> int:
    """Remember that `heard` means our service or environment `name`; returns how many changes that mapped.

    `deed` says who asked for it, for the audit log.
    """
    if what not in ("service", "environment"):
        message = f"{what!r} cannot be mapped; map a service or an environment"
        raise BadInputError(message, where="what")
    if not heard or not name:
        message = "give the name that was heard and the name it stands for"
        raise BadInputError(message, where="name")
    mapped = 0
    with river.store.write() as tx:
        tx.mappings.put(what, heard, name, by)
        if deed:
            tx.audit.add(deed)
        for stored in tx.changes.unmapped():
            change = stored.change
            place = Place(
                change.service
                or _meant(what == "service", heard, name, change.heard_service, change.repository),
                change.environment
                or _meant(what == "environment", heard, name, change.heard_environment),
            )
            if (place.service, place.environment) != (change.service, change.environment):
                settle(river, tx, change.id, place)
                mapped += 1
    river.wake.set()
    return mapped


def _meant(applies: bool, heard: str, name: str, *called: str) -> str:  # noqa: FBT001
    return name if applies and heard in called else ""
