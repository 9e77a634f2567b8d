"""All that a database holds, row by row and byte by byte, for comparing a copy with its original."""

from typing import Any

from sqlalchemy import create_engine, select

from shipwake.store.columns import METADATA

Rows = dict[str, list[tuple[Any, ...]]]


def rows(address: str) -> Rows:
    """Every row of every table, in the order of its key."""
    engine = create_engine(address)
    with engine.connect() as connection:
        found = {
            name: [
                tuple(row)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for name, table in METADATA.tables.items()
        }
    engine.dispose()
    return found


def of(name: str, table: str, held: Rows) -> list[dict[str, Any]]:
    """The rows of one writer in one table, by column, in the order of its transactions."""
    columns = [c.name for c in METADATA.tables[table].columns]
    key = {"heard": "digest", "heard_counts": "source", "changes": "id"}.get(table, "change_id")
    named = [dict(zip(columns, row, strict=True)) for row in held[table]]
    own = [row for row in named if str(row[key]).partition("-")[0] == name]
    return sorted(own, key=lambda row: int(str(row[key]).partition("-")[2] or 0))
