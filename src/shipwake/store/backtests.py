"""What backtests found; the newest is shown, a few before it are kept to compare with, older ones are let go."""

import msgspec
from sqlalchemy import Column, Table, Text, bindparam, delete, select

from shipwake.domain import Backtest
from shipwake.store.codec import decode, encode
from shipwake.store.columns import METADATA, Instant, Wide
from shipwake.store.errors import UnreadableError
from shipwake.store.sql import Adding, Sql

BACKTESTS = Table(
    "backtests",
    METADATA,
    Column("id", Wide, primary_key=True, autoincrement=True),
    Column("at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    sqlite_autoincrement=True,
)
KEPT = 10


class Backtests:
    """`tx.backtests`."""

    def __init__(self, sql: Sql) -> None:
        self._sql = sql

    def add(self, found: Backtest) -> None:
        """Keep what a backtest found, and let go of all but the newest ten."""
        self._sql.add(_ADD, at=found.at, body=encode(found))
        self._sql.do(_FORGET)

    def newest(self) -> Backtest | None:
        """What the backtest found that was kept last; raises UnreadableError for one of another version."""
        body: str | None = self._sql.value(_NEWEST, {"most": 1})
        return _read(body) if body else None

    def all(self) -> list[Backtest]:
        """Every one that is kept, newest first; raises UnreadableError like `newest`."""
        return [_read(r.body) for r in self._sql.rows(_NEWEST, {"most": KEPT})]


def _read(body: str) -> Backtest:
    try:
        return decode(Backtest, body)
    except msgspec.DecodeError as error:
        message = f"it was written by another version ({error}); run: shipwake backtest"
        raise UnreadableError(message) from error


_B = BACKTESTS.c
_ADD = Adding(BACKTESTS, lambda insert: insert)
_NEWEST = select(_B.body).order_by(_B.id.desc()).limit(bindparam("most"))
_FORGET = delete(BACKTESTS).where(
    _B.id.not_in(select(_B.id).order_by(_B.id.desc()).limit(KEPT).scalar_subquery())
)
