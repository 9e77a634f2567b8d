"""List the newest changes and what became of them."""

from typing import Any

import click

from shipwake.cli.client import Server, server_option
from shipwake.cli.shown import health, json_option, show_json, words

FILTERS = ("service", "environment", "kind", "health", "author", "since", "until", "q")


def filters(function: click.decorators.FC) -> click.decorators.FC:
    """The filters of the list page as options."""
    for name in reversed(FILTERS):
        function = click.option(f"--{name}", default="", help=f"Only changes with this {name}.")(
            function
        )
    return function


@click.command()
@filters
@server_option
@json_option
def command(server: str, as_json: bool, **chosen: str) -> None:
    """List changes, newest first."""
    page = Server(server).get("/api/v1/changes", **{k: v for k, v in chosen.items() if v})
    if as_json:
        show_json(page)
        return
    for row in page["data"]:
        word = health(row.get("health") or "unknown")
        when = row.get("at") or "not live yet"
        said = words(f"{_name(row)}  {row.get('sentence') or ''}")
        click.echo(f"{when:27} {word:20} {said}")
    if not page["data"]:
        click.echo('No changes fit. Send one: shipwake change "hello"')


def _name(row: dict[str, Any]) -> str:
    """The shortest words that tell a change from the others, as `Change.name` has them."""
    service = row["service"] or row["heard_service"]
    return row["title"] or " ".join(filter(None, (service, row["revision"][:7]))) or str(row["id"])
