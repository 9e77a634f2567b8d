"""Make, list and revoke the tokens that machines show; only their hashes are kept."""

from contextlib import closing
from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.store import Store
from shipwake.wire.clock import SystemClock

SCOPES = ("changes:write", "samples:write", "read", "admin")


@click.group()
def command() -> None:
    """Tokens for machines: a pipeline, a metrics pusher, the command line."""


def _store(config: Path | None) -> Store:
    store = Store.open(read_config(config).database, clock=SystemClock())
    store.migrate()
    return store


@command.command()
@click.argument("name")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(SCOPES),
    required=True,
    help="May be repeated.",
)
@config_option
def add(name: str, scopes: tuple[str, ...], config: Path | None) -> None:
    """Make a token called NAME and print it, this once."""
    from shipwake.web.access import issue_token

    with closing(_store(config)) as store:
        click.echo(issue_token(store, name, scopes, SystemClock().now()))


@command.command("list")
@config_option
def show(config: Path | None) -> None:
    """List the tokens: id, name, scopes; never the tokens themselves."""
    with closing(_store(config)) as store, store.read() as tx:
        for token in tx.access.tokens():
            click.echo(
                f"{token.id}  {token.name}  {' '.join(token.scopes)}{'  revoked' if token.revoked else ''}"
            )


@command.command()
@click.argument("token_id", type=int)
@config_option
def revoke(token_id: int, config: Path | None) -> None:
    """Revoke the token with this id."""
    with closing(_store(config)) as store, store.write() as tx:
        tx.access.revoke(token_id)
    click.echo("Revoked.")
