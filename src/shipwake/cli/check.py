"""Read the configuration and say every mistake in it at once."""

from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.config import lacking


@click.command()
@config_option
def command(config: Path | None) -> None:
    """Check shipwake.yaml: exit 0 where a server would start on it, 64 with all mistakes where not."""
    read = read_config(config)
    click.echo(
        f"Good: {len(read.services)} services, {len(read.environments)} environments, {len(read.slis)} SLIs, "
        f"{len(read.sources)} sources, {len(read.hooks)} hooks, {len(read.tell)} channels."
    )
    if warning := lacking(read.slis):
        click.echo(f"But: {warning}", err=True)
