"""Chunks of samples in the database: read those touched, lay samples over them in memory, write them back.

What is known only grows: an error does not replace a gap, and neither replaces a value. Among
values the later push wins, so that a correction counts and a repetition has no effect.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Column, LargeBinary, Table, bindparam, select, update

from shipwake.domain import Floats, Slot, States
from shipwake.store.columns import METADATA, Wide
from shipwake.store.grid import Numbers
from shipwake.store.sql import Sql

CHUNKS = Table(
    "chunks",
    METADATA,
    # series · 2³² + chunk number: a series' chunks lie side by side, and no other index is needed.
    Column("id", Wide, primary_key=True, autoincrement=False),
    Column("numbers", LargeBinary, nullable=False),
    Column("states", LargeBinary, nullable=False),
)
SHIFT = 32
AT_ONCE = 500
_RANK = np.array([0, 3, 2, 1], np.uint8)
"""How much each Slot knows: not arrived < error < gap < value."""

_READ = (
    select(CHUNKS)
    .where(CHUNKS.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(CHUNKS.c.id)
)
_READ_BINARY = "SELECT id, numbers, states FROM chunks WHERE id BETWEEN %s AND %s ORDER BY id"
_SOME = select(CHUNKS).where(CHUNKS.c.id.in_(bindparam("ids", expanding=True)))
_BACK = select(CHUNKS.c.id, CHUNKS.c.states).where(
    CHUNKS.c.id.between(bindparam("first"), bindparam("last"))
)
_UPDATE = (
    update(CHUNKS)
    .where(CHUNKS.c.id == bindparam("chunk"))
    .values(numbers=bindparam("new_numbers"), states=bindparam("new_states"))
)


def key(series: int, chunk: int) -> int:
    """The row of a chunk."""
    return (series << SHIFT) + chunk


@dataclass(slots=True, eq=False)
class Chunk:
    """One chunk in memory: `values` of shape [slots, columns], `states` of shape [slots]."""

    values: Floats
    states: States
    stored: bool

    @classmethod
    def empty(cls, slots: int, columns: int) -> "Chunk":
        """A chunk of which nothing has arrived."""
        return cls(np.full((slots, columns), np.nan), np.zeros(slots, np.uint8), stored=False)

    @classmethod
    def read(cls, numbers: bytes, states: bytes, columns: int) -> "Chunk":
        """A chunk as it is stored."""
        values = np.frombuffer(numbers, "<f8").reshape(-1, columns).astype(np.float64)
        return cls(values, np.frombuffer(states, np.uint8).copy(), stored=True)

    def lay(self, at: Numbers, values: Floats, states: States) -> None:
        """Lay samples over the slots at these positions (each at most once)."""
        over = _RANK[states] >= _RANK[self.states[at]]
        self.values[at[over]] = values[over]
        self.states[at[over]] = states[over]


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Samples for one chunk: its row and how many slots it holds, positions in it, values and states."""

    row: int
    slots: int
    at: Numbers
    values: Floats
    states: States


def write(sql: Sql, laid: Sequence[Laid]) -> None:
    """Lay samples over their chunks, in order, reading and writing each chunk once."""
    columns = {part.row: part.values.shape[1] for part in laid}
    chunks: dict[int, Chunk] = {}
    for ids in _parts(sorted(columns), AT_ONCE):
        for row in sql.rows(_SOME, {"ids": ids}):
            chunks[row.id] = Chunk.read(row.numbers, row.states, columns[row.id])
    for part in laid:
        chunk = chunks.get(part.row)
        if chunk is None:
            chunk = chunks[part.row] = Chunk.empty(part.slots, part.values.shape[1])
        chunk.lay(part.at, part.values, part.states)
    _store(sql, chunks)


def _store(sql: Sql, chunks: dict[int, Chunk]) -> None:
    new: list[dict[str, Any]] = []
    old: list[dict[str, Any]] = []
    for row, chunk in sorted(chunks.items()):
        numbers, states = chunk.values.astype("<f8").tobytes(), chunk.states.tobytes()
        if chunk.stored:
            old.append({"chunk": row, "new_numbers": numbers, "new_states": states})
        else:
            new.append({"id": row, "numbers": numbers, "states": states})
    if new:
        sql.connection.execute(CHUNKS.insert(), new)
    if old:
        sql.connection.execute(_UPDATE, old)


def read(
    sql: Sql, series: int, slots: int, columns: int, window: tuple[int, int]
) -> tuple[Floats, States]:
    """The slots [first, end) of a series: values of shape [n, columns] and states of shape [n]."""
    first, end = window
    begin, last = first // slots, (end - 1) // slots
    count = last - begin + 1
    rows = _rows(sql, key(series, begin), key(series, last))
    found = np.array([row[0] for row in rows], np.int64) - key(series, begin)
    read_values = np.frombuffer(bytearray().join([row[1] for row in rows]), "<f8")
    read_states = np.frombuffer(bytearray().join([row[2] for row in rows]), np.uint8)
    if len(rows) == count:
        values, states = read_values.reshape(-1, columns), read_states
    else:
        filled = np.full((count, slots * columns), np.nan)
        filled[found] = read_values.reshape(-1, slots * columns)
        known = np.zeros((count, slots), np.uint8)
        known[found] = read_states.reshape(-1, slots)
        values, states = filled.reshape(-1, columns), known.reshape(-1)
    cut = slice(first - begin * slots, end - begin * slots)
    return values[cut], states[cut]


def _rows(sql: Sql, first: int, last: int) -> Sequence[Sequence[Any]]:
    """Id, numbers and states of these rows. In the wire's text form PostgreSQL would send bytes as hex."""
    if not sql.postgres:
        return sql.rows(_READ, {"first": first, "last": last})
    with closing(sql.connection.connection.cursor(binary=True)) as cursor:
        cursor.execute(_READ_BINARY, (first, last))
        found: Sequence[Sequence[Any]] = cursor.fetchall()
        return found


def edge(sql: Sql, series: int, slots: int, *, newest: bool) -> int | None:
    """The newest (or oldest) slot of a series that holds a value; None where there is none."""
    bounds = {"first": key(series, 0), "last": key(series + 1, 0) - 1}
    order = CHUNKS.c.id.desc() if newest else CHUNKS.c.id
    for row in sql.connection.execute(_BACK.order_by(order), bounds):
        held = np.flatnonzero(np.frombuffer(row.states, np.uint8) == Slot.VALUE)
        if len(held):
            chunk = row.id - key(series, 0)
            return int(chunk * slots + held[-1 if newest else 0])
    return None


def _parts(items: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    for i in range(0, len(items), size):
        yield items[i : i + size]
