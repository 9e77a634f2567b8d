"""Look at a change: read each SLI, hold it against its normal, append the verdict and the words, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

import structlog

from shipwake.domain import (
    Assessment,
    Change,
    Health,
    Look,
    Reason,
    Samples,
    Sli,
    Verdict,
    next_look,
)
from shipwake.flow.caution import usual
from shipwake.flow.crash_points import crash_point
from shipwake.flow.detectors import DetectorError
from shipwake.flow.later import Seen, seen
from shipwake.flow.learn import level_of
from shipwake.flow.river import River
from shipwake.flow.tell import compose, recipients
from shipwake.judge import Level
from shipwake.sources import SourceError
from shipwake.store import Leased, Tx
from shipwake.verdict import Other, fold

log = structlog.get_logger()
BATCH = 256
LEASE_S = 120.0
AROUND = timedelta(hours=1)
"""How near this change, the beginning of a move, or the present another one must be to be a suspect."""
NEAREST = 20
Levels = tuple[Level, Level | None]
"""What evidence is held against, and what it would be by the usual caution where that is not the same."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The samples that this look needs are due and have not all arrived: look again at `until`."""

    until: datetime
    why: str


@dataclass(frozen=True, slots=True)
class Group:
    """The leased looks of one change on one source: made together, so that a slow source delays no other."""

    change: str
    source: str
    rows: tuple[Leased, ...]


def lease(river: River) -> list[Group]:
    """Take the looks that are due, for this worker alone, grouped by change and source."""
    now = river.clock.now()
    with river.store.write() as tx:
        leased = tx.looks.lease(now, limit=BATCH, worker=river.worker, seconds=LEASE_S)
    crash_point("after a lease")
    groups: dict[tuple[str, str], list[Leased]] = {}
    for row in sorted(leased, key=lambda r: (r.look.due, r.look.change, r.look.sli)):
        sli = river.sli(row.look.sli)
        groups.setdefault((row.look.change, sli.source if sli else ""), []).append(row)
    return [Group(change, source, tuple(rows)) for (change, source), rows in groups.items()]


def look(river: River, group: Group) -> None:
    """Make the looks of one group and commit what they found: all of it or nothing."""
    with river.store.read() as tx:
        stored = tx.changes.get(group.change)
    if stored is None:
        return
    change = stored.change
    slis = {s.name: s for s in river.slis_of(change)}
    made: list[tuple[Leased, Assessment]] = []
    waiting: list[tuple[Leased, Waiting]] = []
    anchor = min(row.look.anchor for row in group.rows)
    held = level_of(river, change, tuple(slis.values()), anchor)
    with river.store.read() as tx:
        otherwise = usual(river, tx, change.at or anchor, held)
    jobs = [
        partial(_assess, river, change, slis, row.look, (held, otherwise)) for row in group.rows
    ]
    source = next((s.source for r in group.rows if (s := slis.get(r.look.sli))), "")
    for row, found in zip(group.rows, river.reading.all(source, jobs), strict=True):
        if isinstance(found, Waiting):
            waiting.append((row, found))
        else:
            made.append((row, found))
    named = recipients(river, change) if made else []
    crash_point("before the look is committed")
    with river.store.write() as tx:
        for row, wait in waiting:
            tx.looks.retry(row, wait.until, wait.why)
        verdict = _commit(river, tx, change, slis, made, named)
    crash_point("after the look is committed")
    if verdict is not None:
        river.wake.set()
        log.info(
            "looked", change=change.id, seq=verdict.seq, health=verdict.health.value, slis=len(made)
        )


def _assess(
    river: River, change: Change, slis: dict[str, Sli], planned: Look, levels: Levels
) -> Assessment | Waiting:
    try:
        return _found(river, change, slis, planned, levels)
    except DetectorError as error:
        return _unknown(planned, Reason.DETECTOR_FAILED, error.message)


