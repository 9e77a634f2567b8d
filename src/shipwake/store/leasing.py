"""The statement by which a worker takes looks that are due; it takes none that another holds."""

from sqlalchemy import ColumnElement, Executable, Table, bindparam, select, update

from shipwake.store.columns import Wide
from shipwake.store.sql import DatabaseNow


def leasing(looks: Table, *which: ColumnElement[bool]) -> Executable:
    """Of these looks the first `most` that may be made at `now` and are free, for `long` microseconds of worker `who`.

    In the order of the time from which they may be made, then of their due time.
    """
    held = looks.c
    free = (
        select(held.id)
        .where(*which, held.not_before <= bindparam("now"), held.lease_until <= DatabaseNow())
        # The looks of one change together: they make one verdict, if one worker makes them at once.
        .order_by(held.not_before, held.due, held.change_id)
        .limit(bindparam("most"))
        .with_for_update(skip_locked=True)
        .cte("free")
    )
    return (
        update(looks)
        .where(held.id.in_(select(free.c.id)))
        .values(
            lease=held.lease + 1,
            lease_until=DatabaseNow() + bindparam("long", type_=Wide),
            worker=bindparam("who"),
            attempts=held.attempts + 1,
        )
        .returning(looks)
    )
