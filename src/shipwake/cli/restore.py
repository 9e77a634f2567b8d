"""Put a backup in the place of the whole database; every server and worker on it must be stopped."""

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
@click.option("--force", is_flag=True, help="Replace a database that holds something.")
@config_option
@json_option
def command(file: Path, force: bool, config: Path | None, as_json: bool) -> None:
    """Restore the SQLite database from FILE, which `shipwake backup` wrote, and migrate it.

    It is replaced as a whole or not at all. One that is in use is never replaced.
    """
    bar = progress("restoring")
    with closing(Store.open(read_config(config).database, clock=SystemClock())) as store:
        copied = store.restore(file, force=force, progress=bar)
        version = store.version()
        note(store, "restored", str(file), "restore")
    bar.end()
    if as_json:
        show_json({"file": str(file), "was": copied.version, "version": version})
    else:
        brought = "" if copied.version == version else f", brought from version {copied.version}"
        click.echo(f"Restored from {file}{brought}. Start shipwake serve again.")
