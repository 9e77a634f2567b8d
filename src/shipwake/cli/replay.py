"""Judge recorded changes on recorded samples, with the same flow as a live server."""

import json
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.shown import progress
from shipwake.replay import cluster, quiet, replay


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
    help="Processes to share the work; on a cluster, into how many parts it falls at least. "
    "[default: 1, on a cluster as many as its workers have threads]",
)
@click.option(
    "--cluster",
    "address",
    metavar="ADDRESS",
    help="Share the work among the workers of this Dask scheduler; needs shipwake[dask].",
)
def command(folder: Path, out: Path, no_later: bool, jobs: int | None, address: str | None) -> None:
    """Replay FOLDER (shipwake.yaml, changes.jsonl, samples.parquet or samples.csv): one line a change and SLI."""
    quiet()
    bar = progress("looking back")
    written = 0
    unfinished = out.with_name(out.name + ".part")
    with _executor(address) as (executor, threads), unfinished.open("w", encoding="utf-8") as lines:
        found = replay(
            folder,
            compose,
            later=not no_later,
            jobs=jobs or threads,
            executor=executor,
            progress=bar,
        )
        for line in found:
            lines.write(json.dumps(line, allow_nan=False) + "\n")
            written += 1
    unfinished.replace(out)
    bar.end()
    click.echo(f"{written} lines in {out}", err=True)


@contextmanager
def _executor(address: str | None) -> Iterator[tuple[Executor | None, int]]:
    """What does the work, and how many it is: nobody but this process and its own, unless a cluster is named."""
    if address is None:
        yield None, 1
    else:
        with cluster(address) as found:
            yield found
