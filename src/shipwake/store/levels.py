"""What the evidence of each watched change is held against: set once, at its first look, and never again."""

from collections.abc import Sequence

from sqlalchemy import Column, Float, ForeignKey, Table, Text, bindparam, select

from shipwake.store.changes_table import CHANGES
from shipwake.store.columns import METADATA
from shipwake.store.sql import Adding, Sql

LEVELS = Table(
    "levels",
    METADATA,
    Column("change_id", Text, ForeignKey(CHANGES.c.id), primary_key=True),
    Column("early", Float, nullable=False),
    Column("later", Float, nullable=False),
)


class Levels:
    """`tx.levels`; a level is (early, later), each a share of harmless watches."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def get(self, change_id: str) -> tuple[float, float] | None:
        """What the change's evidence is held against, None before that is set."""
        return self.of([change_id]).get(change_id)

    def of(self, changes: Sequence[str]) -> dict[str, tuple[float, float]]:
        """The levels of these changes; one that has none yet is left out."""
        rows = self._sql.rows(_OF, {"changes": changes})
        return {r.change_id: (r.early, r.later) for r in rows}

    def set(self, change_id: str, early: float, later: float) -> tuple[float, float]:
        """Keep the level; the first one stays, and is returned."""
        self._sql.add(_SET, change_id=change_id, early=early, later=later)
        return self.get(change_id) or (early, later)


_OF = select(LEVELS).where(LEVELS.c.change_id.in_(bindparam("changes", expanding=True)))
_SET = Adding(LEVELS, lambda insert: insert.on_conflict_do_nothing())
