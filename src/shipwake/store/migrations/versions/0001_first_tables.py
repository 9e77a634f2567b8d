"""The first tables: all nouns, and the triggers that keep verdicts and their evidence append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

WIDE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("verdicts", "assessments")


def upgrade() -> None:
    """Make everything."""
    _heard()
    _changes()
    _change_people()
    _samples()
    _looks()
    _verdicts()
    _words()
    _access()
    for table in APPEND_ONLY:
        _append_only(table)


def _heard() -> None:
    op.create_table(
        "heard",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("received", WIDE, nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("events", sa.Integer(), server_default="0", nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_heard"),
        sa.UniqueConstraint("kind", "source", "digest", name="uq_heard_kind_source_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_heard_kind", "heard", ["kind", "id"])
    op.create_index("ix_heard_outcome", "heard", ["outcome", "id"])
    op.create_table(
        "heard_counts",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("times", WIDE, nullable=False),
        sa.Column("last", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("kind", "source", "outcome", "text", name="pk_heard_counts"),
    )


def _changes() -> None:
    op.create_table(
        "changes",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("environment", sa.Text(), nullable=False),
        sa.Column("mapped", sa.Boolean(), nullable=False),
        sa.Column("shown_at", WIDE, nullable=False),
        sa.Column("at", WIDE, nullable=True),
        sa.Column("heard_at", WIDE, nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("health", sa.Text(), nullable=True),
        sa.Column("verdict_seq", sa.Integer(), server_default="0", nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("merged_into", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["merged_into"], ["changes.id"], name="fk_changes_merged_into"),
        sa.PrimaryKeyConstraint("id", name="pk_changes"),
    )
    op.create_index(
        "ix_changes_environment",
        "changes",
        ["environment", "shown_at", "id", "health", "merged_into"],
    )
    op.create_index("ix_changes_health", "changes", ["health", "shown_at", "id", "merged_into"])
    op.create_index(
        "ix_changes_kind", "changes", ["kind", "shown_at", "id", "health", "merged_into"]
    )
    op.create_index(
        "ix_changes_service",
        "changes",
        ["service", "shown_at", "id", "health", "environment", "merged_into"],
    )
    op.create_index("ix_changes_shown", "changes", ["shown_at", "id", "health", "merged_into"])
    op.create_index("ix_changes_stem", "changes", ["stem"])
    op.create_index(
        "ix_changes_unmapped",
        "changes",
        ["id"],
        sqlite_where=sa.text("mapped IS 0"),
        postgresql_where=sa.text("mapped IS false"),
    )


def _change_people() -> None:
    op.create_table(
        "change_people",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_change_people_change_id"),
        sa.PrimaryKeyConstraint("name", "change_id", name="pk_change_people"),
    )
    op.create_index("ix_change_people_change", "change_people", ["change_id"])
    op.create_table(
        "events",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("says", sa.Text(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("stem", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("source", "key", name="uq_events_source_key"),
    )
    op.create_index("ix_events_change", "events", ["change_id"])
    op.create_index("ix_events_stem", "events", ["stem"])
    op.create_index("ix_events_thread", "events", ["thread"])


def _samples() -> None:
    op.create_table(
        "series",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("sli", sa.Text(), nullable=False),
        sa.Column("step_s", sa.Float(), nullable=False),
        sa.Column("columns", sa.Integer(), nullable=False),
        sa.Column("phase_s", sa.Float(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("sli", "step_s", "columns", name="uq_series_sli_step_s_columns"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "chunks",
        sa.Column("id", WIDE, autoincrement=False, nullable=False),
        sa.Column("numbers", sa.LargeBinary(), nullable=False),
        sa.Column("states", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_chunks"),
    )
    if op.get_bind().dialect.name == "postgresql":
        # A chunk is 4 kB: kept in its row, since floats do not compress and another table costs a read.
        op.execute("ALTER TABLE chunks SET (toast_tuple_target = 8160)")


def _looks() -> None:
    op.create_table(
        "due_looks",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("sli", sa.Text(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("due", WIDE, nullable=False),
        sa.Column("not_before", WIDE, nullable=False),
        sa.Column("anchor", WIDE, nullable=False),
        sa.Column("later", sa.Boolean(), nullable=False),
        sa.Column("lease", WIDE, server_default="0", nullable=False),
        sa.Column("lease_until", WIDE, server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("done_number", sa.Integer(), server_default="0", nullable=False),
        sa.Column("done_due", WIDE, nullable=True),
        sa.Column("hurting", sa.Boolean(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_due_looks_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_due_looks"),
        sa.UniqueConstraint("change_id", "sli", name="uq_due_looks_change_id_sli"),
    )
    op.create_index(
        "ix_due_looks_waiting",
        "due_looks",
        ["not_before", "change_id"],
        sqlite_where=sa.text("open IS 1"),
        postgresql_where=sa.text("open IS true"),
    )
    op.create_table(
        "levels",
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("early", sa.Float(), nullable=False),
        sa.Column("later", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_levels_change_id"),
        sa.PrimaryKeyConstraint("change_id", name="pk_levels"),
    )


def _verdicts() -> None:
    op.create_table(
        "verdicts",
        sa.Column("global_seq", WIDE, autoincrement=True, nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_verdicts_change_id"),
        sa.PrimaryKeyConstraint("global_seq", name="pk_verdicts"),
        sa.UniqueConstraint("change_id", "seq", name="uq_verdicts_change_id_seq"),
        sqlite_autoincrement=True,
    )
    # ### end Alembic commands ###
    op.create_table(
        "assessments",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("sli", sa.Text(), nullable=False),
        sa.Column("look", sa.Integer(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("health", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("evidence", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_assessments_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assessments"),
        sa.UniqueConstraint("change_id", "sli", "look", name="uq_assessments_change_id_sli_look"),
    )
    op.create_index("ix_assessments_sli", "assessments", ["sli", "health", "at"])


def _words() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("post", sa.Text(), nullable=False),
        sa.Column("not_before", WIDE, nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("lease", WIDE, server_default="0", nullable=False),
        sa.Column("lease_until", WIDE, server_default="0", nullable=False),
        sa.Column("worker", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("ref", sa.Text(), nullable=True),
        sa.Column("sent_revision", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sent_at", WIDE, nullable=True),
        sa.Column("why", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_outbox_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("key", name="uq_outbox_key"),
    )
    op.create_index("ix_outbox_change", "outbox", ["change_id"])
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["not_before"],
        sqlite_where=sa.text("post = 'waiting'"),
        postgresql_where=sa.text("post = 'waiting'"),
    )
    op.create_table(
        "replies",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("change_id", sa.Text(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["changes.id"], name="fk_replies_change_id"),
        sa.PrimaryKeyConstraint("id", name="pk_replies"),
    )
    op.create_index("ix_replies_change", "replies", ["change_id", "at"])
    op.create_table(
        "mappings",
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("heard", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("what", "heard", name="pk_mappings"),
    )


def _access() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", WIDE, autoincrement=True, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("at", WIDE, nullable=False),
        sa.Column("revoked_at", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tokens"),
        sa.UniqueConstraint("hash", name="uq_tokens_hash"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("until", WIDE, nullable=False),
        sa.PrimaryKeyConstraint("hash", name="pk_sessions"),
    )
    op.create_table(
        "sign_in_links",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("until", WIDE, nullable=False),
        sa.Column("used_at", WIDE, nullable=True),
        sa.PrimaryKeyConstraint("hash", name="pk_sign_in_links"),
    )


def _append_only(table: str) -> None:
    """Let the database itself refuse to edit or delete a row, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} are append-only: {what} is refused'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION shipwake_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are append-only: % is refused', TG_TABLE_NAME, TG_OP; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION shipwake_append_only()"
    )
