"""How the verbs show things: words with shape and colour in a terminal, JSON where asked; no colour under NO_COLOR."""

import json
import re
import sys

import click

SHAPES = {"healthy": "●", "improved": "▲", "ailing": "◆", "unhealthy": "■", "unknown": "○"}
COLOURS = {
    "healthy": "green",
    "improved": "blue",
    "ailing": "yellow",
    "unhealthy": "red",
    "unknown": "white",
}

CONTROL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""What a terminal obeys, or shows as nothing or in another order."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of words.")


def health(word: str) -> str:
    """The word with its shape, coloured where the terminal wants colour."""
    return click.style(f"{SHAPES.get(word, '○')} {word}", fg=COLOURS.get(word))


def words(written: str) -> str:
    """What somebody wrote on one line, without anything that a terminal would obey."""
    return CONTROL.sub(" ", written)


def show_json(value: object) -> None:
    """Print a value as JSON, what a terminal would obey in it escaped."""
    told = json.dumps(value, indent=2, ensure_ascii=False)
    click.echo("\n".join(CONTROL.sub(_escaped, line) for line in told.split("\n")))


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def progress(label: str) -> "Bar":
    """A progress bar on standard error; silent where that is no terminal."""
    return Bar(label)


class Bar:
    """A one-line progress bar that knows its total only while it runs."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._shown = sys.stderr.isatty()
        self._last = -1

    def __call__(self, done: int, total: int) -> None:
        """Show that `done` of `total` are done."""
        share = min(100, 100 * done // max(total, 1))
        if self._shown and share != self._last:
            self._last = share
            click.echo(
                f"\r{self._label} [{'█' * (share // 4):<25}] {share:3d} %", nl=False, err=True
            )

    def end(self) -> None:
        """Leave the line."""
        if self._shown:
            click.echo(err=True)
