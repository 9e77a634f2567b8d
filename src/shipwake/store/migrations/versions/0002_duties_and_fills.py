"""Duties beside looks and words, and how far the past of remote indicators was read."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make both tables."""
    op.create_table(
        "duties",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("not_before", WIDE, nullable=False),
        sa.Column("lease", WIDE, server_default="0", nullable=False),
        sa.Column("lease_until", WIDE, server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("kind", "about", name="pk_duties"),
    )
    op.create_index(
        "ix_duties_owed",
        "duties",
        ["not_before"],
        sqlite_where=sa.text("open IS 1"),
        postgresql_where=sa.text("open IS true"),
    )
    op.create_table(
        "fills",
        sa.Column("sli", sa.Text(), nullable=False),
        sa.Column("asks", sa.Text(), nullable=False),
        sa.Column("start", WIDE, nullable=False),
        sa.Column("until", WIDE, nullable=False),
        sa.Column("oldest", WIDE, nullable=True),
        sa.Column("step_s", sa.Float(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sli", name="pk_fills"),
    )
