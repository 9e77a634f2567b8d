"""Make, list and revoke the tokens that machines show, and links that sign a browser in; only hashes are kept."""

from contextlib import closing
from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.place import config_option, read_config
from shipwake.domain import BadInputError
from shipwake.flow import River
from shipwake.web import Scope, new_link, new_token


@click.command()
@click.argument("name", default="")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([s.value for s in Scope]),
    help="What the token may do; may be repeated.",
)
@click.option("--list", "listed", is_flag=True, help="List the tokens, never their secrets.")
@click.option("--revoke", type=int, default=None, metavar="ID", help="Revoke a token by its id.")
@click.option("--sign-in", is_flag=True, help="Print a new one-time link for a browser.")
@config_option
def command(
    name: str,
    scopes: tuple[str, ...],
    listed: bool,
    revoke: int | None,
    sign_in: bool,
    config: Path | None,
) -> None:
    """Make a token called NAME and print it, this once."""
    river = compose(read_config(config))
    with closing(river.store):
        if listed:
            _show(river)
        elif revoke is not None:
            with river.store.write() as tx:
                tx.access.revoke(revoke)
            click.echo(f"Token {revoke} opens nothing any more.")
        elif sign_in:
            click.echo(new_link(river))
        elif name and scopes:
            click.echo(new_token(river, name, scopes))
        else:
            message = "give a NAME and at least one --scope, or --list, --revoke ID or --sign-in"
            raise BadInputError(message, where="token")


def _show(river: River) -> None:
    with river.store.read() as tx:
        for token in tx.access.tokens():
            gone = "  revoked" if token.revoked else ""
            click.echo(f"{token.id:4}  {token.name}  {' '.join(token.scopes)}{gone}")
