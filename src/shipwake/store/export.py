"""Everything as JSON Lines: one object a line with its kind, from one snapshot, row by row; never a secret's hash."""

import base64
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
import numpy as np
from sqlalchemy import Row, Table, func, select

from shipwake.domain import Floats, from_epoch
from shipwake.store import migrate
from shipwake.store.access import LINKS, SESSIONS, SPENT, TOKENS
from shipwake.store.audit import AUDIT, SETTINGS
from shipwake.store.backtests import BACKTESTS
from shipwake.store.changes_table import CHANGES, PEOPLE
from shipwake.store.chunks import CHUNKS, SHIFT, Chunk
from shipwake.store.circuits import CIRCUITS
from shipwake.store.codec import unpack
from shipwake.store.duties import DUTIES
from shipwake.store.errors import NotMigratedError
from shipwake.store.events import EVENTS
from shipwake.store.fills import FILLS
from shipwake.store.grid import Grid
from shipwake.store.heard import COUNTS, HEARD
from shipwake.store.levels import LEVELS
from shipwake.store.looks import LOOKS
from shipwake.store.mappings import MAPPINGS
from shipwake.store.outbox import OUTBOX
from shipwake.store.replies import REPLIES
from shipwake.store.samples import SERIES
from shipwake.store.sql import Sql
from shipwake.store.verdicts import ASSESSMENTS, VERDICTS

Told = Callable[[int, int], None]
Data = dict[str, Any]
STATES = ".vge"
"""A letter a slot, by `Slot`: not arrived, value, gap, error."""
JSON_TEXT = ("body", "headers", "scopes", "services")
"""Columns of text that are JSON already."""
LEASE = ("lease", "lease_until", "worker")
AT_ONCE = 100
"""Rows read at once, but of those that may be megabytes each."""


@dataclass(frozen=True, slots=True)
class Kind:
    """The lines of one table: what they are called, columns that are left out, and how a row is read."""

    name: str
    table: Table
    but: tuple[str, ...] = ()
    at_once: int = AT_ONCE


KINDS = (
    Kind("heard", HEARD, at_once=1),
    Kind("heard count", COUNTS),
    Kind("event", EVENTS, ("stem",)),
    Kind("change", CHANGES, ("stem", "words", "said")),
    Kind("level", LEVELS),
    Kind("watch", LOOKS, LEASE),
    Kind("assessment", ASSESSMENTS),
    Kind("verdict", VERDICTS),
    Kind("notice", OUTBOX, LEASE),
    Kind("reply", REPLIES),
    Kind("mapping", MAPPINGS),
    Kind("backtest", BACKTESTS, at_once=1),
    Kind("duty", DUTIES, LEASE),
    Kind("fill", FILLS),
    Kind("circuit", CIRCUITS),
    Kind("series", SERIES),
    Kind("samples", CHUNKS),
    Kind("token", TOKENS, ("hash",)),
    Kind("deed", AUDIT),
)
"""In the order of their lines; within a kind, by key."""
LEFT_OUT: Mapping[str, str] = {
    PEOPLE.name: "an index of names that stand in each change",
    SESSIONS.name: "opens a browser's session; only its hash is known",
    LINKS.name: "opens one sign-in; only its hash is known",
    SPENT.name: "tells a sign-in that is tried again; of use for minutes",
    SETTINGS.name: "digests of the settings as a server saw them last",
}
"""Tables without lines, and why."""


def lines(sql: Sql, progress: Told | None = None) -> Iterator[bytes]:
    """Every line, each with its newline; the first says what this is, the last how many lines came before it.

    Raises NotMigratedError where the tables are not of this version.
    """
    version = migrate.version(sql.connection)
    if version != migrate.HEAD:
        message = f"the tables are of version {version}, not {migrate.HEAD}; run: shipwake migrate"
        raise NotMigratedError(message)
    count = 1
    yield _line("export", {"version": version, "at": sql.clock.now()})
    total = _total(sql) if progress else 0
    for kind in KINDS:
        for data in _rows(sql, kind):
            count += 1
            yield _line(kind.name, data)
            if progress:
                progress(min(count, total), total)
    yield _line("end", {"lines": count})


