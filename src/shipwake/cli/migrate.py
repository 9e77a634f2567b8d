"""Bring the database to this version's schema; safe to run twice and from two machines at once."""

from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.store import Store
from shipwake.wire.clock import SystemClock


@click.command()
@click.option(
    "--restored",
    is_flag=True,
    help="It was just restored by pg_restore: look for each message at its receiver before it is sent.",
)
@config_option
def command(config: Path | None, restored: bool) -> None:
    """Migrate the configured database."""
    store = Store.open(read_config(config).database, clock=SystemClock())
    try:
        mine = store.migrate()
        if restored:
            store.restored()
    finally:
        store.close()
    click.echo(
        "The database is up to date."
        if mine
        else "The database is of a newer version, on which this program may work until it is upgraded too."
    )
