"""Put the parts together from the configuration; the only place that knows which adapter sits behind which door."""

import os
import socket
from collections.abc import Mapping, Sequence
from datetime import timedelta

from shipwake import intake, lookup, sources, tell
from shipwake.config import Adapter, Config
from shipwake.flow import (
    Breaker,
    Channel,
    Guarded,
    Kept,
    Learner,
    Learners,
    Leases,
    Measured,
    Meters,
    Readers,
    River,
    crash_point,
    with_steps,
)
from shipwake.judge import learn
from shipwake.sources import Source
from shipwake.store import Store
from shipwake.wire.chance import new_id
from shipwake.wire.clock import Agreed, Clock, SystemClock
from shipwake.wire.memory import keep_freed

IMPLICIT_HOOKS = tuple(Adapter(kind=kind, name="", settings={}) for kind in ("plain", "sleuth"))
"""Our own JSON, and what Sleuth's clients register, are always understood; without a secret they need a token."""


def compose(
    config: Config,
    *,
    clock: Clock | None = None,
    recorded: Source | None = None,
    apart: bool = False,
) -> River:
    """A river on the configured database and adapters, migrated and ready to turn.

    `recorded` is a source that stands in for every pushed SLI (a replay's files); its `step` fills in missing steps.
    `apart` learns in processes of their own, as whatever answers people must.
    """
    clock = clock or Agreed(SystemClock())
    store = Store.open(config.database, clock=clock, passing=crash_point)
    store.migrate()
    with store.read():
        pass  # The first reading puts the clock right.
    meters = Meters()
    found = _sources(config, store, recorded, clock, meters)
    lookups = tuple(lookup.connect(adapter) for adapter in config.lookup)
    learner = _learner(apart=apart)
    return River(
        config=with_steps(config, _steps(config, recorded)),
        store=store,
        clock=clock,
        hooks=_hooks(config, lookups),
        sources=found,
        channels=tuple(_channel(adapter) for adapter in config.tell) if recorded is None else (),
        lookups=lookups,
        # In containers every host may have the same name, and every process the same number.
        worker=f"{socket.gethostname()}:{os.getpid()}:{new_id()[-6:]}",
        settle=2 if recorded is None else 0,
        reading=_readers(found, learner),
        learner=learner,
        meters=meters,
        leases=Leases.asked(os.environ),
    )


def _learner(*, apart: bool) -> Learner:
    if apart:
        return Learners()
    keep_freed()
    return learn


def _hooks(
    config: Config, lookups: Sequence[lookup.Lookup]
) -> Mapping[tuple[str, str], intake.Intake]:
    """The configured ones, our own form, and those in whose form a polled lookup speaks."""
    configured = {a.kind for a in config.hooks}
    implicit = (a for a in IMPLICIT_HOOKS if a.kind not in configured)
    adapters = (*config.hooks, *implicit)
    made = {(a.kind, a.name if a.name != a.kind else ""): intake.connect(a) for a in adapters}
    for adapter, polled in zip(config.lookup, lookups, strict=True):
        place = (adapter.kind, str(adapter.settings.get("hook", "")))
        if getattr(polled, "poll", None) and place not in made:
            # Without a secret it takes no delivery from outside, and still reads what was asked for.
            made[place] = intake.connect(Adapter(kind=adapter.kind, name=place[1], settings={}))
    return made


def _sources(
    config: Config, store: Store, recorded: Source | None, clock: Clock, meters: Meters
) -> dict[str, Source]:
    push = Adapter(kind="push", name="push", settings={})
    made = {"push": recorded or sources.connect(push, reader=store.pushed)}
    return made | {a.name: _source(a, store, clock, meters) for a in config.sources}


def _source(adapter: Adapter, store: Store, clock: Clock, meters: Meters) -> Source:
    """A source; one that is asked over a network has a circuit, and its past is kept in the store."""
    made = sources.connect(adapter, reader=store.pushed)
    if not hasattr(made, "parallel"):
        return made
    # Secrets show themselves to nobody, so that a new password asks for no new back-fill.
    identity = repr((adapter.kind, sorted(adapter.settings.items(), key=lambda item: item[0])))
    asked = Guarded(Measured(made, adapter.name, meters), Breaker(adapter.name, store, clock))
    return Kept(asked, store, identity, meters)


def _readers(found: Mapping[str, Source], learner: Learner) -> Readers:
    widths = {name: s.parallel for name, s in found.items() if isinstance(s, Kept)}
    return Readers(widths, own=learner.most if isinstance(learner, Learners) else 1)


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
