"""The shop's SQLite files and their pool; refuses to run SQL on the event loop."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from shop.live import Live

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

T = TypeVar("T")
PRODUCTS = 12_000
WAREHOUSES = 10
ORDERS_AT_START = 8_000
INDEX = "CREATE INDEX IF NOT EXISTS stock_by_sku ON stock (sku)"
DROP_INDEX = "DROP INDEX IF EXISTS stock_by_sku"
ADJECTIVES = ("red", "blue", "old", "new", "small", "large", "quiet", "bright", "warm", "plain")
NOUNS = ("lamp", "chair", "kettle", "blanket", "bicycle", "teapot", "notebook", "basket", "clock")


def connect(path: Path) -> sqlite3.Connection:
    """Open one file in WAL mode, writes waiting up to five seconds for each other."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def create(folder: Path) -> None:
    """Make the three files: catalogue (120,000 rows of stock, indexed), orders and mailbox."""
    folder.mkdir(parents=True, exist_ok=True)
    with closing(connect(folder / "catalogue.db")) as db:
        db.execute("CREATE TABLE products (sku INTEGER PRIMARY KEY, title TEXT, price INTEGER)")
        db.execute(
            "CREATE TABLE stock (warehouse INTEGER, sku INTEGER, shelf TEXT, pieces INTEGER)"
        )
        db.execute("BEGIN")
        db.executemany("INSERT INTO products VALUES (?, ?, ?)", map(_product, range(PRODUCTS)))
        db.executemany(
            "INSERT INTO stock VALUES (?, ?, ?, ?)",
            (
                (house, sku, f"{house}-{sku % 97}", (sku * house) % 40 + 3)
                for house in range(WAREHOUSES)
                for sku in range(PRODUCTS)
            ),
        )
        db.execute("COMMIT")
        db.execute(INDEX)
        db.execute("ANALYZE")
    with closing(connect(folder / "orders.db")) as db:
        db.execute(
            "CREATE TABLE orders "
            "(id INTEGER PRIMARY KEY, user INTEGER, sku INTEGER, pieces INTEGER)"
        )
        db.execute("BEGIN")
        db.executemany(
            "INSERT INTO orders (user, sku, pieces) VALUES (?, ?, 1)",
            (
                (n * 7919 % 5000, (n * 104_729 % 997) ** 2 % PRODUCTS)
                for n in range(ORDERS_AT_START)
            ),
        )
        db.execute("COMMIT")
    with closing(connect(folder / "mailbox.db")) as db:
        db.execute(
            "CREATE TABLE mails (id INTEGER PRIMARY KEY, receiver TEXT, subject TEXT, folder TEXT)"
        )


def _product(sku: int) -> tuple[int, str, int]:
    adjective, noun = ADJECTIVES[sku % len(ADJECTIVES)], NOUNS[sku % len(NOUNS)]
    return sku, f"{adjective} {noun} number {sku}, made by hand", 300 + sku * 37 % 9000


def alter(path: Path, statement: str) -> None:
    """Run one statement on one file, as whoever keeps the database does."""
    with closing(connect(path)) as db:
        db.execute(statement)


class Pool:
    """Connections to one file, as many as the settings allow at once, each a hop away."""

    def __init__(self, path: Path, live: Live) -> None:
        """Open nothing yet."""
        self._path, self._live = path, live
        self._idle: list[sqlite3.Connection] = []
        self._size = live.now.pool_size
        self._places = asyncio.Semaphore(self._size)
        self.in_use = 0

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work on a connection in a thread; waits for a free one."""
        size = self._live.now.pool_size
        if size != self._size:
            self._size, self._places = size, asyncio.Semaphore(size)
        async with self._places:
            self.in_use += 1
            try:
                hop_ms = self._live.now.pool_hop_ms
                if hop_ms:
                    await asyncio.sleep(hop_ms / 1000)
                connection = self._idle.pop() if self._idle else connect(self._path)
                try:
                    return await asyncio.to_thread(work, connection)
                finally:
                    self._idle.append(connection)
            finally:
                self.in_use -= 1


def ask(statement: str, *values: object) -> Callable[[sqlite3.Connection], list[Any]]:
    """Work for `Pool.run`: all rows of one statement."""
    return lambda connection: connection.execute(statement, values).fetchall()
