"""What a database holds, read by somebody who only knows its tables: SQLite and PostgreSQL in the same words."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

MICRO = 1_000_000
OPEN = {
    "heard": "SELECT count(*) FROM heard WHERE outcome = 'kept'",
    "looks": "SELECT count(*) FROM due_looks WHERE open",
    "notices": "SELECT count(*) FROM outbox WHERE post = 'waiting'",
    "duties": "SELECT count(*) FROM duties WHERE open AND not_before <= :now",
}


@dataclass(frozen=True)
class Stored:
    """One database; `duties` are those that must have been owed before anything counts as done."""

    url: str
    duties: int = 0

    @cached_property
    def engine(self) -> Engine:
        """Connections that are closed when their question is answered, so that this process may fork."""
        address = self.url.replace("postgresql://", "postgresql+psycopg://", 1)
        return create_engine(address, poolclass=NullPool)

    def rows(self, question: str, **values: object) -> Sequence[Any]:
        """All rows of one question."""
        with self.engine.connect() as connection:
            return connection.execute(text(question), values).all()

    def open(self) -> dict[str, int]:
        """How much is still to do, by what it is; all in one snapshot."""
        one = " UNION ALL ".join(f"SELECT '{k}', ({q})" for k, q in OPEN.items())
        one += " UNION ALL SELECT 'owed', (SELECT count(*) FROM duties)"
        now = int(time.time() * MICRO)
        found: dict[str, int] = {str(row[0]): int(row[1]) for row in self.rows(one, now=now)}
        found["not yet owed"] = max(0, self.duties - found.pop("owed"))
        return {what: count for what, count in found.items() if count}

    def settled(self) -> bool:
        """Whether nothing is left to do; a database that is just being made is not."""
        try:
            return not self.open()
        except DBAPIError:
            return False
