"""Say what stands between this machine and a working shipwake: settings, database, sources, and what to do."""

from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import click

from shipwake.app import compose
from shipwake.cli.place import config_option, read_config
from shipwake.config import Config, lacking
from shipwake.domain import ShipwakeError, Sli
from shipwake.flow import River
from shipwake.wire.clock import SystemClock

RECENT = timedelta(hours=1)
Finding = tuple[bool, str]


@click.command()
@config_option
def command(config: Path | None) -> int:
    """Check settings, database and every SLI's source; exit 0 where all is well, 1 where something is not."""
    read = read_config(config)
    findings = list(_findings(read))
    for good, words in findings:
        click.echo(
            f"{click.style('✓', fg='green') if good else click.style('✗', fg='red')} {words}"
        )
    return 0 if all(good for good, _ in findings) else 1


def _findings(read: Config) -> Iterator[Finding]:
    yield True, "settings read"
    try:
        river = compose(read)
    except ShipwakeError as error:
        yield False, f"cannot start: {error}"
        return
    with closing(river.store):
        yield True, f"database {read.database.partition(':')[0]} answers and is up to date"
        yield (
            (bool(read.slis), f"{len(read.slis)} SLIs")
            if read.slis
            else (False, "no SLIs yet: add some under slis:")
        )
        yield from (_source_of(river, sli) for sli in river.config.slis)
        yield from _detectors(read)


def _detectors(read: Config) -> Iterator[Finding]:
    named = [sli for sli in read.slis if sli.detector]
    if named:
        why = lacking(named)
        yield not why, why or f"{', '.join(sorted({s.detector for s in named}))} can be asked"


def _source_of(river: River, sli: Sli) -> Finding:
    name = sli.name
    now = SystemClock().now()
    try:
        recent = river.sources[sli.source].samples(sli, now - RECENT, now)
    except ShipwakeError as error:
        return False, f"{name}: {sli.source} cannot be read: {error}"
    count = int(recent.present.sum())
    if count == 0:
        return (
            False,
            f"{name}: {sli.source} has no samples of the last hour; is the name right, does it still send?",
        )
    return True, f"{name}: {count} samples in the last hour"
