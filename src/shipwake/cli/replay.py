"""Judge recorded changes on recorded samples, with the same flow as a live server."""

import json
from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.shown import progress
from shipwake.replay import quiet, replay


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="Where the lines go.",
)
@click.option("--no-later", is_flag=True, help="Leave out the looks at 4 h, 24 h and 7 d.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to share the work.",
)
def command(folder: Path, out: Path, no_later: bool, jobs: int) -> None:
    """Replay FOLDER (shipwake.yaml, changes.jsonl, samples.parquet or samples.csv): one line a change and SLI."""
    quiet()
    bar = progress("looking back")
    written = 0
    unfinished = out.with_name(out.name + ".part")
    with unfinished.open("w", encoding="utf-8") as lines:
        for line in replay(folder, compose, later=not no_later, jobs=jobs, progress=bar):
            lines.write(json.dumps(line, allow_nan=False) + "\n")
            written += 1
    unfinished.replace(out)
    bar.end()
    click.echo(f"{written} lines in {out}", err=True)
