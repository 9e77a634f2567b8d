"""Write everything that is kept as JSON Lines, one object a line, while the server runs."""

import os
import sys
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

import click

from shipwake.cli.deed import note
from shipwake.cli.place import config_option, read_config
from shipwake.cli.shown import Bar, progress
from shipwake.store import NotWrittenError, Store
from shipwake.wire.clock import SystemClock

STREAM = "-"


@click.command()
@click.argument("file")
@click.option("--force", is_flag=True, help="Replace the file where it is there already.")
@config_option
def command(file: str, force: bool, config: Path | None) -> None:
    """Export everything to FILE, which only you may read, or with `-` to the standard output.

    It is one snapshot of the database, SQLite or PostgreSQL; the last line is of the kind `end`.
    """
    bar = progress("exporting")
    with closing(Store.open(read_config(config).database, clock=SystemClock())) as store:
        if file == STREAM:
            _stream(store, bar)
            note(store, "exported", "the standard output", "export")
            return
        count = store.export_to(Path(file), force=force, progress=bar)
        note(store, "exported", file, "export")
    bar.end()
    click.echo(f"{file}: {count:,} lines.")


def _stream(store: Store, bar: Bar) -> None:
    out: BinaryIO = sys.stdout.buffer
    try:
        store.export(out, progress=bar)
        out.flush()
    except OSError as error:
        # Else Python tries to write the rest once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        message = f"the export broke off, its reader has only a part ({error.strerror})"
        raise NotWrittenError(message) from error
    bar.end()
