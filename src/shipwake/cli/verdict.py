"""Show the verdict on a change; the exit status says it too, so that a pipeline can wait for it."""

import re
from datetime import timedelta
from typing import Any

import click

from shipwake.cli.client import Server, server_option
from shipwake.cli.shown import health, json_option, show_json, words
from shipwake.domain import EXIT_CODES, BadInputError, Health
from shipwake.wire.clock import monotonic, pause

POLL_S = 2.0
UNITS = {"s": 1, "m": 60, "h": 3600}


def duration(text: str) -> timedelta:
    """A time span such as 90s, 15m or 2h; raises BadInputError for anything else."""
    match = re.fullmatch(r"(\d+)([smh])", text)
    if match is None:
        message = f"{text!r} is no time span; write 90s, 15m or 2h"
        raise BadInputError(message, where="--wait")
    return timedelta(seconds=int(match[1]) * UNITS[match[2]])


@click.command()
@click.argument("change_id", metavar="ID")
@click.option(
    "--wait",
    default="",
    help="Wait up to this long (15m) until the early looks are over or it hurts.",
)
@server_option
@json_option
def command(change_id: str, wait: str, server: str, as_json: bool) -> int:
    """Show the verdict on change ID. Exit 0 healthy or improved, 1 unhealthy, 2 ailing, 3 unknown, 64 usage."""
    at = Server(server)
    until = monotonic() + (duration(wait).total_seconds() if wait else 0)
    newest = _newest(at, change_id)
    while not _decided(newest) and monotonic() < until:
        pause(POLL_S)
        newest = _newest(at, change_id)
    if as_json:
        show_json(newest)
    elif newest is None:
        click.echo(f"{health('unknown')}: no look yet")
    else:
        _show(newest)
    return EXIT_CODES[Health(newest["health"])] if newest else EXIT_CODES[Health.UNKNOWN]


def _newest(at: Server, change_id: str) -> dict[str, Any] | None:
    verdicts = at.get(f"/api/v1/changes/{change_id}/verdicts")["data"]
    return max(verdicts, key=lambda v: v["seq"], default=None)


def _decided(newest: dict[str, Any] | None) -> bool:
    if newest is None or newest["health"] == "unknown":
        return False
    return newest["health"] in ("unhealthy", "ailing") or newest["reason"] != "so far"


def _show(verdict: dict[str, Any]) -> None:
    click.echo(f"{health(verdict['health'])}: {words(verdict['sentence'])}")
    for more in filter(None, (verdict.get("doubt"), verdict.get("power"), verdict.get("standing"))):
        click.echo(f"  {words(more)}")
    if verdict.get("next_look"):
        click.echo(f"  next look {verdict['next_look']}")
