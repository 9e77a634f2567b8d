"""Follow one change in the terminal, verdict by verdict, until its early looks are over."""

import click

from shipwake.cli.client import Server, server_option
from shipwake.cli.shown import health, words
from shipwake.domain import EXIT_CODES, Health
from shipwake.wire.clock import pause

POLL_S = 1.0


@click.command()
@click.argument("change_id", metavar="ID")
@server_option
def command(change_id: str, server: str) -> int:
    """Print each verdict on change ID as it comes. Exit status as for `verdict`."""
    at, shown, word = Server(server), 0, Health.UNKNOWN
    while True:
        verdicts = at.get(f"/api/v1/changes/{change_id}/verdicts")["data"]
        for verdict in sorted(verdicts, key=lambda v: v["seq"]):
            if verdict["seq"] > shown:
                shown, word = verdict["seq"], Health(verdict["health"])
                click.echo(f"{verdict['at']}  {health(word.value):20} {words(verdict['sentence'])}")
        if verdicts and not verdicts[-1].get("next_look"):
            return EXIT_CODES[word]
        pause(POLL_S)
