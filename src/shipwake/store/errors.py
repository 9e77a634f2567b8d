"""What can go wrong between us and a database; every message says what to do next."""

from datetime import timedelta

from shipwake.domain import ShipwakeError


class BusyError(ShipwakeError):
    """The store is busy with other writes: try again after `retry_after`; nothing of this was kept."""

    def __init__(self, message: str, *, retry_after: timedelta = timedelta(seconds=1)) -> None:
        super().__init__(message, permanent=False)
        self.retry_after = retry_after


class FullError(BusyError):
    """There is no room under the database: make some; nothing of this was kept, and what was kept is whole."""


class ReadOnlyError(BusyError):
    """The database cannot be written: give its file and folder back to us; nothing of this was kept."""


class NotMigratedError(ShipwakeError):
    """The database has not the tables of this version: run `shipwake migrate`."""


class UnreadableError(ShipwakeError):
    """What was kept is of another version, or damaged: make it again as the message says."""


class DamagedError(ShipwakeError):
    """The database is damaged: stop shipwake, and restore a backup."""


class UnreachableError(ShipwakeError):
    """The database does not answer: check the address under `database:` and that it runs."""


class NotWrittenError(ShipwakeError):
    """A file could not be written, and nothing of it is left: make room, or name another place."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=False)


class NoBackupError(ShipwakeError):
    """This is no backup that this program can restore: name a file that `shipwake backup` wrote."""


class NotReplacedError(ShipwakeError):
    """The database may not be replaced as it stands: the message says what is in the way."""


class OtherToolsError(ShipwakeError):
    """A PostgreSQL is backed up by its own tools: use `pg_dump` and `pg_restore` as docs/how-to/back-up.md says."""
