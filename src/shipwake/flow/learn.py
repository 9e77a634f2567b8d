"""Learn what each SLI of a change is like without it, and jointly what evidence an alarm of that change needs."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

from shipwake.domain import HISTORY, Change, Health, Samples, Sli
from shipwake.flow.caution import caution_at
from shipwake.flow.crash_points import crash_point
from shipwake.flow.detectors import DetectorError
from shipwake.flow.river import River
from shipwake.judge import Level, Normal, Past, learn, level
from shipwake.sources import SourceError
from shipwake.store import Lived, Tx

HARM_LASTS = timedelta(hours=1)
"""How long an earlier harmful change is taken to have hurt where nothing says when it ended."""


def normal_of(
    river: River, change: Change, sli: Sli, anchor: datetime, unit_s: float | None = None
) -> Normal:
    """The normal of one SLI before the exposure step at `anchor`, at the resolution `unit_s` (its own unless given).

    Raises SourceError where it cannot be read, and DetectorError where the detector it names cannot be taught.
    """
    resolution_s = unit_s or river.unit(sli).total_seconds()

    def now() -> Normal:
        read = river.sources[sli.source].samples(sli, anchor - HISTORY, anchor)
        # A series of one second that began this morning has two million slots before that.
        history = read.from_first_value()
        with river.store.read() as tx:
            past = past_changes(tx, change, sli, anchor)
        with river.meters.timing(river.meters.learn_seconds):
            learned = river.learner(sli, history, anchor, past, unit_s=resolution_s)
        river.meters.normals.labels("learned").inc()
        return river.detectors.taught(learned)

    key = (change.id, sli.name, anchor, resolution_s)
    if river.normals.holds(key):
        river.meters.normals.labels("held").inc()
    return river.normals.get(key, now)


def learn_ahead(river: River, within: timedelta) -> bool:
    """Learn for one change whose first look is soon to come; False where none waits for that."""
    with river.store.read() as tx:
        waiting = tx.looks.unlearned(river.clock.now() + within)
        stored = tx.changes.get(waiting) if waiting else None
    if stored is None or stored.change.at is None:
        return False
    change = stored.change
    level_of(river, change, river.slis_of(change), stored.change.at)
    with river.store.read() as tx:
        # A source that is left alone teaches nothing, and is not asked again at once.
        return tx.levels.get(change.id) is not None


def level_of(river: River, change: Change, slis: Sequence[Sli], anchor: datetime) -> Level:
    """What each SLI's evidence is held against; computed at the watch's first look, then kept with it.

    Where a source gave no answer it is not kept: it would stay that of a change with fewer SLIs when it answers again.
    """
    with river.store.read() as tx:
        held = tx.levels.get(change.id)
        caution = caution_at(river, tx, change.at or anchor)
    if held is not None:
        return Level(early=held[0], later=held[1])
    unanswered: list[str] = []
    found = level(_normals(river, change, slis, anchor, unanswered), caution)
    if not unanswered:
        with river.store.write() as tx:
            tx.levels.set(change.id, found.early, found.later)
        crash_point("after the level is set")
    return found


def _normals(
    river: River, change: Change, slis: Sequence[Sli], anchor: datetime, unanswered: list[str]
) -> list[Normal]:
    """The normal of every SLI, those of one source side by side; one that cannot be known counts as unknown.

    The names of those whose source may answer later are put into `unanswered`.
    """

    def of(sli: Sli) -> Normal:
        try:
            return normal_of(river, change, sli, anchor)
        except (SourceError, DetectorError) as error:
            if isinstance(error, SourceError) and not error.permanent:
                unanswered.append(sli.name)
            nothing = Samples.nothing(anchor - HISTORY, river.unit(sli), sli.columns)
            return learn(sli, nothing, anchor, (), unit_s=river.unit(sli).total_seconds())

    found: dict[str, Normal] = {}
    for source in dict.fromkeys(sli.source for sli in slis):
        here = [sli for sli in slis if sli.source == source]
        learned = river.reading.all(source, [partial(of, sli) for sli in here])
        found |= {sli.name: normal for sli, normal in zip(here, learned, strict=True)}
    return [found[sli.name] for sli in slis]


def past_changes(tx: Tx, change: Change, sli: Sli, anchor: datetime) -> list[Past]:
    """Every earlier change of the same service and environment, with whether it hurt this SLI and until when."""
    if not (change.service and change.environment):
        return []
    lived = tx.changes.lived(
        change.service, change.environment, since=anchor - HISTORY, before=anchor
    )
    return as_past(tx, [x for x in lived if x.times.id != change.id], sli, anchor)


def as_past(tx: Tx, earlier: Sequence[Lived], sli: Sli, anchor: datetime) -> list[Past]:
    """What each of these changes that went live, oldest first, was for one SLI, as it stands at `anchor`."""
    live = [(x, x.times.at) for x in earlier if x.times.at]
    if not live:
        return []
    hurt = tx.verdicts.hurt_by(sli.name, live[0][1])
    ends: dict[str, datetime] = {}
    found: list[Past] = []
    for lived, at in reversed(live):
        times = lived.times
        ended = times.ended_at or ends.get(times.id) or at + HARM_LASTS
        if _judged(lived) and times.id in hurt:
            found.append(Past(at=at, harmful=True, until=min(ended, anchor)))
        else:
            found.append(Past(at=at))
        if times.rolls_back:
            ends[times.rolls_back] = min(at, ends.get(times.rolls_back, at))
    return found[::-1]


def _judged(lived: Lived) -> bool:
    return lived.verdict_seq > 0 and lived.health not in (None, Health.UNKNOWN)
