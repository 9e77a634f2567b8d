"""Copy the whole database into one file, while the server runs."""

from contextlib import closing
from pathlib import Path

import click

from shipwake.cli.deed import note
from shipwake.cli.place import config_option, read_config
from shipwake.cli.shown import json_option, progress, show_json
from shipwake.store import Store
from shipwake.wire.clock import SystemClock


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Replace the file where it is there already.")
@config_option
@json_option
def command(file: Path, force: bool, config: Path | None, as_json: bool) -> None:
    """Back the SQLite database up into FILE, which only you may read; a PostgreSQL has pg_dump for that.

    The copy is checked before it takes its place; `shipwake restore` puts it back.
    """
    bar = progress("backing up")
    with closing(Store.open(read_config(config).database, clock=SystemClock())) as store:
        copied = store.back_up(file, force=force, progress=bar)
        note(store, "backed up", str(file), "backup")
    bar.end()
    if as_json:
        show_json({"file": str(file), "bytes": copied.size, "version": copied.version})
    else:
        megabytes = copied.size / 1e6
        click.echo(f"{file}: {megabytes:.1f} MB, tables of version {copied.version}, checked.")
