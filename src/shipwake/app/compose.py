"""Put the parts together from the configuration; the only place that knows which adapter sits behind which door."""

import os
import socket
from collections.abc import Mapping
from datetime import timedelta

from shipwake import intake, lookup, sources, tell
from shipwake.config import Adapter, Config
from shipwake.flow import Channel, River, with_steps
from shipwake.sources import Source
from shipwake.store import Store
from shipwake.wire.clock import Clock, SystemClock

IMPLICIT_HOOK = Adapter(kind="plain", name="", settings={})
"""Our own JSON is always understood; without a secret it needs a token."""


def compose(config: Config, *, clock: Clock | None = None, recorded: Source | None = None) -> River:
    """A river on the configured database and adapters, migrated and ready to turn.

    `recorded` is a source that stands in for every pushed SLI (a replay's files); its `step` fills in missing steps.
    """
    clock = clock or SystemClock()
    store = Store.open(config.database, clock=clock)
    store.migrate()
    return River(
        config=with_steps(config, _steps(config, recorded)),
        store=store,
        clock=clock,
        hooks=_hooks(config),
        sources=_sources(config, store, recorded),
        channels=tuple(_channel(adapter) for adapter in config.tell) if recorded is None else (),
        lookups=tuple(lookup.connect(adapter) for adapter in config.lookup),
        worker=f"{socket.gethostname()}:{os.getpid()}",
        settle=2 if recorded is None else 0,
    )


def _hooks(config: Config) -> Mapping[tuple[str, str], intake.Intake]:
    adapters = config.hooks
    if not any(a.kind == IMPLICIT_HOOK.kind for a in adapters):
        adapters = (*adapters, IMPLICIT_HOOK)
    return {(a.kind, a.name if a.name != a.kind else ""): intake.connect(a) for a in adapters}


def _sources(config: Config, store: Store, recorded: Source | None) -> dict[str, Source]:
    push = Adapter(kind="push", name="push", settings={})
    made = {"push": recorded or sources.connect(push, reader=store.pushed)}
    return made | {a.name: sources.connect(a, reader=store.pushed) for a in config.sources}


def _steps(config: Config, recorded: Source | None) -> dict[str, timedelta]:
    if recorded is None:
        return {}
    step_of = getattr(recorded, "step", None)
    return {s.name: step for s in config.slis if step_of and (step := step_of(s.name))}


def _channel(adapter: Adapter) -> Channel:
    environments = tuple(adapter.settings.get("environments", ()))
    teller = tell.connect(adapter)
    everybody = bool(getattr(teller, "everybody", False))
    return Channel(name=adapter.name, teller=teller, everybody=everybody, environments=environments)
