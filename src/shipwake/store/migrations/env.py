"""What Alembic runs its scripts in: the connection that `Store.migrate` opened, and its transaction."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    # The transaction around all scripts is ours, on both databases.
    transactional_ddl=False,
)
context.run_migrations()
