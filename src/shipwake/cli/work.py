"""Run the loop without the server: looks that are due, words that wait; any number may run on one PostgreSQL."""

from contextlib import nullcontext
from pathlib import Path
from threading import Event, Thread

import click

from shipwake.app import compose, listening
from shipwake.cli.fills import shown
from shipwake.cli.place import config_option, configure_log, read_config
from shipwake.flow import River, run
from shipwake.wire.ending import Ending, leave

BRIEFLY_S, WAIT_S = 0.5, 1.0


@click.command()
@config_option
@click.option(
    "--listen",
    metavar="HOST:PORT",
    help="Tell there, without a token, of its health and its counters: /healthz/live, /healthz/ready, /metrics.",
)
def command(config: Path | None, listen: str | None) -> None:
    """Work until told to stop (SIGTERM or Ctrl-C); what is under way has a few seconds to end."""
    read = read_config(config)
    configure_log(read)
    river = compose(read, apart=True)
    stop = Event()

    def wind_down() -> None:
        stop.set()
        river.wake.set()

    Ending(wind_down).heed()
    with shown(river), listening(river, listen) if listen else nullcontext():
        _turn(river, stop)
    river.close(BRIEFLY_S)
    leave(0)


def _turn(river: River, stop: Event) -> None:
    """Run the loop in a thread: a signal interrupts this one, which holds no lock that the loop waits for."""
    failures: list[Exception] = []

    def turning() -> None:
        try:
            run(river, stop)
        except Exception as error:  # noqa: BLE001 - it is raised where the verb can say it
            failures.append(error)

    thread = Thread(target=turning, name="flow", daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(WAIT_S)
    if failures:
        raise failures[0]
