"""PostgreSQL as we use it: read-committed writes, reads from one snapshot, through one pool."""

from sqlalchemy import URL, Engine, create_engine, text

POOL, AT_MOST = 5, 20
PATIENCE_S = 10
SIZE = text("SELECT pg_database_size(current_database())")


def connect(url: URL) -> tuple[Engine, Engine]:
    """A writing and a reading engine that share one pool."""
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=POOL,
        max_overflow=AT_MOST,
        # A connection that the server has closed meanwhile is replaced before it is used.
        pool_pre_ping=True,
        connect_args={"connect_timeout": PATIENCE_S, "application_name": "shipwake"},
    )
    snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    return engine, engine.execution_options(**snapshot)
