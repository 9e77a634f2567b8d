"""End looks that were made: fences first, then assessments, verdicts, next due times and notices, or nothing at all."""

from collections.abc import Sequence
from itertools import compress

import structlog

from shipwake.domain import Assessment, Look, Notice, Verdict, next_look
from shipwake.flow.crash_points import crash_point
from shipwake.flow.look import Looked
from shipwake.flow.nearby import Nearby
from shipwake.flow.river import River
from shipwake.flow.tell import compose
from shipwake.store import Finished, Leased, Tx
from shipwake.verdict import fold

log = structlog.get_logger()
Kept = tuple[Looked, list[Assessment]]
"""What was found of one change, and what of that was still ours to say."""


def end(river: River, batch: Sequence[Looked]) -> None:
    """Commit what was found of these changes, each of which stands here once, in one transaction and in their order.

    The verdicts are those that would be given were each change committed before the next.
    """
    crash_point("before the look is committed")
    with river.store.write() as tx:
        for looked in batch:
            for row, wait in looked.waiting:
                tx.looks.retry(row, wait.until, wait.why)
        kept = _kept(river, tx, batch)
        crash_point("after the fences are checked")
        said = _said(river, tx, kept)
    crash_point("after the look is committed")
    _count(river, batch, kept, said)
    if said:
        river.wake.set()
    for verdict, (_, found) in zip(said, kept, strict=True):
        log.info(
            "looked",
            change=verdict.change,
            seq=verdict.seq,
            health=verdict.health.value,
            slis=len(found),
            look=max(a.look for a in found),
        )
        for a in found:
            log.debug("assessed", change=a.change, sli=a.sli, look=a.look, health=a.health.value)


def _kept(river: River, tx: Tx, batch: Sequence[Looked]) -> list[Kept]:
    """The changes of which we still held a look, with what those looks found."""
    ended = [
        [_finished(river, looked, row, found) for row, found in looked.made] for looked in batch
    ]
    held = iter(tx.looks.finish_all([x for of_one in ended for x in of_one]))
    kept: list[Kept] = []
    for looked in batch:
        ours = [next(held) for _ in looked.made]
        for (row, _), mine in zip(looked.made, ours, strict=True):
            if not mine:
                log.warning(
                    "look lost its lease",
                    change=looked.change.id,
                    sli=row.look.sli,
                    look=row.look.number,
                )
        if found := list(compress((a for _, a in looked.made), ours)):
            kept.append((looked, found))
    return kept


def _count(
    river: River, batch: Sequence[Looked], kept: Sequence[Kept], said: Sequence[Verdict]
) -> None:
    meters, now = river.meters, river.clock.now()
    made = sum(len(looked.made) for looked in batch)
    meters.looks.labels("waiting").inc(sum(len(looked.waiting) for looked in batch))
    meters.looks.labels("lost").inc(made - sum(len(found) for _, found in kept))
    for _, found in kept:
        for assessment in found:
            meters.looks.labels(assessment.health.value).inc()
            meters.late_seconds.observe(max((now - assessment.at).total_seconds(), 0.0))
    for verdict in said:
        meters.verdicts.labels(verdict.health.value).inc()


def _finished(river: River, looked: Looked, row: Leased, found: Assessment) -> Finished:
    sli = looked.slis.get(row.look.sli)
    step = next_look(
        river.config.watch,
        sli.step if sli else None,
        looked.change.exposure,
        after=row.look.due,
        hurting=found.health.hurts,
    )
    following = None
    if step is not None:
        due, anchor, later = step
        following = Look(
            change=row.look.change,
            sli=row.look.sli,
            number=row.look.number + 1,
            due=due,
            anchor=anchor,
            later=later,
        )
    return Finished(leased=row, next=following, hurting=found.health.hurts)


def _said(river: River, tx: Tx, kept: Sequence[Kept]) -> list[Verdict]:
    """Append a verdict for each change, and queue what is to be told of it."""
    if not kept:
        return []
    ids = [looked.change.id for looked, _ in kept]
    new = {(looked.change.id, a.sli) for looked, found in kept for a in found}
    known = tx.verdicts.assessments_of(ids, but=new)
    previous = tx.verdicts.newest_of(ids)
    next_looks = tx.looks.next_of_all(ids)
    told = tx.outbox.of_all(ids) if river.channels else {}
    nearby = Nearby(tx)
    verdicts: list[Verdict] = []
    notices: list[Notice] = []
    for looked, found in kept:
        change = looked.change
        before = previous.get(change.id)
        newest = [*known.get(change.id, ()), *found]
        at = max(a.at for a in found)
        verdict = fold(
            change,
            newest,
            looked.slis,
            nearby.others(change, at, [a.onset.at for a in newest if a.onset]),
            seq=before.seq + 1 if before else 1,
            now=at,
            next_look=next_looks.get(change.id),
        )
        nearby.said(verdict)
        verdicts.append(verdict)
        notices += compose(river, told.get(change.id, ()), change, verdict, before, looked.named)
    tx.verdicts.append_all(verdicts, [a for _, found in kept for a in found])
    crash_point("after the verdict is written")
    for notice in notices:
        tx.outbox.put(notice)
    if notices:
        crash_point("after the outbox is written")
    return verdicts
