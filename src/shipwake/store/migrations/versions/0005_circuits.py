"""How each source answers."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "circuits",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("since", WIDE, nullable=False),
        sa.Column("until", WIDE, nullable=True),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("trips", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failed", WIDE, nullable=True),
        sa.Column("answered", WIDE, nullable=True),
        sa.Column("median_s", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("source", name="pk_circuits"),
    )
