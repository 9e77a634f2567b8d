"""Join an event to the change it speaks of: the same rollout, the same revision while it is live, or a new change."""

from dataclasses import dataclass
from datetime import timedelta

from shipwake.domain import Change, Event, Says, merge
from shipwake.flow.river import DESCRIBE, River
from shipwake.flow.watch import STALE, open_watch, reopen_rolled_back
from shipwake.store import Tx
from shipwake.wire.chance import new_id

LOOK_BACK = timedelta(days=90)
"""How far back an event may belong to a change that is already known."""


@dataclass(frozen=True, slots=True)
class Place:
    """Our names for where an event happened; empty where they are not known."""

    service: str
    environment: str


def join(river: River, tx: Tx, event: Event) -> str | None:
    """Add one event; returns the id of the change it now belongs to, None where it belongs to none (yet)."""
    if not tx.events.add(event) or event.says is Says.PING:
        return None
    if event.says is Says.REPLY:
        if event.reply and tx.changes.get(event.reply.change):
            tx.replies.add(event.reply)
        return None
    if event.says is Says.CONTEXT:
        _retell(river, tx, event)
        return None
    place = placed(river, tx, event)
    known = _known(tx, event, place)
    change_id = known or event.facts.id or new_id()
    if known and (before := tx.changes.get(known)):
        # What adds to a change need not say again where that is.
        there = before.change
        place = Place(place.service or there.service, place.environment or there.environment)
    tx.events.attach(event.source, event.key, change_id)
    return settle(river, tx, change_id, place).id


def touched(river: River, tx: Tx, event: Event) -> tuple[str, ...]:
    """The services that an event would write of, "" among them for one that is not ours: its own and its change's."""
    place = placed(river, tx, event)
    known = _known(tx, event, place)
    stored = tx.changes.get(known) if known else None
    if stored is None or stored.change.service == place.service:
        return (place.service,)
    mentions = event.facts.service or event.facts.repository
    return (stored.change.service, *([place.service] if mentions else []))


def placed(river: River, tx: Tx, event: Event) -> Place:
    """Our names for the event's service and environment: the file's, else what a person mapped on the page."""
    facts = event.facts
    service = river.config.service_for(facts.service, facts.repository)
    if not service:
        service = tx.mappings.get("service", facts.service or facts.repository) or ""
    environment = river.config.environment_for(facts.environment)
    if not environment:
        environment = tx.mappings.get("environment", facts.environment) or ""
    return Place(service, environment)


def settle(river: River, tx: Tx, change_id: str, place: Place) -> Change:
    """Merge all that was said of this change, save it, and watch it from when it is live."""
    events = tx.events.of(change_id)
    first = merge(change_id, events, service=place.service, environment=place.environment)
    context = (
        tx.events.loose([first.revision, *(c.sha for c in first.commits)], first.repository)
        if first.revision
        else []
    )
    change = merge(
        change_id,
        [*events, *context],
        service=place.service,
        environment=place.environment,
        rolls_back=_rolled_back(tx, first),
    )
    mapped = bool(
        change.environment and (change.service or not (change.heard_service or change.repository))
    )
    tx.changes.save(change, mapped=mapped)
    if mapped:
        open_watch(river, tx, change)
        _ask_what_is_in_it(river, tx, change)
        if change.rolls_back:
            reopen_rolled_back(tx, change)
    return change


def _ask_what_is_in_it(river: River, tx: Tx, change: Change) -> None:
    """Owe a description of what went live, from the revision before it on."""
    if not (river.remote_lookups and change.at and change.revision and change.repository):
        return
    now = river.clock.now()
    if now - change.at > STALE:
        return
    before = change.previous_revision
    if not before and change.service:
        earlier = tx.changes.newest_revision(
            (change.service, change.environment),
            since=change.at - LOOK_BACK,
            before=change.at,
            but=change.id,
            unlike=change.revision,
        )
        before = earlier.revision if earlier else ""
    asks = f"{change.repository} {before}..{change.revision}"
    tx.duties.owe(DESCRIBE, change.id, now, asks=asks)


def _known(tx: Tx, event: Event, place: Place) -> str | None:
    facts = event.facts
    if facts.id:
        return facts.id
    if facts.thread and (found := tx.events.by_thread(facts.thread)):
        return found
    if not (facts.revision and place.service and place.environment):
        return None
    here = (place.service, place.environment)
    same = tx.changes.of_revision(
        here, facts.revision, since=event.at - LOOK_BACK, before=event.at + LOOK_BACK
    )
    for change in (s.change for s in reversed(same)):
        start, end = sorted((change.at or event.at, event.at))
        if not tx.changes.other_revision_between(here, facts.revision, start, end):
            return change.id
    return None


def _rolled_back(tx: Tx, change: Change) -> str:
    """The change that this one ends, where this one's revision was live before that."""
    if not (change.at and change.revision and change.service and change.environment):
        return ""
    here, since = (change.service, change.environment), change.at - LOOK_BACK
    last = tx.changes.newest_revision(here, since=since, before=change.at, but=change.id)
    if last is None or last.revision == change.revision:
        return ""
    before = tx.changes.of_revision(here, change.revision, since=since, before=change.at)
    return last.id if any(s.change.id != change.id for s in before) else ""


def _retell(river: River, tx: Tx, event: Event) -> None:
    """A context event adds to every change that carries its revision."""
    if not event.facts.revision:
        return
    for stored in tx.changes.with_revision(event.facts.revision, event.facts.repository):
        settle(river, tx, stored.change.id, Place(stored.change.service, stored.change.environment))
