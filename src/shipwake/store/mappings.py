"""What a sender's names of services and environments stand for, as people said on the page."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Table, Text, bindparam, delete, select

from shipwake.store.columns import METADATA, Instant
from shipwake.store.sql import Adding, Sql

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
        now = self._sql.clock.now()
        self._sql.add(_PUT, what=what, heard=heard, name=name, by=by, at=now)

    def get(self, what: str, heard: str) -> str | None:
        """Our name for what was heard."""
        name: str | None = self._sql.value(_GET, {"of_what": what, "of_heard": heard})
        return name

    def all(self) -> list[Mapping]:
        """Every mapping, by what and name heard."""
        rows = self._sql.rows(select(MAPPINGS).order_by(MAPPINGS.c.what, MAPPINGS.c.heard))
        return [Mapping(what=r.what, heard=r.heard, name=r.name, by=r.by, at=r.at) for r in rows]

    def forget(self, what: str, heard: str) -> bool:
        """Take a mapping back; False if there was none. Changes mapped by it stay mapped."""
        this = (MAPPINGS.c.what == what) & (MAPPINGS.c.heard == heard)
        return self._sql.do(delete(MAPPINGS).where(this)) == 1


_PUT = Adding(
    MAPPINGS,
    lambda insert: insert.on_conflict_do_update(
        index_elements=["what", "heard"],
        set_={name: insert.excluded[name] for name in ("name", "by", "at")},
    ),
)
_GET = select(MAPPINGS.c.name).where(
    MAPPINGS.c.what == bindparam("of_what"), MAPPINGS.c.heard == bindparam("of_heard")
)
