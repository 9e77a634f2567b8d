"""Tell people: compose a notice for each recipient when a verdict is new, and put it in its channel exactly once."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from shipwake.domain import Change, Health, Notice, Verdict
from shipwake.flow.crash_points import crash_point
from shipwake.flow.river import River
from shipwake.flow.trouble import Trouble
from shipwake.store import Queued
from shipwake.tell import TellError
from shipwake.verdict import message

log = structlog.get_logger()
BATCH = 50
SILENT_UNTIL = 12
"""Units after which an author is told even that nothing is known."""
LONGEST_WAIT = timedelta(minutes=10)


def compose(
    river: River,
    queued: Sequence[Queued],
    change: Change,
    verdict: Verdict,
    previous: Verdict | None,
    named: Sequence[str],
) -> list[Notice]:
    """The notices that this verdict asks for: none while it is too early, none where the words stay the same.

    `queued` are the newest notices of this change so far. `named` are the recipients, found before: whoever knows them
    may have to be asked over a network.
    """
    told = {q.notice.key: q.notice for q in queued}
    if not river.channels or (not told and not _worth_telling(river, change, verdict)):
        return []
    url = f"{river.config.url.rstrip('/')}/changes/{change.id}"
    words = message(change, verdict, previous if told else None, url=url)
    notices = []
    for channel in river.channels:
        if channel.environments and change.environment not in channel.environments:
            continue
        for recipient in [""] if channel.everybody else named:
            notice = Notice(
                change=change.id,
                recipient=recipient,
                channel=channel.name,
                revision=verdict.seq,
                health=verdict.health,
                lines=words.lines,
                at=verdict.at,
                url=url,
                thread_line=words.thread_line,
            )
            before = told.get(notice.key)
            if before is None or before.lines != notice.lines or notice.thread_line:
                notices.append(notice)
    return notices


def _worth_telling(river: River, change: Change, verdict: Verdict) -> bool:
    if verdict.health is Health.HEALTHY:
        return river.config.healthy_messages
    if verdict.health is not Health.UNKNOWN:
        return True
    return (
        change.at is not None and verdict.at - change.at >= SILENT_UNTIL * river.config.watch.unit
    )


def recipients(river: River, change: Change) -> list[str]:
    """Whom to tell, by e-mail or login: the authors, else the service's owners, else everybody (an empty name)."""
    now = river.clock.now()
    people = [river.people.known(person, river.lookups, now) for person in change.people]
    named = [p.key for p in people if p.key]
    if not named:
        named = [
            owner for s in river.config.services if s.name == change.service for owner in s.owners
        ]
    return list(dict.fromkeys(named)) or [""]


def may_ask(river: River, change: Change) -> bool:
    """Whether finding the recipients may wait for a network."""
    now = river.clock.now()
    return bool(river.remote_lookups) and not all(river.people.knows(p, now) for p in change.people)


def lease_notices(river: River) -> list[Queued]:
    """Take the notices that wait, for this worker alone."""
    with river.store.write() as tx:
        leased = tx.outbox.lease(
            river.clock.now(), limit=BATCH, worker=river.worker, seconds=river.leases.notices_s
        )
    if leased:
        crash_point("after a notice's lease")
    return leased


def tell(river: River, queued: Queued) -> None:
    """Put one notice in its channel; one that may have been sent before is looked up there first.

    Nothing is put where the lease is another worker's by now: that one tells.
    """
    notice = queued.notice
    channel = next((c for c in river.channels if c.name == notice.channel), None)
    if channel is None:
        with river.store.write() as tx:
            tx.outbox.failed(queued, f"the channel {notice.channel} is no longer configured")
        return
    crash_point("after a notice is taken up")
    try:
        ref = queued.ref
        if ref is None and queued.attempts > 1:
            ref = channel.teller.find(notice.key)
            crash_point("after its channel was searched")
        # Right before it, and for a whole lease more: it may have waited long, and nobody may put it beside us.
        if not _ours(river, queued):
            return
        with river.meters.timing(river.meters.notice_seconds, channel.name):
            ref = channel.teller.put(notice, ref)
    except TellError as error:
        _put_off(river, queued, error)
        return
    crash_point("after put, before its ref is stored")
    with river.store.write() as tx:
        ours = tx.outbox.sent(queued, ref)
    crash_point("after its ref is stored")
    _trouble(river, queued).over()
    river.meters.notices.labels(channel.name, "sent").inc()
    if not ours:
        log.warning("told after the lease went to another", change=notice.change, ref=ref.value)
    log.info(
        "told",
        change=notice.change,
        seq=notice.revision,
        channel=notice.channel,
        notice=notice.key,
        attempt=queued.attempts,
    )


def _trouble(river: River, queued: Queued) -> Trouble:
    return river.troubles.of(f"the channel {queued.notice.channel} takes no notice")


def _ours(river: River, queued: Queued) -> bool:
    """Whether this worker, which may have been stopped for a while, still is the one that tells."""
    with river.store.write() as tx:
        ours = tx.outbox.extend(queued, river.leases.notices_s)
    if not ours:
        log.warning("notice lost its lease", change=queued.notice.change)
    return ours


def _put_off(river: River, queued: Queued, error: TellError) -> None:
    log.debug(
        "not told",
        change=queued.notice.change,
        seq=queued.notice.revision,
        channel=queued.notice.channel,
        notice=queued.notice.key,
        attempt=queued.attempts,
        again=not error.permanent,
        reason=error.message,
    )
    _trouble(river, queued).goes_on(error.message)
    outcome = "failed" if error.permanent else "again"
    river.meters.notices.labels(queued.notice.channel, outcome).inc()
    crash_point("after a refused put, before it is put off")
    with river.store.write() as tx:
        if error.permanent:
            tx.outbox.failed(queued, error.message)
            return
        wait = error.retry_after or min(timedelta(seconds=2**queued.attempts), LONGEST_WAIT)
        tx.outbox.retry(queued, river.clock.now() + wait, error.message)
