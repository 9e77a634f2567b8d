"""Whose session it is, how long a token lasts, and what was done by whom, kept append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
EMPTY, NOTHING = sa.text("''"), sa.text("'[]'")


def upgrade() -> None:
    """Add columns that the version before need not know, and three tables."""
    op.add_column("tokens", sa.Column("until", WIDE, nullable=True))
    op.add_column("tokens", sa.Column("used_at", WIDE, nullable=True))
    op.add_column(
        "tokens", sa.Column("services", sa.Text(), server_default=NOTHING, nullable=False)
    )
    op.add_column("sessions", sa.Column("person", sa.Text(), server_default=EMPTY, nullable=False))
    op.add_column(
        "sessions", sa.Column("groups", sa.Text(), server_default=NOTHING, nullable=False)
    )
    op.add_column("sessions", sa.Column("browser", sa.Text(), server_default=EMPTY, nullable=False))
    op.add_column("sessions", sa.Column("at", WIDE, nullable=True))
    op.add_column("sessions", sa.Column("seen_at", WIDE, nullable=True))
    op.create_table(
        "spent",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("until", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_spent"),
    )
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_settings"),
    )
    op.create_table(
        "audit",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sqlite_autoincrement=True,
    )
    _append_only("audit")


def _append_only(table: str) -> None:
    """Let the database itself refuse to edit or delete a row; the function came with the first tables."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only: {what} is refused'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION shipwake_append_only()"
    )
