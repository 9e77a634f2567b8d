"""Run the server: hooks, API, pages and the loop that looks and tells."""

from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.fills import shown
from shipwake.cli.place import config_option, configure_log, read_config
from shipwake.web import serve
from shipwake.wire.ending import leave


@click.command()
@config_option
@click.option("--no-work", is_flag=True, help="Answer only; another process runs `shipwake work`.")
def command(config: Path | None, no_work: bool) -> None:
    """Serve on 127.0.0.1:7447 unless configured otherwise; prints a one-time sign-in link on first start."""
    read = read_config(config)
    configure_log(read)
    river = compose(read, apart=True)
    with shown(river):
        serve(river, loop=not no_work)
    leave(0)
