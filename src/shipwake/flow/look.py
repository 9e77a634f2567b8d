"""Look at a change: take what is due, read each SLI, hold it against its normal; commits nothing of what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from shipwake.domain import Assessment, Change, Health, Look, Reason, Samples, Sli
from shipwake.flow.caution import usual
from shipwake.flow.crash_points import crash_point
from shipwake.flow.detectors import DetectorError
from shipwake.flow.kept import Kept
from shipwake.flow.later import Seen, seen
from shipwake.flow.learn import level_of
from shipwake.flow.river import River
from shipwake.flow.tell import recipients
from shipwake.judge import Level
from shipwake.sources import SourceError
from shipwake.store import Leased

BATCH = 256
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What the looks of one group found, to be committed, all of it or nothing; `named` are who is to be told."""

    change: Change
    slis: Mapping[str, Sli]
    made: tuple[tuple[Leased, Assessment], ...]
    waiting: tuple[tuple[Leased, Waiting], ...]
    named: tuple[str, ...]


def lease(river: River, most: int = BATCH, without: Sequence[str] = ()) -> list[Group]:
    """Take at most so many of the looks that are due, for this worker alone, grouped by change and source.

    None at the SLIs `without`.
    """
    now = river.clock.now()
    with river.store.write() as tx:
        leased = tx.looks.lease(
            now, limit=most, worker=river.worker, seconds=river.leases.looks_s, without=without
        )
    if leased:
        crash_point("after a lease")
    groups: dict[tuple[str, str], list[Leased]] = {}
    for row in sorted(leased, key=lambda r: (r.look.due, r.look.change, r.look.sli)):
        sli = river.sli(row.look.sli)
        groups.setdefault((row.look.change, sli.source if sli else ""), []).append(row)
    return [Group(change, source, tuple(rows)) for (change, source), rows in groups.items()]


def find(river: River, group: Group, change: Change, held: Level | None, heard: datetime) -> Looked:
    """Read and judge the looks of one group; nothing is written but the level of a change that has none yet.

    `held` is what its evidence is held against, None where that is not known; `heard` when it was first heard of.
    """
    slis = {s.name: s for s in river.slis_of(change)}
    made: list[tuple[Leased, Assessment]] = []
    waiting: list[tuple[Leased, Waiting]] = []
    for row, found in zip(group.rows, _all(river, group, change, slis, held), strict=True):
        if isinstance(found, Waiting):
            waiting.append((row, found))
        else:
            made.append((row, _dated(river, slis, row.look, heard, found)))
    return Looked(
        change=change,
        slis=slis,
        made=tuple(made),
        waiting=tuple(waiting),
        named=tuple(recipients(river, change)) if made else (),
    )


def _all(
    river: River, group: Group, change: Change, slis: dict[str, Sli], held: Level | None
) -> list[Assessment | Waiting]:
    """What each look of the group finds; nothing is asked, nor learned, of a source that is left alone."""
    source = river.sources.get(group.source)
    refusal = source.refusal() if isinstance(source, Kept) else None
    if refusal is not None:
        return [_not_asked(river, slis, row.look, refusal) for row in group.rows]
    anchor = min(row.look.anchor for row in group.rows)
    levels = _levels(river, change, tuple(slis.values()), anchor, held)
    jobs = [partial(_assess, river, change, slis, row.look, levels) for row in group.rows]
    with river.meters.timing(river.meters.look_seconds, group.source):
        return river.reading.all(group.source, jobs)


def _dated(
    river: River, slis: dict[str, Sli], planned: Look, heard: datetime, found: Assessment
) -> Assessment:
    """With how late it was made, where that is later than its samples may take; a recording knows no late."""
    sli = slis.get(planned.sli)
    due = max(planned.due, heard)
    late = river.clock.now() - due
    if not river.settle or sli is None:
        return found
    if late <= (river.settle + 1) * river.unit(sli):
        return found
    return replace(found, late_s=late.total_seconds())


def _levels(
    river: River, change: Change, slis: tuple[Sli, ...], anchor: datetime, held: Level | None
) -> Levels:
    held = held or level_of(river, change, slis, anchor)
    if river.config.false_alarms is None:
        return held, None
    with river.store.read() as tx:
        return held, usual(river, tx, change.at or anchor, held)


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
        return _not_read(river, sli, planned, error)
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


def _not_asked(
    river: River, slis: dict[str, Sli], planned: Look, refusal: SourceError
) -> Assessment | Waiting:
    sli = slis.get(planned.sli)
    if sli is None:
        return _unknown(planned, Reason.NO_INDICATORS, "this indicator is no longer configured")
    return _not_read(river, sli, planned, refusal)


def _not_read(river: River, sli: Sli, planned: Look, error: SourceError) -> Assessment | Waiting:
    """Wait for a source that may answer yet, but never past the deadline: then it is said that nothing is known."""
    now, deadline = river.clock.now(), _deadline(river, sli, planned)
    if error.permanent or now >= deadline:
        return _unknown(planned, Reason.SOURCE_ERROR, error.message)
    return Waiting(min(now + (error.retry_after or river.unit(sli)), deadline), error.message)


def _patient(river: River, sli: Sli, planned: Look) -> bool:
    return river.clock.now() < _deadline(river, sli, planned)


def _deadline(river: River, sli: Sli, planned: Look) -> datetime:
    """Until when samples, and the source itself, are waited for."""
    return planned.due + river.settle * river.unit(sli)


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
