"""All checks over one configuration, in the order in which things depend on each other; it migrates nothing."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path

from shipwake import sources, tell
from shipwake.app.doctor import database, doors, machine, outside
from shipwake.app.doctor.bounded import Check, made
from shipwake.app.doctor.finding import Finding, bad, hint, well
from shipwake.config import Adapter, Config, lacking
from shipwake.domain import ShipwakeError, Sli
from shipwake.store import Store
from shipwake.wire.clock import Clock, SystemClock
from shipwake.wire.log import redactor

PUSH = Adapter(kind="push", name="push", settings={})
PATIENCE_S = 15.0


def examine(
    config: Config, *, clock: Clock | None = None, patience_s: float = PATIENCE_S
) -> list[Finding]:
    """What was found within `patience_s`; no text of it holds a secret of the configuration."""
    clock = clock or SystemClock()
    try:
        store = Store.open(config.database, clock=clock)
    except ShipwakeError as error:
        said = bad("database", error.message, "correct database: in shipwake.yaml")
        return [*_settings(config), said]
    with closing(store):
        found = made(_checks(config, store, clock, patience_s), patience_s)
    hide = redactor([secret.reveal() for secret in config.secrets])
    return [_without(hide, finding) for finding in found]


def _without(hide: object, finding: Finding) -> Finding:
    told = hide(None, "", {"says": finding.says, "do": finding.do})  # type: ignore[operator]
    return Finding(finding.state, finding.about, str(told["says"]), str(told["do"]))


def _checks(config: Config, store: Store, clock: Clock, patience_s: float) -> list[Check]:
    file = store.file
    checks = [Check("settings", partial(_settings, config))]
    there: Store | None = store
    if file is not None and not file.is_file():
        there = None
        checks.append(Check("database", partial(_none_yet, file)))
    else:
        checks += _of_store(config, store, clock, patience_s)
    if file is not None:
        checks.append(Check("disk", partial(machine.disk, file, there, clock)))
    checks += [
        Check("memory", machine.memory),
        *_outside(config, there, clock),
        Check("detectors", partial(_detectors, config.slis)),
        Check("backups", _backups),
    ]
    return checks


def _of_store(config: Config, store: Store, clock: Clock, patience_s: float) -> list[Check]:
    kind = "sqlite" if store.file else "postgresql"
    whole = patience_s / 2
    owner = [Check("database", partial(machine.owner, store.file))] if store.file else []
    return [
        Check("database", partial(database.findings, store, kind, whole)),
        *owner,
        Check("clock", partial(database.clock, store, 0.0)),
        Check("work", partial(database.work, store, clock)),
        Check("hooks", partial(doors.hooks, config, store, clock)),
        Check("tokens", partial(doors.tokens, config, store, clock)),
    ]


def _outside(config: Config, store: Store | None, clock: Clock) -> Iterator[Check]:
    for adapter in (PUSH, *config.sources):
        slis = [sli for sli in config.slis if sli.source == adapter.name]
        if slis:
            yield Check(f"source {adapter.name}", partial(_source, adapter, store, slis, clock))
    for adapter in (*config.sources, *config.tell):
        if adapter.settings.get("url"):
            yield Check("clock", partial(outside.clock_of, adapter, clock))
    for adapter in config.tell:
        yield Check(f"channel {adapter.name}", partial(outside.channel, adapter, tell.connect))


def _source(
    adapter: Adapter, store: Store | None, slis: Sequence[Sli], clock: Clock
) -> Iterator[Finding]:
    if store is None and adapter.kind == PUSH.kind:
        for sli in slis:
            says = f"{adapter.name} has no samples of the last hour"
            yield bad(sli.name, says, "is the name right, does it still send?")
        return
    made_of = sources.connect(adapter, reader=store.pushed if store else None)
    yield from outside.source(adapter.name, made_of, slis, clock)


def _settings(config: Config) -> Iterator[Finding]:
    yield well("settings", f"{len(config.services)} services, {len(config.slis)} SLIs")
    if not config.slis:
        yield bad("settings", "no SLIs yet, so that nothing can be judged", "add some under slis:")
    if not config.tell:
        yield hint("settings", "no channels, so that nobody is told", "add some under tell:")


def _none_yet(file: Path) -> Iterator[Finding]:
    if not file.absolute().parent.is_dir():
        yield bad("database", f"the folder of {file} is not there", "make it, or set database:")
        return
    yield hint("database", f"there is no {file} yet", "shipwake serve makes it at its first start")


def _detectors(slis: Sequence[Sli]) -> Iterator[Finding]:
    named = [sli for sli in slis if sli.detector]
    if why := lacking(named):
        about, _, says = why.partition(": ")
        yield bad(about, says, "")
    elif named:
        yield well("detectors", f"{', '.join(sorted({s.detector for s in named}))} can be asked")


def _backups() -> Iterator[Finding]:
    do = "let a timer run: shipwake backup --force FILE (docs/how-to/back-up.md)"
    yield hint("backups", "shipwake does not know when the last one was made", do)
