"""The list of changes: filters, search, a stable cursor and the tally by health; it reads only what one page shows."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy import Row as Record

from shipwake.domain import BadInputError, Change, ChangeKind, Health, Verdict
from shipwake.store.changes_table import CHANGES, PEOPLE, folded
from shipwake.store.codec import decode
from shipwake.store.columns import Instant, instant, microseconds
from shipwake.store.replies import Replies
from shipwake.store.sql import Sql
from shipwake.store.verdicts import VERDICTS

TALLIED = 10_000
"""At most this many changes of a filter are counted by health, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which changes to show; all that is given must hold. `since` is included, `until` is not.

    `author` is an e-mail, login or name; `text` is words, each of which must occur in the title,
    authors, service, revision, commits, links, tags or sentence, whatever the case or accents.
    """

    service: str = ""
    environment: str = ""
    kind: ChangeKind | None = None
    health: Health | None = None
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One change as the list shows it; `at` is when it went live, else started, else was heard."""

    change: Change
    at: datetime
    mapped: bool
    health: Health | None
    verdict_seq: int
    verdict: Verdict | None
    replies: int = 0

    @property
    def sentence(self) -> str:
        """What the newest verdict says; empty before the first."""
        return self.verdict.sentence if self.verdict else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page, newest first, and the cursor of the following page (None on the last).

    `counts` is by health over all pages of the same filter, its own `health` left aside; `unjudged`
    have no verdict yet. Where `capped`, only the newest 10,000 were counted.
    """

    rows: tuple[Row, ...]
    next: str | None
    counts: dict[Health, int]
    unjudged: int = 0
    capped: bool = False


def read_page(sql: Sql, wanted: Filter, cursor: str, limit: int) -> Page:
    """One page; raises BadInputError for a cursor that is none of ours."""
    shown = select(
        CHANGES.c.id,
        CHANGES.c.shown_at,
        CHANGES.c.mapped,
        CHANGES.c.health,
        CHANGES.c.verdict_seq,
        CHANGES.c.body,
    ).where(*conditions(wanted))
    if cursor:
        at, id = place_of(cursor)
        shown = shown.where(
            tuple_(CHANGES.c.shown_at, CHANGES.c.id) < tuple_(literal(at, Instant), id)
        )
    found = sql.rows(_newest_first(shown).limit(limit + 1))
    rows = _rows(sql, found[:limit])
    counts, unjudged, capped = tally(sql, wanted)
    return Page(
        rows=rows,
        next=_cursor(found[limit - 1]) if len(found) > limit else None,
        counts=counts,
        unjudged=unjudged,
        capped=capped,
    )


def tally(sql: Sql, wanted: Filter) -> tuple[dict[Health, int], int, bool]:
    """How many of the newest changes have each health, how many none yet, and whether there are more."""
    newest = _newest_first(
        select(CHANGES.c.health).where(*conditions(replace(wanted, health=None)))
    )
    some = newest.limit(TALLIED).subquery()
    # Counting each word in one pass is a third quicker than grouping, which sorts.
    each = [func.count().filter(some.c.health == h.value).label(h.name) for h in Health]
    row = sql.rows(select(func.count().label("total"), *each).select_from(some))[0]
    found = {h: n for h in Health if (n := getattr(row, h.name))}
    return found, row.total - sum(found.values()), row.total >= TALLIED


def conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    """The filter in SQL."""
    held = CHANGES.c
    equal = {
        "service": wanted.service,
        "environment": wanted.environment,
        "kind": wanted.kind and wanted.kind.value,
        "health": wanted.health and wanted.health.value,
    }
    found: list[ColumnElement[bool]] = [held.merged_into.is_(None)]
    found += [held[name] == value for name, value in equal.items() if value]
    if wanted.since:
        found.append(held.shown_at >= wanted.since)
    if wanted.until:
        found.append(held.shown_at < wanted.until)
    if wanted.author:
        whose = select(PEOPLE.c.change_id).where(PEOPLE.c.name == wanted.author.casefold())
        found.append(held.id.in_(whose))
    for word in folded(wanted.text).split():
        said = held.words.contains(word, autoescape=True)
        found.append(said | held.said.contains(word, autoescape=True))
    return found


def _newest_first(found: Select[Any]) -> Select[Any]:
    return found.order_by(CHANGES.c.shown_at.desc(), CHANGES.c.id.desc())


def _rows(sql: Sql, found: Sequence[Record[Any]]) -> tuple[Row, ...]:
    verdicts = _verdicts(sql, [(r.id, r.verdict_seq) for r in found if r.verdict_seq])
    replies = Replies(sql).counts(r.id for r in found)
    return tuple(
        Row(
            change=decode(Change, r.body),
            at=r.shown_at,
            mapped=r.mapped,
            health=Health(r.health) if r.health else None,
            verdict_seq=r.verdict_seq,
            verdict=verdicts.get(r.id),
            replies=replies.get(r.id, 0),
        )
        for r in found
    )


def _verdicts(sql: Sql, wanted: Sequence[tuple[str, int]]) -> dict[str, Verdict]:
    """The verdict of that number of each change."""
    if not wanted:
        return {}
    ids = [change for change, _ in wanted]
    newest = (
        select(VERDICTS.c.change_id, VERDICTS.c.body)
        .join(CHANGES, CHANGES.c.id == VERDICTS.c.change_id)
        .where(CHANGES.c.id.in_(ids), VERDICTS.c.seq == CHANGES.c.verdict_seq)
    )
    return {r.change_id: decode(Verdict, r.body) for r in sql.rows(newest)}


def _cursor(row: Record[Any]) -> str:
    plain = f"{microseconds(row.shown_at)}.{row.id}".encode()
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")


def place_of(cursor: str) -> tuple[datetime, str]:
    """The moment and the id that a cursor stands for; raises BadInputError."""
    try:
        plain = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, id = plain.split(".", 1)
        # PostgreSQL's text cannot hold the character, so no id does.
        return instant(int(at)), id.replace("\0", "")
    except (ValueError, binascii.Error, OverflowError) as error:
        message = f"read {cursor!r}; give `next` of the page before, or nothing for the first page"
        raise BadInputError(message, where="cursor") from error
