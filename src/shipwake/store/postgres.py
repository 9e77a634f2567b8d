"""PostgreSQL as we use it: read-committed writes, reads from one snapshot, through one pool."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, text

POOL, AT_MOST = 5, 20
PATIENCE_S = 10
"""How long it may take to be connected, or to be given a connection that another thread has."""
SIZE = text("SELECT pg_database_size(current_database())")


def connect(url: URL) -> tuple[Engine, Engine]:
    """A writing and a reading engine that share one pool."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=AT_MOST,
        pool_timeout=PATIENCE_S,
        # A connection that the server has closed meanwhile is replaced before it is used.
        pool_pre_ping=True,
        connect_args={"connect_timeout": PATIENCE_S, "application_name": "shipwake"},
    )
    event.listen(engine, "do_connect", _connected)
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return engine, engine.execution_options(**snapshot)


def _connected(_dialect: Any, _record: Any, _place: Any, parameters: dict[str, Any]) -> Any:  # noqa: ANN401
    from shipwake.store.impatient import connected  # noqa: PLC0415 - SQLite needs no driver of PostgreSQL's

    return connected(**parameters)
