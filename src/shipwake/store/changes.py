"""Every change as it stands; how it came to stand so is in its events, and what was said of it in its verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Executable, Select, bindparam, delete, func, select, update
from sqlalchemy import Row as Record

from shipwake.domain import Change, Health
from shipwake.store.changes_table import CHANGES, PEOPLE, names_of, words_of
from shipwake.store.codec import decode, encode
from shipwake.store.columns import Instant, Wide, microseconds
from shipwake.store.events import EVENTS
from shipwake.store.looks import Looks
from shipwake.store.page import Filter, Page, read_page
from shipwake.store.replies import REPLIES
from shipwake.store.revision import same_revision, stem
from shipwake.store.sql import Adding, Sql, Upsert

FEW, MANY = 20, 10_000
"""Revisions of a place that are read at first, and where none of those was wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A change, whether its service and environment are known, and the newest word on it (None before the first)."""

    change: Change
    mapped: bool
    health: Health | None
    verdict_seq: int
    heard_at: datetime

    @property
    def shown_at(self) -> datetime:
        """What the list is sorted by."""
        return self.change.at or self.change.started_at or self.heard_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Of a change that went live what tells when it could be felt, and nothing that takes long to read."""

    id: str
    at: datetime | None = None
    ended_at: datetime | None = None
    rolls_back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """A change that went live: its times, and the newest word on it."""

    times: Times
    health: Health | None
    verdict_seq: int


