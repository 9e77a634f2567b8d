"""Find the verbs (each file here is one), load the one that was asked for, turn errors into words and codes."""

import ast
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from shipwake.domain import ShipwakeError

USAGE = 64
"""Exit status for a command line or input that cannot be understood (BSD sysexits EX_USAGE)."""
FAILED = 70
"""Exit status for something that could not be done (BSD sysexits EX_SOFTWARE)."""
NOT_VERBS = (
    "__init__",
    "__main__",
    "backtest_table",
    "client",
    "deed",
    "demo_screen",
    "fills",
    "place",
    "shown",
    "verbs",
)


class Verbs(click.Group):
    """All verbs by file name; a file is read for its first docstring line, and run only when its verb is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the verbs."""
        return sorted(p.stem for p in Path(__file__).parent.glob("*.py") if p.stem not in NOT_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb itself, or None where there is no such file."""
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"shipwake.cli.{cmd_name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Each verb with the first sentence of its file, none of them imported."""
        with formatter.section("Verbs"):
            formatter.write_dl([(verb, _purpose(verb)) for verb in self.list_commands(ctx)])


def _purpose(verb: str) -> str:
    source = (Path(__file__).parent / f"{verb}.py").read_text(encoding="utf-8")
    return (
        (ast.get_docstring(ast.parse(source)) or "")
        .partition("\n")[0]
        .partition(";")[0]
        .rstrip(".")
    )


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="shipwake")
def shipwake() -> None:
    """Tie every change in production to its impact, and tell its author within minutes."""


def main() -> None:
    """Run the command line; the exit status is the verb's own, 64 for usage, 70 for what could not be done."""
    try:
        colour = False if os.environ.get("NO_COLOR") else None
        status = shipwake.main(prog_name="shipwake", standalone_mode=False, color=colour)
    except click.exceptions.Abort:
        sys.exit(130)
    except click.ClickException as error:
        error.show()
        sys.exit(USAGE)
    except _ours() as error:
        click.echo(f"shipwake: {error}", err=True)
        sys.exit(USAGE if error.permanent else FAILED)
    sys.exit(status if isinstance(status, int) else 0)


def _ours() -> "type[ShipwakeError]":
    """The root of our errors, asked for only when one was raised: its room costs numpy, and help needs none."""
    from shipwake.domain import ShipwakeError

    return ShipwakeError
