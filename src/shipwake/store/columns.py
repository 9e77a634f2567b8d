"""The column types both databases share: exact times, wide keys, and names for every constraint."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, Dialect, Integer, MetaData
from sqlalchemy.types import TypeDecorator

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)
"""Every table of the room; each noun's module adds its own."""

Wide = BigInteger().with_variant(Integer, "sqlite")
"""A 64-bit integer that SQLite also takes as its row id."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def microseconds(at: datetime) -> int:
    """Whole microseconds since 1970-01-01T00:00Z; exact, unlike a float of seconds."""
    return (at - EPOCH) // MICROSECOND


def instant(microseconds_: int) -> datetime:
    """The aware UTC time of a number of microseconds since 1970-01-01T00:00Z."""
    return EPOCH + timedelta(microseconds=microseconds_)


class Instant(TypeDecorator[datetime]):
    """An aware UTC time, kept as whole microseconds, so that it compares the same in both databases."""

    impl = Wide
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else microseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:
        """From microseconds."""
        return None if value is None else instant(value)
