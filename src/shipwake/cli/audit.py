"""List who did what: sign-ins, tokens, mappings, replies, settings, backups; newest first."""

from contextlib import closing
from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.cli.shown import json_option, show_json, words
from shipwake.domain import rfc3339
from shipwake.store import Done, Store
from shipwake.wire.clock import SystemClock


@click.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, help="How many.")
@click.option("--before", type=int, default=None, metavar="ID", help="Only those before this one.")
@config_option
@json_option
def command(limit: int, before: int | None, config: Path | None, as_json: bool) -> None:
    """List what was done here, and by whom; the page /audit shows the same."""
    with (
        closing(Store.open(read_config(config).database, clock=SystemClock())) as store,
        store.read() as tx,
    ):
        found = tx.audit.page(before, limit)
    if as_json:
        show_json([_plain(done) for done in found])
        return
    for done in found:
        who = done.deed.who or "somebody"
        place = " ".join(filter(None, (done.deed.via, done.deed.address)))
        said = words(f"{who}: {done.deed.what} {done.deed.about} ({place})")
        click.echo(f"{done.id:6}  {rfc3339(done.at)}  {said}")
    if not found:
        click.echo("Nobody has done anything here yet." if before is None else "Nothing older.")


def _plain(done: Done) -> dict[str, object]:
    told = done.deed
    return {
        "id": done.id,
        "at": rfc3339(done.at),
        "who": told.who,
        "what": told.what,
        "about": told.about,
        "via": told.via,
        "address": told.address,
    }
