"""Say what stands between this machine and a working shipwake, from settings to disk, and what to do."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from shipwake.app import Finding, State, examine
from shipwake.cli.place import config_option, read_config
from shipwake.cli.shown import json_option, show_json
from shipwake.wire import log

MARKS = {State.WELL: ("✓", "green"), State.HINT: ("!", "yellow"), State.BAD: ("✗", "red")}


@click.command()
@click.option(
    "--patience",
    type=click.FloatRange(0.1, 600),
    default=15.0,
    show_default=True,
    help="Seconds that all checks together may take.",
)
@config_option
@json_option
def command(config: Path | None, patience: float, as_json: bool) -> int:
    """Check settings, database, clock, work, sources, channels, hooks, tokens, disk and memory, and say what to do.

    Nothing is changed and nobody is told. Exit 0 where all is well or could only be better (`!`), 1 where something
    is not (`✗`).
    """
    read = read_config(config)
    log.configure(json=False, level="error", hide=[secret.reveal() for secret in read.secrets])
    findings = examine(read, patience_s=patience)
    if as_json:
        show_json({"well": _well(findings), "findings": [asdict(finding) for finding in findings]})
    else:
        for finding in findings:
            click.echo(_line(finding))
    sys.stdout.flush()
    return 0 if _well(findings) else 1


def _well(findings: list[Finding]) -> bool:
    return all(finding.state is not State.BAD for finding in findings)


def _line(finding: Finding) -> str:
    mark, colour = MARKS[finding.state]
    do = f"; {finding.do}" if finding.do else ""
    return f"{click.style(mark, fg=colour)} {finding.about}: {finding.says}{do}"
