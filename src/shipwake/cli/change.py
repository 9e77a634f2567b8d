"""Announce a change; repeat it with the same --id and nothing happens twice."""

import click

from shipwake.cli.client import Server, server_option
from shipwake.cli.shown import json_option, show_json
from shipwake.domain import ChangeKind, rfc3339
from shipwake.wire.clock import SystemClock


@click.command()
@click.argument("title")
@click.option("--service", default="", help="The service that was changed.")
@click.option("--environment", default="production", show_default=True)
@click.option(
    "--kind", type=click.Choice([k.value for k in ChangeKind]), default="manual", show_default=True
)
@click.option("--revision", default="", help="Commit, image digest or version that is live now.")
@click.option("--author", "authors", multiple=True, help="E-mail of an author; may be repeated.")
@click.option("--id", "change_id", default="", help="Your own id for this change.")
@click.option("--at", default="", help="When it went live, RFC 3339; now if not given.")
@server_option
@json_option
def command(
    title: str,
    authors: tuple[str, ...],
    change_id: str,
    at: str,
    server: str,
    as_json: bool,
    **said: str,
) -> None:
    """Tell shipwake that TITLE went live."""
    body: dict[str, object] = {name: value for name, value in said.items() if value}
    body |= {"title": title, "at": at or rfc3339(SystemClock().now())}
    if authors:
        body["authors"] = [{"email": email} for email in authors]
    if change_id:
        body["id"] = change_id
    made = Server(server).post("/api/v1/changes", body)
    if as_json:
        show_json(made)
        return
    change = made.get("data", made)
    click.echo(f"{change['id']} is known; its page: {Server(server).url}/changes/{change['id']}")
