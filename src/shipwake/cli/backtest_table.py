"""A backtest on the terminal: a sentence, the messages, one row an SLI, and what to set; plain words under NO_COLOR."""

from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shipwake.backtest import snippet, words
from shipwake.cli.shown import health
from shipwake.domain import Backtest, SliPast

LISTED = 20
"""Messages that are listed; all are in the JSON."""
NARROWEST = 100


def show(found: Backtest, *, kept: bool) -> None:
    """Print it; `kept` says that the page shows it too."""
    for line in _head(found):
        click.echo(line)
    if found.slis:
        click.echo()
        console = Console(highlight=False, soft_wrap=False)
        console.width = max(console.width, NARROWEST)
        console.print(_table(found))
    for s in found.slis:
        if s.why:
            click.echo(f"{s.sli}: {s.why}.")
    for line in found.missing:
        click.echo(f"left out: {line}")
    click.echo(f"\n{words.advised(found)}\n")
    click.echo(snippet(found))
    if kept:
        click.echo("The same on the page /backtest.")


def _head(found: Backtest) -> Iterator[str]:
    yield click.style(words.sentence(found), bold=True)
    yield words.falsely(found)
    yield f"  ailing or unhealthy by chance: {words.share(found.false_worse)}"
    yield f"  improved by chance:            {words.share(found.false_improved)}"
    if found.unknown:
        yield f"  could not be judged:           {found.unknown} of {found.changes} changes"
    if found.messages:
        yield ""
    for m in found.messages[:LISTED]:
        yield f"{m.at:%d %b %H:%M}  {health(m.health.value)}  {m.name}: {m.sentence}"
    if len(found.messages) > LISTED:
        yield f"… and {len(found.messages) - LISTED} more; --json has them"


def _table(found: Backtest) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title_justify="left")
    table.add_column("SLI", overflow="fold")
    table.add_column("messages")
    table.add_column("false worse", justify="right")
    table.add_column("false improved", justify="right")
    for after in words.afters(found):
        table.add_column(f"seen in {after}", justify="right")
    table.add_column("notice", justify="right")
    for s in found.slis:
        table.add_row(*_row(s, len(words.afters(found))))
    return table


def _row(s: SliPast, afters: int) -> list[Text]:
    sizes = [words.size(x, s.unit) for x in s.sights] or ["–"] * afters
    false = [f"{p.count} of {p.of}" for p in (s.false_worse, s.false_improved)]
    name = s.sli if s.notice_now == "auto" else f"{s.sli} (notice {s.notice_now})"
    return [Text(x) for x in (name, words.messages(s), *false, *sizes, s.notice or "auto")]
