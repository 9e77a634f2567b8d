"""Every verb of the command line, with its arguments and options."""

import click

from scripts.reference.page import sentences, table
from shipwake.cli.verbs import shipwake

TITLE = "The command line"


def text() -> str:
    """One heading a verb."""
    with click.Context(shipwake, info_name="shipwake") as context:
        names = shipwake.list_commands(context)
        return "\n".join(_verb(context, name) for name in names)


def _verb(context: click.Context, name: str) -> str:
    command = shipwake.get_command(context, name)
    if command is None:
        raise LookupError(f"shipwake lists the verb {name} and does not know it")
    with click.Context(command, info_name=name, parent=context) as within:
        usage = command.get_usage(within).removeprefix("Usage: ")
        options = [
            _option(within, part) for part in command.params if isinstance(part, click.Option)
        ]
    rows = table(("option", "is"), [row for row in options if row])
    usage = " ".join(usage.split())
    return (
        f"## shipwake {name}\n\n{sentences(command.help)}\n\n```console\n$ {usage}\n```\n\n{rows}"
    )


def _option(context: click.Context, option: click.Option) -> tuple[str, str] | None:
    record = option.get_help_record(context)
    return (f"`{record[0]}`", record[1]) if record else None
