"""Judge your own past before you switch it on: how many messages, how many of them false, what would be seen."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from shipwake.cli.place import config_option, read_config
from shipwake.cli.shown import json_option, show_json


@click.command()
@click.option(
    "--sli",
    "slis",
    multiple=True,
    metavar="NAME",
    help="Only this SLI, as if no other were set; repeatable.",
)
@click.option(
    "--replay",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    metavar="FOLDER",
    help="The past of a replay folder, under its own settings, instead of the store's.",
)
@click.option(
    "--moments",
    type=click.IntRange(1, 100_000),
    default=500,
    show_default=True,
    help="Most placebo moments of a service; they are as many as its past holds side by side.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1, 256),
    default=1,
    show_default=True,
    help="Processes to share the work.",
)
@config_option
@json_option
def command(
    slis: tuple[str, ...],
    folder: Path | None,
    moments: int,
    jobs: int,
    config: Path | None,
    as_json: bool,
) -> None:
    """Judge every past change again, and as many moments at which nothing changed.

    What it finds is kept for the page /backtest, unless the past is that of a folder.
    """
    from msgspec import to_builtins

    from shipwake.app import compose
    from shipwake.backtest import Asked, backtest, keep, snippet
    from shipwake.cli.backtest_table import show
    from shipwake.config import Config
    from shipwake.replay import quiet

    quiet()
    read = Config() if folder else read_config(config)
    asked = Asked(config=read, folder=folder, names=slis, moments=moments)
    with _bar() as progress:
        found = backtest(asked, compose, jobs=jobs, progress=progress)
    if folder is None:
        keep(found, read, compose)
    if as_json:
        show_json({**to_builtins(found), "snippet": snippet(found)})
    else:
        show(found, kept=folder is None)


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    """How far it has come and how long it will take, on standard error; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("looking back"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)
