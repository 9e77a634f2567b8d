"""Every change as it stands; how it came to stand so is in its events, and what was said of it in its verdicts."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, update
from sqlalchemy import Row as Record

from shipwake.domain import Change, Health
from shipwake.store.changes_table import CHANGES, PEOPLE, names_of, words_of
from shipwake.store.codec import decode, encode
from shipwake.store.columns import Wide, microseconds
from shipwake.store.events import EVENTS
from shipwake.store.looks import Looks
from shipwake.store.page import Filter, Page, read_page
from shipwake.store.replies import REPLIES
from shipwake.store.revision import same_revision, stem
from shipwake.store.sql import Sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A change, whether its service and environment are known, and the newest word on it (None before the first)."""

    change: Change
    mapped: bool
    health: Health | None
    verdict_seq: int
    heard_at: datetime


class Changes:
    """`tx.changes`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def save(self, change: Change, *, mapped: bool) -> None:
        """Keep a change as it now stands; its health and when it was first heard stay."""
        heard = self._sql.clock.now()
        now: dict[str, Any] = {
            "kind": change.kind.value,
            "state": change.state.value,
            "service": change.service,
            "environment": change.environment,
            "mapped": mapped,
            "at": change.at,
            "stem": stem(change.revision),
            "words": words_of(change),
            "body": encode(change),
        }
        shown = change.at or change.started_at
        insert = self._sql.insert(CHANGES).values(
            id=change.id, heard_at=heard, shown_at=shown or heard, **now
        )
        now["shown_at"] = shown or CHANGES.c.heard_at
        self._sql.do(insert.on_conflict_do_update(index_elements=["id"], set_=now))
        self._name_people(change)

    def _name_people(self, change: Change) -> None:
        names = names_of(change)
        gone = (PEOPLE.c.change_id == change.id) & PEOPLE.c.name.not_in(names)
        self._sql.do(delete(PEOPLE).where(gone))
        if names:
            insert = self._sql.insert(PEOPLE).on_conflict_do_nothing()
            self._sql.do(insert, [{"change_id": change.id, "name": n} for n in sorted(names)])

    def get(self, id: str) -> Stored | None:
        """The change of that id; of one that was merged, the older one that goes on for both."""
        row = self._sql.first(_stored().where(CHANGES.c.id == id))
        if row is None:
            return None
        return self.get(row.merged_into) if row.merged_into else _read(row)

    def many(self, ids: Iterable[str]) -> dict[str, Stored]:
        """The changes of these ids, by id; unknown ones are left out."""
        found = _stored().where(CHANGES.c.id.in_(list(ids)))
        return {row.id: _read(row) for row in self._sql.rows(found)}

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
        found = _here(service, environment).where(CHANGES.c.shown_at < before)
        if live:
            found = found.where(CHANGES.c.at.is_not(None))
        newest = found.order_by(CHANGES.c.shown_at.desc(), CHANGES.c.id.desc())
        return self._all(newest.limit(limit))

    def past(
        self, service: str, environment: str, *, since: datetime, before: datetime
    ) -> list[Stored]:
        """The changes of a place in [since, before), oldest first, live and planned alike.

        A planned one stands at the time it started, else at the time it was heard.
        """
        found = _here(service, environment).where(
            CHANGES.c.shown_at >= since, CHANGES.c.shown_at < before
        )
        return self._all(found.order_by(CHANGES.c.shown_at, CHANGES.c.id))

    def near(
        self, at: datetime, window: timedelta, environment: str, *, limit: int
    ) -> list[Stored]:
        """Live changes of an environment that went live within `window` of `at`, nearest first."""
        found = _stored().where(
            CHANGES.c.merged_into.is_(None),
            CHANGES.c.environment == environment,
            CHANGES.c.shown_at.between(at - window, at + window),
            CHANGES.c.at.is_not(None),
        )
        away = func.abs(CHANGES.c.at.cast(Wide) - microseconds(at))
        return self._all(found.order_by(away, CHANGES.c.id).limit(limit))

    def with_revision(self, revision: str, repository: str) -> list[Stored]:
        """The changes of that revision, oldest first; see `same_revision` for short ones and absent names."""
        if not revision:
            return []
        found = _stored().where(CHANGES.c.merged_into.is_(None), CHANGES.c.stem == stem(revision))
        return [
            s
            for s in self._all(found.order_by(CHANGES.c.shown_at, CHANGES.c.id))
            if same_revision(s.change.revision, revision, s.change.repository, repository)
        ]

    def unmapped(self) -> list[Stored]:
        """The changes whose service or environment is not known, oldest first."""
        found = _stored().where(CHANGES.c.mapped.is_(False), CHANGES.c.merged_into.is_(None))
        return self._all(found.order_by(CHANGES.c.shown_at, CHANGES.c.id))

    def page(self, wanted: Filter, cursor: str | None = None, limit: int = 50) -> Page:
        """One page of the list, newest first; raises BadInputError for a cursor that is none of ours."""
        return read_page(self._sql, wanted, cursor or "", limit)

    def places(self) -> list[tuple[str, str]]:
        """Every (service, environment) that any change has, for the filters."""
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

    def _all(self, found: Select[Any]) -> list[Stored]:
        return [_read(row) for row in self._sql.rows(found)]


def _stored() -> Select[Any]:
    return select(
        CHANGES.c.id,
        CHANGES.c.mapped,
        CHANGES.c.health,
        CHANGES.c.verdict_seq,
        CHANGES.c.heard_at,
        CHANGES.c.merged_into,
        CHANGES.c.body,
    )


def _here(service: str, environment: str) -> Select[Any]:
    here: list[ColumnElement[bool]] = [
        CHANGES.c.merged_into.is_(None),
        CHANGES.c.service == service,
        CHANGES.c.environment == environment,
    ]
    return _stored().where(*here)


def _read(row: Record[Any]) -> Stored:
    return Stored(
        change=decode(Change, row.body),
        mapped=row.mapped,
        health=Health(row.health) if row.health else None,
        verdict_seq=row.verdict_seq,
        heard_at=row.heard_at,
    )