class Changes:
    """`tx.changes`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def save(self, change: Change, *, mapped: bool) -> None:
        """Keep a change as it now stands; its health and when it was first heard stay."""
        heard = self._sql.clock.now()
        shown = change.at or change.started_at
        self._sql.add(
            _SAVE_SHOWN if shown else _SAVE_HEARD,
            id=change.id,
            kind=change.kind.value,
            state=change.state.value,
            service=change.service,
            environment=change.environment,
            mapped=mapped,
            at=change.at,
            shown_at=shown or heard,
            heard_at=heard,
            stem=stem(change.revision),
            words=words_of(change),
            body=encode(change),
        )
        self._name_people(change)

    def _name_people(self, change: Change) -> None:
        """Note who can be asked for, as far as that is new."""
        names = names_of(change)
        known = {r.name for r in self._sql.rows(_PEOPLE, {"change": change.id})}
        if gone := known - names:
            self._sql.do(_GONE, {"change": change.id, "names": sorted(gone)})
        if new := names - known:
            rows = [{"change_id": change.id, "name": n} for n in sorted(new)]
            self._sql.do(_NAME[self._sql.dialect], rows)

    def get(self, id: str) -> Stored | None:
        """The change of that id; of one that was merged, the older one that goes on for both."""
        row = self._sql.first(_GET, {"change": id})
        if row is None:
            return None
        return self.get(row.merged_into) if row.merged_into else _read(row)

    def many(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The changes of these ids, by id; unknown ones are left out."""
        found = _STORED.where(CHANGES.c.id.in_(list(ids)))
        return {row.id: _read(row) for row in self._sql.rows(found)}

    def going_on(self, ids: Iterable[str]) -> dict[str, Stored]:
        """What `get` gives of each of these ids, by the id that was asked for; unknown ones are left out."""
        rows = self._sql.rows(_SOME, {"ids": list(ids)})
        found = {r.id: self.get(r.merged_into) if r.merged_into else _read(r) for r in rows}
        return {id: stored for id, stored in found.items() if stored is not None}

    def latest(
        self,
        service: str,
        environment: str,
        before: datetime,
        *,
        live: bool = True,
        limit: int = 1,
    ) -> list[Stored]:
        """The changes of a place shown before that time, newest first; `live` leaves out what is only planned."""
        here = {"of_service": service, "of_environment": environment}
        found = _LATEST_LIVE if live else _LATEST
        return self._all(found, here | {"until": before, "most": limit})

    def past(
        self, service: str, environment: str, *, since: datetime, before: datetime
    ) -> list[Stored]:
        """The changes of a place in [since, before), oldest first, live and planned alike.

        A planned one stands at the time it started, else at the time it was heard.
        """
        here = {"of_service": service, "of_environment": environment}
        return self._all(_PAST, here | {"since": since, "until": before})

    def lived(
        self, service: str, environment: str, *, since: datetime, before: datetime
    ) -> list[Lived]:
        """Those of `past` that went live, as far as a normal is learned by them, which is much less to read."""
        here = {"of_service": service, "of_environment": environment}
        rows = self._sql.rows(_PAST_LIVE, here | {"since": since, "until": before})
        return [_lived(row) for row in rows]

    def lived_of(self, ids: Iterable[str]) -> dict[str, Lived]:
        """The same of these ids, by id; unknown ones are left out."""
        rows = self._sql.rows(_LIVED.where(CHANGES.c.id.in_(list(ids))))
        return {row.id: _lived(row) for row in rows}

    def of_revision(
        self, place: tuple[str, str], revision: str, *, since: datetime, before: datetime
    ) -> list[Stored]:
        """The changes of a place, service and environment, in [since, before) that bear this revision, oldest first."""
        found = self._all(_OF_REVISION, _within(place, since, before) | {"of_stem": stem(revision)})
        exact = (s for s in found if s.change.revision == revision)
        return sorted(exact, key=lambda s: (s.shown_at, s.change.id))

    def newest_revision(
        self,
        place: tuple[str, str],
        *,
        since: datetime,
        before: datetime,
        but: str,
        unlike: str = "",
    ) -> Change | None:
        """The newest change of a place in [since, before) that bears a revision; not `but`, nor one `unlike`."""
        for most in (FEW, MANY):
            found = self._all(_REVISIONS, _within(place, since, before) | {"most": most})
            changes = (s.change for s in found)
            wanted = (c for c in changes if c.id != but and c.revision != unlike)
            first = next(wanted, None)
            if first is not None or len(found) < most:
                return first
        return None

    def other_revision_between(
        self, place: tuple[str, str], revision: str, after: datetime, until: datetime
    ) -> bool:
        """Whether another revision than this went live in a place in (after, until]."""
        step = timedelta(microseconds=1)
        values = _within(place, after + step, until + step) | {"of_stem": stem(revision)}
        if self._sql.first(_OTHER_STEM, values) is not None:
            return True
        alike = self._all(_OF_REVISION, values)
        return any(s.change.at and s.change.revision != revision for s in alike)

    def near(
        self, at: datetime, window: timedelta, environment: str, *, limit: int
    ) -> list[Stored]:
        """Live changes of an environment that went live within `window` of `at`, nearest first."""
        around = {
            "of_environment": environment,
            "since": at - window,
            "until": at + window,
            "middle": microseconds(at),
            "most": limit,
        }
        return self._all(_NEAR, around)

    def with_revision(self, revision: str, repository: str) -> list[Stored]:
        """The changes of that revision, oldest first; see `same_revision` for short ones and absent names."""
        if not revision:
            return []
        return [
            s
            for s in self._all(_OF_STEM, {"of_stem": stem(revision)})
            if same_revision(s.change.revision, revision, s.change.repository, repository)
        ]

    def unmapped(self) -> list[Stored]:
        """The changes whose service or environment is not known, oldest first."""
        found = self._all(_UNMAPPED, {})
        return sorted(found, key=lambda s: (s.shown_at, s.change.id))

    def page(self, wanted: Filter, cursor: str | None = None, limit: int = 50) -> Page:
        """One page of the list, newest first; raises BadInputError for a cursor that is none of ours."""
        return read_page(self._sql, wanted, cursor or "", limit)

    def services(self) -> list[str]:
        """Every service that any change has, by name; read by leaps, so that their number counts, not the changes'."""
        return [r.name for r in self._sql.rows(_SERVICES)]

    def environments(self) -> list[str]:
        """Every environment that any change has; see `services`."""
        return [r.name for r in self._sql.rows(_ENVIRONMENTS)]

    def places(self) -> list[tuple[str, str]]:
        """Every (service, environment) that any change has; reads all changes."""
        pairs = select(CHANGES.c.service, CHANGES.c.environment).distinct()
        rows = self._sql.rows(pairs.order_by(CHANGES.c.service, CHANGES.c.environment))
        return [(r.service, r.environment) for r in rows]

    def count(self, *, mapped: bool | None = None) -> int:
        """How many changes there are."""
        found = select(func.count()).select_from(CHANGES).where(CHANGES.c.merged_into.is_(None))
        if mapped is not None:
            found = found.where(CHANGES.c.mapped.is_(mapped))
        return int(self._sql.value(found))

    def rename(self, old_id: str, into_id: str) -> None:
        """Two changes turned out to be one: `into_id` goes on, `old_id` leads to it.

        Events and replies move over; the verdicts of both stay under the id they were given under
        (`merged` lists it), and the watch on the old one ends.
        """
        Looks(self._sql).close(old_id)
        self._sql.do(update(CHANGES).where(CHANGES.c.id == old_id).values(merged_into=into_id))
        self._sql.do(
            update(CHANGES).where(CHANGES.c.merged_into == old_id).values(merged_into=into_id)
        )
        for table in (EVENTS, REPLIES):
            mine = update(table).where(table.c.change_id == old_id)
            self._sql.do(mine.values(change_id=into_id))

    def merged(self, id: str) -> list[str]:
        """The ids under which parts of this change's history stand."""
        found = select(CHANGES.c.id).where(CHANGES.c.merged_into == id).order_by(CHANGES.c.id)
        return [r.id for r in self._sql.rows(found)]

    def _all(self, found: Select[Any], values: dict[str, Any]) -> list[Stored]:
        return [_read(row) for row in self._sql.rows(found, values)]


def _within(place: tuple[str, str], since: datetime, before: datetime) -> dict[str, Any]:
    service, environment = place
    return {
        "of_service": service,
        "of_environment": environment,
        "since": since,
        "until": before,
    }