def _found(
    river: River, change: Change, slis: dict[str, Sli], planned: Look, levels: Levels
) -> Assessment | Waiting:
    sli = slis.get(planned.sli)
    if sli is None:
        return _unknown(planned, Reason.NO_INDICATORS, "this indicator is no longer configured")
    try:
        found = seen(river, change, sli, planned)
    except SourceError as error:
        if not error.permanent and _patient(river, sli, planned):
            return Waiting(
                river.clock.now() + (error.retry_after or river.unit(sli)), error.message
            )
        return _unknown(planned, Reason.SOURCE_ERROR, error.message)
    crash_point("after samples")
    if not _arrived(found.after, planned.due) and _patient(river, sli, planned):
        return Waiting(river.clock.now() + river.unit(sli) / 2, "samples still arriving")
    return _priced(found, levels)


def _priced(judged: Seen, levels: Levels) -> Assessment:
    """The assessment; where a number of false alarms is asked for, with what would be noticed by usual caution."""
    held, otherwise = levels
    found = judged.held_against(held)
    if otherwise is None:
        return found
    return replace(found, noticeable_usually=judged.held_against(otherwise).noticeable)


def _patient(river: River, sli: Sli, planned: Look) -> bool:
    return river.clock.now() < planned.due + river.settle * river.unit(sli)


def _arrived(after: Samples, due: datetime) -> bool:
    """Whether the last slot before `due` holds a value."""
    last = after.index(due - timedelta(seconds=after.step_s))
    return last < len(after) and bool(after.present[last])


def _unknown(planned: Look, reason: Reason, detail: str) -> Assessment:
    return Assessment(
        change=planned.change,
        sli=planned.sli,
        look=planned.number,
        at=planned.due,
        anchor=planned.anchor,
        health=Health.UNKNOWN,
        reason=reason,
        p_worse=1.0,
        p_better=1.0,
        level=0.0,
        detail=detail,
    )


def _commit(
    river: River,
    tx: Tx,
    change: Change,
    slis: dict[str, Sli],
    made: Sequence[tuple[Leased, Assessment]],
    named: Sequence[str],
) -> Verdict | None:
    """End these looks: fences first, then assessments, verdict, next due times and notices, or nothing at all."""
    kept = []
    for row, found in made:
        sli = slis.get(row.look.sli)
        hurting = found.health.hurts
        step = sli.step if sli else None
        following = next_look(
            river.config.watch, step, change.exposure, after=row.look.due, hurting=hurting
        )
        if not tx.looks.finish(row, _following(row.look, following), hurting=hurting):
            log.warning(
                "look lost its lease", change=change.id, sli=row.look.sli, look=row.look.number
            )
            continue
        kept.append(found)
    if not kept:
        return None
    newest = {a.sli: a for a in tx.verdicts.assessments(change.id)} | {a.sli: a for a in kept}
    previous = tx.verdicts.newest(change.id)
    at = max(a.at for a in kept)
    verdict = fold(
        change,
        list(newest.values()),
        slis,
        others_near(tx, change, at, [a.onset.at for a in newest.values() if a.onset]),
        seq=previous.seq + 1 if previous else 1,
        now=at,
        next_look=tx.looks.next_of(change.id),
    )
    tx.verdicts.append(verdict, kept)
    for notice in compose(river, tx, change, verdict, previous, named):
        tx.outbox.put(notice)
    return verdict


def _following(done: Look, step: tuple[datetime, datetime, bool] | None) -> Look | None:
    if step is None:
        return None
    due, anchor, later = step
    return Look(
        change=done.change,
        sli=done.sli,
        number=done.number + 1,
        due=due,
        anchor=anchor,
        later=later,
    )


def others_near(
    tx: Tx, change: Change, now: datetime, begun: Sequence[datetime] = ()
) -> list[Other]:
    """The other live changes of this environment, up to `now`, that might explain a move since this change.

    `begun` is when each move began that is known: at a later look hours after this change, and long ago.
    """
    if change.at is None:
        return []
    found = {
        s.change.id: s
        for moment in dict.fromkeys((change.at, *begun, now))
        for s in tx.changes.near(moment, AROUND, change.environment, limit=NEAREST)
    }
    return [
        Other(change=s.change, health=s.health)
        for s in found.values()
        if s.change.id != change.id and s.change.at is not None and s.change.at <= now
    ]
