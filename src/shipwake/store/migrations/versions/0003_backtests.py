"""What backtests found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "backtests",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_backtests"),
        sqlite_autoincrement=True,
    )
