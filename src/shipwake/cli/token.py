"""Make, list and revoke the tokens that machines show, and links that sign a browser in; only hashes are kept."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.deed import user
from shipwake.cli.place import config_option, read_config
from shipwake.config import read
from shipwake.domain import BadInputError, NotFoundError, rfc3339
from shipwake.flow import River
from shipwake.store import Token
from shipwake.web import Scope, new_link, new_token, revoke

DAY = timedelta(days=1)


@click.command()
@click.argument("name", default="")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([s.value for s in Scope]),
    help="What the token may do; may be repeated.",
)
@click.option(
    "--service",
    "services",
    multiple=True,
    help="Write of this service alone; may be repeated. Without it: of all.",
)
@click.option("--expires", default="", metavar="TIME", help="End it after this long, such as 90d.")
@click.option("--list", "listed", is_flag=True, help="List the tokens, never their secrets.")
@click.option(
    "--revoke", "revoked", type=int, default=None, metavar="ID", help="Revoke a token by its id."
)
@click.option("--sign-in", is_flag=True, help="Print a new one-time link for a browser.")
@config_option
def command(
    *,
    name: str,
    scopes: tuple[str, ...],
    services: tuple[str, ...],
    expires: str,
    listed: bool,
    revoked: int | None,
    sign_in: bool,
    config: Path | None,
) -> None:
    """Make a token called NAME and print it, this once."""
    river = compose(read_config(config))
    with closing(river.store):
        if listed:
            _show(river)
        elif revoked is not None:
            if not revoke(river, revoked, by=user()):
                message = f"no token {revoked} is in use; see shipwake token --list"
                raise NotFoundError(message)
            click.echo(f"Token {revoked} opens nothing any more.")
        elif sign_in:
            click.echo(new_link(river, by=user()))
        elif name and scopes:
            lasts = _length(expires)
            made = new_token(river, name, scopes, lasts=lasts, services=services, by=user())
            click.echo(made)
        else:
            message = "give a NAME and at least one --scope, or --list, --revoke ID or --sign-in"
            raise BadInputError(message, where="token")


def _length(written: str) -> timedelta | None:
    if not written:
        return None
    found = read.span(written)
    if found is None or found <= timedelta(0):
        message = f"read {written!r}; give a length of time such as 12h or 90d"
        raise BadInputError(message, where="--expires")
    return found


def _show(river: River) -> None:
    with river.store.read() as tx:
        for token in tx.access.tokens():
            click.echo(f"{token.id:4}  {token.name}  {' '.join(token.scopes)}{_more(token, river)}")


def _more(token: Token, river: River) -> str:
    """What else there is to know: its services, when it was last shown, and whether it still opens anything."""
    parts = [f"only {', '.join(token.services)}"] if token.services else []
    parts.append(f"last used {rfc3339(token.used_at)}" if token.used_at else "never used")
    if token.revoked:
        parts.append("revoked")
    elif token.until:
        word = "expires" if token.holds(river.clock.now()) else "expired"
        parts.append(f"{word} {rfc3339(token.until)}")
    return f"  ({'; '.join(parts)})"
