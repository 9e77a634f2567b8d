"""What the tables whose rows workers lease have in common; it takes no lease and keeps none."""

from sqlalchemy import ColumnElement, Table, Update, bindparam, update

from shipwake.store.sql import DatabaseNow


def given_back(table: Table, *where: ColumnElement[bool]) -> Update:
    """Free at once what the worker `who` has leased; its number rises, so that whoever works on it still is fenced."""
    mine = table.c.worker == bindparam("who")
    return (
        update(table)
        .where(*where, mine, table.c.lease_until > DatabaseNow())
        .values(lease=table.c.lease + 1, lease_until=0)
    )
