"""Bring the database to this version's schema; safe to run twice and from two machines at once."""

from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.store import Store
from shipwake.wire.clock import SystemClock


@click.command()
@config_option
def command(config: Path | None) -> None:
    """Migrate the configured database."""
    store = Store.open(read_config(config).database, clock=SystemClock())
    try:
        mine = store.migrate()
    finally:
        store.close()
    click.echo(
        "The database is up to date."
        if mine
        else "The database is of a newer version, on which this program may work until it is upgraded too."
    )
