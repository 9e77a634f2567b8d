"""The store: opens a database, migrates it, and hands out transactions; all SQL happens inside them."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Self

import structlog
from sqlalchemy import URL, Engine, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFreeError

from shipwake.domain import BadInputError, Samples, from_epoch
from shipwake.store import backup, examined, export, migrate, postgres, sqlite
from shipwake.store.backup import Copied, Progress
from shipwake.store.beside import OURS_ALONE, beside
from shipwake.store.errors import BusyError, OtherToolsError
from shipwake.store.explained import explanation
from shipwake.store.looks import SECOND
from shipwake.store.passing import Passing, nothing
from shipwake.store.right_of_way import RightOfWay
from shipwake.store.sql import DatabaseNow, Sql
from shipwake.store.tx import Tx
from shipwake.store.writer import SamplesWriter
from shipwake.wire.clock import Agreed, Clock, monotonic

log = structlog.get_logger()
SQLITE, POSTGRES = ("sqlite",), ("postgresql", "postgres")
_THEIR_NOW = select(DatabaseNow())
_UNHURRIED = text("SET LOCAL idle_in_transaction_session_timeout = 0")


class Store:
    """One database. Threads may share it; close it at the end.

    On SQLite a process has one writing transaction at a time, so keep them short: nothing that
    waits for a network belongs inside `write`.
    """

    def __init__(self, url: URL, *, clock: Clock, passing: Passing) -> None:
        self._clock = clock
        self._passing = passing
        self._place = Path(url.database or "")
        self._sqlite = url.get_backend_name() in SQLITE
        self._writing, self._reading = (sqlite if self._sqlite else postgres).connect(url)
        self._way = RightOfWay(sqlite.PATIENCE_S)
        self._samples: SamplesWriter | None = None
        self._opening = Lock()

    @classmethod
    def open(cls, url: str, *, clock: Clock, passing: Passing = nothing) -> Self:
        """The store at that address; raises BadInputError for one that cannot be meant. Migrates nothing.

        `passing` is told by name of the places where a crash must lose nothing.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            message = (
                "this is no address; give sqlite:///shipwake.db or postgresql://user@host/name"
            )
            raise BadInputError(message, where="database") from error
        scheme = parsed.drivername.partition("+")[0]
        if scheme not in (*SQLITE, *POSTGRES):
            message = (
                f"read {parsed.drivername}; allowed: sqlite:///FILE and postgresql://USER@HOST/NAME"
            )
            raise BadInputError(message, where="database")
        place = parsed.set(drivername="postgresql") if scheme in POSTGRES else parsed
        return cls(place, clock=clock, passing=passing)

    def migrate(self) -> bool:
        """Bring the tables to this version; safe when several start at once, or one is killed half-way.

        False where the tables are newer, and this program may work beside the newer one.
        """
        if self._sqlite and not self._place.exists():
            # Names and addresses of people will be in it; what SQLite lays beside it is as this is.
            with suppress(OSError):
                self._place.touch(mode=OURS_ALONE)
        with self._explained():
            return migrate.upgrade(self._writing, self._passing)

    def version(self) -> str | None:
        """The version of the tables, None where there are none yet."""
        with self._explained(), self._reading.connect() as connection:
            return migrate.version(connection)

    def fits(self) -> bool:
        """Whether the tables are of this version, or of a newer one on which this program can still work."""
        with self._explained(), self._reading.connect() as connection:
            return migrate.fits(connection)

    @property
    def file(self) -> Path | None:
        """The file that the database is; None where it is a PostgreSQL."""
        return self._place if self._sqlite else None

    def examine(self, patience_s: float) -> examined.Examined:
        """What can be said of it without changing it; reading it whole is given up after `patience_s`."""
        with self._explained(), self._reading.connect() as connection:
            if self._sqlite:
                return examined.of_sqlite(connection, self._clock, self._place, patience_s)
            return examined.of_postgres(connection, self._clock)

    def size(self) -> int:
        """Bytes that the database takes on its disk, what is written but not yet laid in its place included."""
        if not self._sqlite:
            with self._explained(), self._reading.connect() as connection:
                return int(connection.execute(postgres.SIZE).scalar() or 0)
        files = (self._place.with_name(self._place.name + end) for end in ("", "-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    @contextmanager
    def write(self, *, patient: bool = False, within_s: float | None = None) -> Iterator[Tx]:
        """One transaction: all of it is kept when the block ends, nothing when it raises.

        `patient` lets every other writer of this process go first. Raises BusyError when other
        writers leave no gap (for half a minute, or twice `within_s`), FullError where there is no
        room, ReadOnlyError where nothing may be written, and NotMigratedError where tables are missing.
        """
        way: AbstractContextManager[None] = (
            self._way.taken(patient=patient, within_s=within_s) if self._sqlite else nullcontext()
        )
        with way, self._explained(), self._writing.connect() as connection:
            connection.execution_options(**{sqlite.WITHIN_S: within_s})
            with connection.begin():
                yield Tx(self._agreed(Sql(connection, self._clock)))

    @contextmanager
    def read(self) -> Iterator[Tx]:
        """One snapshot: what others write meanwhile is not seen, and nothing can be written."""
        with self._explained(), self._reading.begin() as connection:
            yield Tx(self._agreed(Sql(connection, self._clock)))

    def _agreed(self, sql: Sql) -> Sql:
        """Now and then put our clock right by PostgreSQL's, which all machines share; a file is on our own."""
        clock = self._clock
        if sql.postgres and isinstance(clock, Agreed) and clock.stale:
            begun = monotonic()
            theirs = from_epoch(sql.value(_THEIR_NOW) / SECOND)
            off = clock.heard(theirs, timedelta(seconds=monotonic() - begun))
            if off is not None:
                log.warning("this machine's clock is not the database's, which rules", off=str(off))
        return sql

    def back_up(
        self, path: Path, *, force: bool = False, progress: Progress | None = None
    ) -> Copied:
        """Copy the database as it is now into one file, mode 0600, while others write to it.

        Raises OtherToolsError on PostgreSQL, BadInputError for a path that cannot be meant, and
        NotWrittenError where there is no room; nothing of the file is left then.
        """
        self._own_file("pg_dump --format=custom --file=FILE ADDRESS")
        self._refuse(path)
        with self._explained(), self._reading.begin() as connection:
            # The first reading is what the copy is a snapshot of.
            migrate.version(connection)
            held = connection.connection.driver_connection
            return backup.back_up(held, path, force=force, progress=progress)

    def restore(
        self, path: Path, *, force: bool = False, progress: Progress | None = None
    ) -> Copied:
        """Put a backup in the place of the whole database, and bring its tables to this version.

        What is told of changes that there are by now is looked for at its receiver first; see `restored`.
        Raises OtherToolsError on PostgreSQL, NoBackupError for a file that is none, and
        NotReplacedError for a database that is open, or not empty (unless `force`).
        """
        place = self._own_file("pg_restore --no-owner --exit-on-error --dbname=ADDRESS FILE")
        copied = backup.restore(path, place, force=force, progress=progress)
        self.migrate()
        self.restored()
        return copied

    def restored(self) -> None:
        """Note that this database was taken from a backup: whom was told since is asked of the channels first."""
        with self.write() as tx:
            tx.outbox.doubt()

    def export(self, out: BinaryIO, *, progress: Progress | None = None) -> int:
        """Write everything as JSON Lines, as it is now, while others write; returns how many lines.

        In bounded memory: a row at a time, and one entry a series. Raises NotMigratedError for other
        tables than this version's, and OSError where `out` takes no more.
        """
        self._refuse()
        count = 0
        with self._explained(), self._reading.begin() as connection:
            if not self._sqlite:
                # Whoever takes the lines may let us wait.
                connection.execute(_UNHURRIED)
            for line in export.lines(Sql(connection, self._clock), progress):
                out.write(line)
                count += 1
        return count

    def export_to(
        self, path: Path, *, force: bool = False, progress: Progress | None = None
    ) -> int:
        """The same into a file, mode 0600, that is there when it is whole; see `beside` for what it raises."""
        self._refuse(path)
        with beside(path, force=force) as part, part.open("wb") as out:
            return self.export(out, progress=progress)

    def _refuse(self, path: Path | None = None) -> None:
        """Raise BadInputError where there is no database to read, or `path` is that database."""
        if self._sqlite and not self._place.is_file():
            message = f"there is no database {self._place}; see database: in shipwake.yaml"
            raise BadInputError(message, where="database")
        if path and self._sqlite and path.exists() and path.samefile(self._place):
            message = "this is the database itself; give another name"
            raise BadInputError(message, where=str(path))

    def _own_file(self, instead: str) -> Path:
        """The file that is the database; raises OtherToolsError where it is none."""
        if not self._sqlite:
            message = f"this database is a PostgreSQL, which has its own tools; run: {instead}"
            raise OtherToolsError(message)
        return self._place

    @property
    def pushed(self) -> "PushedSamples":
        """What the source `push` reads from."""
        return PushedSamples(self)

    def samples_writer(self) -> SamplesWriter:
        """The thread that commits pushed samples in groups; started at its first use."""
        with self._opening:
            if self._samples is None:
                self._samples = SamplesWriter(lambda: self.write(patient=True), self._passing)
            return self._samples

    def close(self, patience_s: float | None = None) -> None:
        """Write what is queued, as far as that takes no longer than given, then let go of every connection."""
        with self._opening:
            if self._samples is not None:
                self._samples.close(patience_s)
        for engine in _distinct(self._writing, self._reading):
            engine.dispose()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the driver says into what to do."""
        try:
            yield
        except (OperationalError, InterfaceError, DBAPIError) as error:
            raise explanation(error) from error
        except NoneFreeError as error:
            message = "every connection to the database is in use; try again"
            raise BusyError(message) from error


class PushedSamples:
    """Reads pushed samples outside of any transaction of the caller's."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def read(self, sli: str, start: datetime, end: datetime) -> Samples:
        """The slots of an SLI labelled from `start` (included) to `end` (not); see `tx.samples.read`."""
        with self._store.read() as tx:
            return tx.samples.read(sli, start, end)


def _distinct(*engines: Engine) -> list[Engine]:
    return list({id(e.pool): e for e in engines}.values())