def _lived(row: Record[Any]) -> Lived:
    return Lived(
        times=decode(Times, row.body),
        health=Health(row.health) if row.health else None,
        verdict_seq=row.verdict_seq,
    )


def _read(row: Record[Any]) -> Stored:
    return Stored(
        change=decode(Change, row.body),
        mapped=row.mapped,
        health=Health(row.health) if row.health else None,
        verdict_seq=row.verdict_seq,
        heard_at=row.heard_at,
    )


_C = CHANGES.c
_KEPT = (
    "kind",
    "state",
    "service",
    "environment",
    "mapped",
    "at",
    "stem",
    "words",
    "body",
)


def _save(insert: Upsert, shown: ColumnElement[Any] | None = None) -> Executable:
    new: dict[str, Any] = {name: insert.excluded[name] for name in _KEPT}
    new["shown_at"] = insert.excluded.shown_at if shown is None else shown
    return insert.on_conflict_do_update(index_elements=["id"], set_=new)


_SAVE_SHOWN = Adding(CHANGES, _save)
_SAVE_HEARD = Adding(CHANGES, lambda insert: _save(insert, _C.heard_at))
_PEOPLE = select(PEOPLE.c.name).where(PEOPLE.c.change_id == bindparam("change"))
_GONE = delete(PEOPLE).where(
    PEOPLE.c.change_id == bindparam("change"),
    PEOPLE.c.name.in_(bindparam("names", expanding=True)),
)
_NAME = Adding(PEOPLE, lambda insert: insert.on_conflict_do_nothing())
_STORED = select(_C.id, _C.mapped, _C.health, _C.verdict_seq, _C.heard_at, _C.merged_into, _C.body)
_SOME = _STORED.where(_C.id.in_(bindparam("ids", expanding=True)))
_GET = _STORED.where(_C.id == bindparam("change"))
_OLDEST = _STORED.where(_C.merged_into.is_(None)).order_by(_C.shown_at, _C.id)
_NEWEST = _STORED.where(_C.merged_into.is_(None)).order_by(_C.shown_at.desc(), _C.id.desc())
_HERE = (
    _C.service == bindparam("of_service"),
    _C.environment == bindparam("of_environment"),
    _C.shown_at < bindparam("until"),
)
_LATEST = _NEWEST.where(*_HERE).limit(bindparam("most"))
_LATEST_LIVE = _LATEST.where(_C.at.is_not(None))
_PAST = _OLDEST.where(*_HERE, _C.shown_at >= bindparam("since"))
_LIVED = select(_C.id, _C.health, _C.verdict_seq, _C.body)
_PAST_LIVE = _LIVED.where(
    *_HERE, _C.shown_at >= bindparam("since"), _C.at.is_not(None), _C.merged_into.is_(None)
).order_by(_C.shown_at, _C.id)
_WITHIN = (*_HERE, _C.shown_at >= bindparam("since"), _C.merged_into.is_(None))
# Unsorted, and the place not by name: else SQLite reads all of the place to find the few of a revision.
_OF_REVISION = _STORED.where(
    _C.stem == bindparam("of_stem"),
    func.coalesce(_C.service, "") == bindparam("of_service"),
    func.coalesce(_C.environment, "") == bindparam("of_environment"),
    func.coalesce(_C.shown_at, 0, type_=Instant) >= bindparam("since", type_=Instant),
    func.coalesce(_C.shown_at, 0, type_=Instant) < bindparam("until", type_=Instant),
    _C.merged_into.is_(None),
)
_REVISIONS = _NEWEST.where(*_WITHIN, _C.stem != "").limit(bindparam("most"))
_OTHER_STEM = (
    select(_C.id)
    .where(*_WITHIN, _C.at.is_not(None), _C.stem.not_in(["", bindparam("of_stem")]))
    .limit(1)
)
_NEAR = (
    _STORED.where(
        _C.merged_into.is_(None),
        _C.environment == bindparam("of_environment"),
        _C.shown_at.between(bindparam("since"), bindparam("until")),
        _C.at.is_not(None),
    )
    .order_by(func.abs(_C.at.cast(Wide) - bindparam("middle", type_=Wide)), _C.id)
    .limit(bindparam("most"))
)
_OF_STEM = _OLDEST.where(_C.stem == bindparam("of_stem"))
# Unsorted, or SQLite reads all changes in their order to find the few in the index of the unmapped.
_UNMAPPED = _STORED.where(_C.mapped.is_(False), _C.merged_into.is_(None))


def _each(column: ColumnElement[str]) -> Select[Any]:
    """Every value of a column that an index begins with, each found from the one before."""
    each = select(func.min(column).label("name")).cte("each", recursive=True)
    following = select(func.min(column)).where(column > each.c.name).scalar_subquery()
    each = each.union_all(select(following).where(each.c.name.is_not(None)))
    return select(each.c.name).where(each.c.name.is_not(None)).order_by(each.c.name)


_SERVICES, _ENVIRONMENTS = _each(_C.service), _each(_C.environment)
