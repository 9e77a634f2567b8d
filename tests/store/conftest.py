"""A migrated store for each test, on SQLite and on PostgreSQL; every test that asks for `store` runs on both."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from shipwake.store import Store
from shipwake.store.columns import METADATA
from shipwake.wire.clock import ManualClock

START = datetime(2026, 2, 3, 10, 0, tzinfo=UTC)
BOTH = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture
def clock() -> ManualClock:
    """The flow's clock, standing at ten o'clock."""
    return ManualClock(START)


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shipwake.db"
    address: str = request.getfixturevalue("postgres_url")
    return address


def _migrated(url: str) -> str:
    store = Store.open(url, clock=ManualClock(START))
    store.migrate()
    store.close()
    return url


@pytest.fixture(scope="session")
def _sqlite_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "shipwake.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def _postgres_database(_postgres_server: str) -> str:
    """A migrated database to clear after each test."""
    engine = create_engine(
        _postgres_server.replace("postgresql://", "postgresql+psycopg://", 1),
        isolation_level="AUTOCOMMIT",
    )
    with engine.connect() as connection:
        # What these tests lose in a power cut is of no use to anyone.
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
        connection.execute(text("CREATE DATABASE store"))
    engine.dispose()
    address = engine.url.set(database="store").render_as_string(hide_password=False)
    return _migrated(address)


def _clear(url: str) -> None:
    """Empty every table, which takes a superuser who leaves the append-only triggers aside."""
    engine = create_engine(url)
    tables = ", ".join(METADATA.tables)
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY"))
    engine.dispose()


@pytest.fixture(params=BOTH)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of each kind."""
    source: Any
    if request.param == "sqlite":
        source = request.getfixturevalue("_sqlite_file")
        shutil.copy(source, tmp_path / "shipwake.db")
        yield f"sqlite:///{tmp_path}/shipwake.db"
        return
    source = request.getfixturevalue("_postgres_database")
    yield source
    _clear(source)


@pytest.fixture
def store(url: str, clock: ManualClock) -> Iterator[Store]:
    """A migrated store."""
    opened = Store.open(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def second(store: Store, url: str, clock: ManualClock) -> Iterator[Store]:
    """The same database opened again, as another process would."""
    opened = Store.open(url, clock=clock)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def sqlite_store(_sqlite_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One SQLite store for all examples of a property."""
    path = tmp_path_factory.mktemp("property") / "shipwake.db"
    shutil.copy(_sqlite_file, path)
    opened = Store.open(f"sqlite:///{path}?synchronous=off", clock=ManualClock(START))
    yield opened
    opened.close()


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """A database of some size that nobody has open."""
    from tests.store import copies

    path = tmp_path / "shipwake.db"
    with copies.opened(path) as opened:
        copies.fill(opened, chunks=300)
    return path


@pytest.fixture
def backup(full: Path, tmp_path: Path) -> Path:
    """A backup of it."""
    from tests.store import copies

    path = tmp_path / "backup.db"
    with copies.opened(full) as opened:
        opened.back_up(path)
    return path
