"""A backtest on the terminal: a sentence, the messages, two rows an SLI, and what to set."""

from collections.abc import Iterator

import click
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shipwake.backtest import snippet, words
from shipwake.cli.shown import health
from shipwake.domain import Backtest
from shipwake.verdict import numbers

LISTED = 20
"""Messages that are listed; all are in the JSON."""
WIDTH = 100


def show(found: Backtest, *, kept: bool) -> None:
    """Print it; `kept` says that the page shows it too."""
    for line in (*_head(found), *_messages(found)):
        click.echo(line)
    if found.slis:
        console = Console(highlight=False, width=max(WIDTH, Console().width))
        click.echo("")
        if words.afters(found):
            click.echo(
                "The smallest step for the worse that would have been seen, four times in five, within"
            )
            console.print(_sizes(found))
        click.echo("Messages, and how many of the moments where nothing changed were called so:")
        console.print(_shares(found))
    for s in found.slis:
        if s.why:
            click.echo(f"{s.sli}: {s.why}.")
    for line in found.missing:
        click.echo(f"left out: {line}")
    click.echo(f"{words.advised(found)}\n")
    click.echo(snippet(found), nl=False)
    if kept:
        click.echo("\nThe same on the page /backtest.")


def _head(found: Backtest) -> Iterator[str]:
    yield click.style(words.sentence(found), bold=True)
    yield words.falsely(found)
    yield f"  ailing or unhealthy by chance: {words.share(found.false_worse)}"
    yield f"  improved by chance:            {words.share(found.false_improved)}"
    if found.unknown:
        yield f"  could not be judged:           {found.unknown} of {found.changes} changes"


def _messages(found: Backtest) -> Iterator[str]:
    if found.messages:
        yield ""
    for m in found.messages[:LISTED]:
        yield f"{m.at:%d %b %H:%M}  {health(m.health.value)}  {m.name}: {m.sentence}"
    if len(found.messages) > LISTED:
        yield f"… and {len(found.messages) - LISTED} more; --json has them"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(columns[0], overflow="fold")
    for name in columns[1:]:
        table.add_column(name, justify="right", overflow="fold")
    return table


def _sizes(found: Backtest) -> Table:
    afters = words.afters(found)
    table = _table("", *afters, "notice")
    for s in found.slis:
        sizes = [words.size(x, s.unit) for x in s.sights] or ["–"] * len(afters)
        table.add_row(*(Text(x) for x in (s.sli, *sizes, s.notice or "auto")))
    return table


def _shares(found: Backtest) -> Table:
    table = _table("", "messages", "called worse", "called improved")
    for s in found.slis:
        chances = (s.false_worse, s.false_improved)
        false = (f"{p.count} of {p.of}" if p.of else numbers.NOTHING for p in chances)
        table.add_row(*(Text(x) for x in (s.sli, words.messages(s), *false)))
    return table