def _total(sql: Sql) -> int:
    return sum(int(sql.value(select(func.count()).select_from(k.table))) for k in KINDS)


def _rows(sql: Sql, kind: Kind) -> Iterator[Data]:
    columns = [c for c in kind.table.columns if c.name not in kind.but]
    found = select(*columns).order_by(*kind.table.primary_key.columns)
    read = _reader(sql, kind)
    for row in sql.connection.execute(found.execution_options(yield_per=kind.at_once)):
        yield read(row)


def _reader(sql: Sql, kind: Kind) -> Callable[[Row[Any]], Data]:
    if kind.table is HEARD:
        return _delivery
    if kind.table is ASSESSMENTS:
        return _assessment
    if kind.table is SERIES:
        return lambda row: _plain(row) | _named(row.sli)
    if kind.table is CHUNKS:
        return partial(_samples, {r.id: r for r in sql.rows(select(SERIES))})
    return _plain


def _plain(row: Row[Any]) -> Data:
    """The row by column; JSON that is kept as text stands as JSON."""
    return {
        name: msgspec.Raw(value.encode()) if name in JSON_TEXT else value
        for name, value in row._mapping.items()  # noqa: SLF001 - SQLAlchemy's own name for it
    }


def _delivery(row: Row[Any]) -> Data:
    """A delivery; its body as text, or as base64 where its bytes are no UTF-8."""
    said = {n: v for n, v in row._mapping.items() if n != "body"}  # noqa: SLF001
    body = bytes(row.body)
    try:
        told = {"body": body.decode()}
    except UnicodeDecodeError:
        told = {"body_base64": base64.b64encode(body).decode()}
    return said | {"headers": msgspec.Raw(row.headers.encode())} | told


def _assessment(row: Row[Any]) -> Data:
    """An assessment with the samples that it judged."""
    evidence: Data | None = None
    if row.evidence is not None:
        found = unpack(bytes(row.evidence))
        evidence = {
            "t0": from_epoch(found.t0_s),
            "step_s": found.step_s,
            "before": found.before,
            "values": _numbers(found.values),
            "total": _numbers(found.total),
            "low": _numbers(found.low),
            "high": _numbers(found.high),
        }
    return _plain(row) | {"evidence": evidence}


def _samples(series: Mapping[int, Row[Any]], row: Row[Any]) -> Data:
    """One chunk: the label of its first slot, a number (two of a ratio) a slot, and a letter of state a slot."""
    of = series[row.id >> SHIFT]
    grid = Grid(step_s=of.step_s, phase_s=of.phase_s, slots=of.slots)
    chunk = Chunk.read(bytes(row.numbers), bytes(row.states), of.columns)
    values = chunk.values if of.columns > 1 else chunk.values[:, 0]
    return _named(of.sli) | {
        "series": of.id,
        "t0": from_epoch(grid.label((row.id - (of.id << SHIFT)) * grid.slots)),
        "step_s": grid.step_s,
        "values": _numbers(values),
        "states": "".join(STATES[state] for state in chunk.states),
    }


def _named(name: str) -> Data:
    """The SLI; for a copy of another system's samples also what was asked, as a short text."""
    sli, _, asks = name.partition("\n")
    return {"sli": sli} | ({"asks": asks} if asks else {})


def _numbers(values: Floats) -> list[Any]:
    """Numbers as JSON has them: null for none, the words `inf` and `-inf` for those without end."""
    plain: list[Any] = values.tolist()
    if not np.isinf(values).any():
        return plain
    return [str(v) if np.isinf(v) else v for v in plain]


def _line(kind: str, data: Data) -> bytes:
    return msgspec.json.encode({"kind": kind, "data": data}) + b"\n"
