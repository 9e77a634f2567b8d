"""Run the loop without the server: looks that are due, words that wait; any number may run on one PostgreSQL."""

import signal
from contextlib import nullcontext
from pathlib import Path
from threading import Event

import click

from shipwake.app import compose, listening
from shipwake.cli.fills import shown
from shipwake.cli.place import config_option, read_config
from shipwake.flow import run
from shipwake.wire import log


@click.command()
@config_option
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Tell there, without a token, of its health and its counters: /healthz/live, /healthz/ready, /metrics.",
)
def command(config: Path | None, listen: str | None) -> None:
    """Work until told to stop (SIGTERM or Ctrl-C); what is under way is finished first."""
    read = read_config(config)
    log.configure(json=False, hide=[secret.reveal() for secret in read.secrets])
    river = compose(read, apart=True)
    stop = Event()

    def end(*_: object) -> None:
        stop.set()
        river.wake.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    with shown(river), listening(river, listen) if listen else nullcontext():
        run(river, stop)
    river.close()
