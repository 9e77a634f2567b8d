"""Copies of a whole SQLite database, out while it is written to and back in one piece; PostgreSQL has its own tools.

A copy is one snapshot: all that was committed when it began, nothing after. Going back is one
transaction of SQLite's, so that a crash in the middle leaves the database as it was.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from shipwake.domain import BadInputError
from shipwake.store import migrate
from shipwake.store.beside import OURS_ALONE, beside, not_written, refuse
from shipwake.store.errors import NoBackupError, NotReplacedError
from shipwake.store.sqlite import busy

Progress = Callable[[int, int], None]
"""Told how many of how many pages (or lines) are done."""
AT_ONCE = 1000
"""Pages copied between two words of progress, 4 MB."""
MAGIC = b"SQLite format 3\0"
FIRST_TABLES = {"assessments", "changes", "due_looks", "heard", "verdicts"}
"""Tables that every version has."""
OF_A_START = {"alembic_version", "duties", "sign_in_links"}
"""Tables that hold rows as soon as a server has started once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copied:
    """A copy that was made: the version of its tables and its size in bytes."""

    version: str
    size: int


def back_up(
    source: sqlite3.Connection, path: Path, *, force: bool, progress: Progress | None = None
) -> Copied:
    """Copy what `source` sees, inside a transaction in which it has read already, into one file; then check that.

    Raises BadInputError for a place that cannot be meant, NotWrittenError where there is no room,
    and NoBackupError where the database itself is damaged.
    """
    with beside(path, force=force) as part:
        with closing(sqlite3.connect(part, isolation_level=None)) as target:
            # It is of no use before it is whole, and made durable then.
            target.execute("PRAGMA journal_mode=OFF")
            target.execute("PRAGMA synchronous=OFF")
            _copy(source, target, path, progress)
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            # Of a copy in WAL mode a reader would need a second file.
            copy.execute("PRAGMA journal_mode=DELETE")
            version = _checked(copy, path)
        size = part.stat().st_size
    return Copied(version=version, size=size)


def restore(path: Path, database: Path, *, force: bool, progress: Progress | None = None) -> Copied:
    """Put a backup in the place of a database that nobody has open; its tables may be of an older version.

    Raises NoBackupError, and NotReplacedError where the database is open, holds something (unless
    `force`), is damaged or another program's; BadInputError for a path that cannot be meant.
    """
    with _opened(path) as source:
        version = _checked(source, path)
        if database.exists() and database.samefile(path):
            message = "this is the database itself; name a backup of it"
            raise BadInputError(message, where=str(path))
        with _made(database), closing(_claimed(database)) as target:
            _refuse_to_lose(target, database, force=force)
            _copy(source, target, database, progress)
            target.execute("PRAGMA locking_mode=NORMAL")
            target.execute("SELECT count(*) FROM sqlite_master")
    return Copied(version=version, size=database.stat().st_size)


@contextmanager
def _made(database: Path) -> Iterator[None]:
    """An empty file where there was no database, which goes again where the block fails."""
    new = not database.exists()
    if new:
        refuse(database, force=False)
        database.touch(mode=OURS_ALONE)
    try:
        yield
    except BaseException:
        if new:
            database.unlink()
        raise


def _copy(
    source: sqlite3.Connection, target: sqlite3.Connection, place: Path, progress: Progress | None
) -> None:
    def told(_status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    try:
        source.backup(target, pages=AT_ONCE, progress=told)
    except sqlite3.DatabaseError as error:
        if "malformed" in str(error):
            raise _damaged(place) from error
        raise not_written(place, error) from error


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A file for reading only; raises NoBackupError for one that is no database at all."""
    if not path.is_file():
        message = "there is no such file; name one that shipwake backup wrote"
        raise BadInputError(message, where=str(path))
    try:
        with path.open("rb") as file:
            head = file.read(len(MAGIC))
    except OSError as error:
        message = f"it cannot be read ({error.strerror}); see whose it is"
        raise BadInputError(message, where=str(path)) from error
    if head != MAGIC:
        message = f"{path} is no database; name a file that shipwake backup wrote"
        raise NoBackupError(message)
    # A copy of the files of a running database has its newest part beside it.
    alone = not path.with_name(f"{path.name}-wal").exists()
    address = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
        connection.execute("PRAGMA trusted_schema=OFF")
        yield connection


def _checked(connection: sqlite3.Connection, path: Path) -> str:
    """The version of a copy's tables; raises NoBackupError where it is damaged, not ours, or of a newer program."""
    try:
        if not _tables(connection) >= FIRST_TABLES:
            message = (
                f"{path} has not the tables of shipwake; name a file that shipwake backup wrote"
            )
            raise NoBackupError(message)
        found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        whole = connection.execute("PRAGMA integrity_check(1)").fetchone()
    except sqlite3.DatabaseError as error:
        raise _damaged(path) from error
    if whole != ("ok",):
        raise _damaged(path)
    version = str(found[0]) if found else "none"
    if version not in migrate.known():
        message = (
            f"{path} holds tables of version {version}, which this program does not know; "
            f"restore it with the program that wrote it, or a newer one (this one: {migrate.HEAD})"
        )
        raise NoBackupError(message)
    return version


def _damaged(path: Path) -> NoBackupError:
    message = (
        f"{path} is damaged: parts of it are missing or do not fit together; take an older one"
    )
    return NoBackupError(message)


def _tables(connection: sqlite3.Connection) -> set[str]:
    listed = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    return {name for (name,) in connection.execute(listed)}


def _claimed(database: Path) -> sqlite3.Connection:
    """A connection that has the database to itself until it is closed."""
    connection = sqlite3.connect(database, isolation_level=None, timeout=0)
    try:
        # Leaving WAL takes every other connection to be gone, and empties the file beside it.
        (mode,) = connection.execute("PRAGMA journal_mode=DELETE").fetchone()
        if mode != "delete":
            raise _in_use(database)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("COMMIT")
    except sqlite3.DatabaseError as error:
        connection.close()
        if busy(error):
            raise _in_use(database) from error
        if "readonly" in str(error) or "unable to open" in str(error):
            raise not_written(database, error) from error
        message = (
            f"{database} cannot be read as a database ({error}); move it away with its -wal and -shm, "
            "then restore again"
        )
        raise NotReplacedError(message) from error
    except NotReplacedError:
        connection.close()
        raise
    return connection


def _in_use(database: Path) -> NotReplacedError:
    message = f"{database} is in use; stop every shipwake serve and work on it, then restore again"
    return NotReplacedError(message)


def _refuse_to_lose(target: sqlite3.Connection, database: Path, *, force: bool) -> None:
    tables = _tables(target)
    if tables and not tables >= FIRST_TABLES:
        message = f"{database} holds the tables of another program; see database: in shipwake.yaml"
        raise NotReplacedError(message)
    held = [t for t in sorted(tables - OF_A_START) if _any(target, t)]
    if held and not force:
        message = (
            f"{database} holds rows already ({', '.join(held[:3])}); back it up first, "
            "then give --force to replace all of it"
        )
        raise NotReplacedError(message)


def _any(connection: sqlite3.Connection, table: str) -> bool:
    quoted = table.replace('"', '""')
    found = connection.execute(f'SELECT 1 FROM "{quoted}" LIMIT 1')  # noqa: S608 - a table's own name
    return found.fetchone() is not None
