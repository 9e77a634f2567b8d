"""What a sender's names of services and environments stand for, as people said on the page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, Text, delete, select

from shipwake.store.columns import METADATA, Instant
from shipwake.store.sql import Sql

MAPPINGS = Table(
    "mappings",
    METADATA,
    Column("what", Text, primary_key=True),
    Column("heard", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Instant, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mapping:
    """`heard` means our `what` (service or environment) called `name`; said by whom, and when."""

    what: str
    heard: str
    name: str
    by: str
    at: datetime


class Mappings:
    """`tx.mappings`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def put(self, what: str, heard: str, name: str, by: str) -> None:
        """Remember a mapping; the newest word counts."""
        insert = self._sql.insert(MAPPINGS).values(
            what=what, heard=heard, name=name, by=by, at=self._sql.clock.now()
        )
        newer = {c: insert.excluded[c] for c in ("name", "by", "at")}
        self._sql.do(insert.on_conflict_do_update(index_elements=["what", "heard"], set_=newer))

    def get(self, what: str, heard: str) -> str | None:
        """Our name for what was heard."""
        this = (MAPPINGS.c.what == what) & (MAPPINGS.c.heard == heard)
        name: str | None = self._sql.value(select(MAPPINGS.c.name).where(this))
        return name

    def all(self) -> list[Mapping]:
        """Every mapping, by what and name heard."""
        rows = self._sql.rows(select(MAPPINGS).order_by(MAPPINGS.c.what, MAPPINGS.c.heard))
        return [Mapping(what=r.what, heard=r.heard, name=r.name, by=r.by, at=r.at) for r in rows]

    def forget(self, what: str, heard: str) -> bool:
        """Take a mapping back; False if there was none. Changes mapped by it stay mapped."""
        this = (MAPPINGS.c.what == what) & (MAPPINGS.c.heard == heard)
        return self._sql.do(delete(MAPPINGS).where(this)) == 1
