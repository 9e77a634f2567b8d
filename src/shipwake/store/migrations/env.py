"""What Alembic runs its scripts in: the connection that `Store.migrate` opened, and its transaction."""

from alembic import context

passing = context.config.attributes["passing"]
context.configure(
    connection=context.config.attributes["connection"],
    # The transaction around all scripts is ours, on both databases.
    transactional_ddl=False,
    on_version_apply=lambda **_: passing("between the scripts of a migration"),
)
context.run_migrations()
