"""Complete a change by what the lookups know: its commits, pull requests and authors, as one more event."""

from dataclasses import replace
from datetime import datetime, timedelta

import structlog

from shipwake.domain import Change, Contents, Event, Facts, Says
from shipwake.flow.crash_points import crash_point
from shipwake.flow.join import Place, settle
from shipwake.flow.river import River
from shipwake.lookup import LookupFailedError
from shipwake.store import Duty

log = structlog.get_logger()
AGAIN = timedelta(minutes=1)
SOURCE = "lookup"


def describe(river: River, duty: Duty) -> None:
    """Ask what is in one change and add it; asked again later where that fails for now."""
    with river.store.read() as tx:
        stored = tx.changes.get(duty.about)
    now = river.clock.now()
    try:
        if stored is not None:
            _add(river, stored.change, duty, _contents(river, stored.change, duty), now)
    except LookupFailedError as error:
        log.warning("change not described", change=duty.about, reason=error.message)
        with river.store.write() as tx:
            if error.permanent:
                tx.duties.give_up(duty, error.message)
            else:
                wait = error.retry_after or AGAIN * min(duty.attempts, 30)
                tx.duties.retry(duty, now + wait, error.message)
        return
    with river.store.write() as tx:
        tx.duties.done(duty)


def _contents(river: River, change: Change, duty: Duty) -> Contents:
    """What all lookups say together, since the revision that was live before."""
    previous = duty.asks.partition("..")[0].rpartition(" ")[2]
    asked = replace(change, previous_revision=change.previous_revision or previous)
    found = [lookup.commits(asked) for lookup in river.remote_lookups]
    return Contents(
        commits=tuple(c for f in found for c in f.commits),
        authors=tuple(a for f in found for a in f.authors),
        links=tuple(x for f in found for x in f.links),
        tags=tuple(t for f in found for t in f.tags),
        paths=tuple(p for f in found for p in f.paths),
    )


def _add(river: River, change: Change, duty: Duty, found: Contents, now: datetime) -> None:
    if not (found.commits or found.authors or found.links):
        return
    pulls = sum(link.kind == "pull request" for link in found.links)
    event = Event(
        source=SOURCE,
        key=f"{change.id} {duty.asks}",
        says=Says.CONTEXT,
        at=change.at or now,
        received=now,
        text=f"{len(found.commits)} commits and {pulls} pull requests were looked up",
        facts=Facts(
            repository=change.repository,
            revision=change.revision,
            commits=found.commits,
            authors=found.authors,
            links=found.links,
            tags=found.tags,
            paths=found.paths,
        ),
    )
    with river.store.write() as tx:
        if tx.events.add(event):
            tx.events.attach(event.source, event.key, change.id)
            settle(river, tx, change.id, Place(change.service, change.environment))
        crash_point("after a description is joined, before it is committed")
    crash_point("after a description is committed, before its duty ends")
    log.info("described", change=change.id, commits=len(found.commits), pull_requests=pulls)
