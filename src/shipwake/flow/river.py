"""What the flow runs on: the doors, the store, the clock and the settings, gathered once by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Event as Flag
from typing import cast

from shipwake.config import Config
from shipwake.domain import Change, Sli
from shipwake.flow.detectors import Detectors
from shipwake.flow.filling import Filling
from shipwake.flow.learners import Learner, Learners
from shipwake.flow.leases import Leases
from shipwake.flow.meters import Meters
from shipwake.flow.normals import Normals
from shipwake.flow.people import People
from shipwake.flow.pulse import Pulse
from shipwake.flow.readers import InTurn, Readers, Reading
from shipwake.flow.trouble import Troubles
from shipwake.intake import Intake
from shipwake.judge import learn
from shipwake.lookup import Lookup, Polled
from shipwake.sources import Source
from shipwake.store import Store
from shipwake.tell import Teller
from shipwake.wire.clock import Clock

DESCRIBE = "describe"
"""The duty to look up what is in a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A teller by its configured name, and the environments it speaks for (none: all).

    `everybody` says that it is one place that all read: each change is told there once, to nobody in particular.
    """

    name: str
    teller: Teller
    everybody: bool = False
    environments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class River:
    """Everything the flow needs; `worker` names this process in leases, `wake` ends the loop's pause early.

    `settle` is how long a look waits for samples that are due and have not arrived yet. `reading` asks sources, and
    `learner` learns normals: in turn and right here, unless told otherwise. `detectors` asks those that are not ours.
    `meters` counts what this process does, and `pulse` says when its loop last turned.
    `recorded` says when the judged changes of a recording go live, all of them: one process may judge a part.
    """

    config: Config
    store: Store
    clock: Clock
    hooks: Mapping[tuple[str, str], Intake]
    sources: Mapping[str, Source]
    channels: tuple[Channel, ...]
    lookups: tuple[Lookup, ...] = ()
    worker: str = "worker"
    settle: int = 2
    reading: Reading = field(default_factory=InTurn)
    learner: Learner = learn
    detectors: Detectors = field(default_factory=Detectors)
    normals: Normals = field(default_factory=Normals)
    people: People = field(default_factory=People)
    filling: Filling = field(default_factory=Filling)
    meters: Meters = field(default_factory=Meters)
    pulse: Pulse = field(default_factory=Pulse)
    troubles: Troubles = field(default_factory=Troubles)
    leases: Leases = field(default_factory=Leases)
    wake: Flag = field(default_factory=Flag)
    recorded: tuple[datetime, ...] | None = None

    def slis_of(self, change: Change) -> tuple[Sli, ...]:
        """The SLIs that a change is judged on, with their steps filled in; see `Config.slis_of`."""
        return self.config.slis_of(change)

    def sli(self, name: str) -> Sli | None:
        """The SLI of this name."""
        return self.config.sli(name)

    def rest(self) -> None:
        """Nothing is due: let go of what is not needed for now."""
        self.detectors.rest()
        if isinstance(self.learner, Learners):
            self.learner.rest()

    def close(self, patience_s: float | None = None) -> None:
        """Let go of threads, processes and the store, when the loop has ended; see `Store.close`."""
        if isinstance(self.reading, Readers):
            self.reading.close()
        if isinstance(self.learner, Learners):
            self.learner.close()
        self.detectors.close()
        self.store.close(patience_s)

    @property
    def remote_lookups(self) -> tuple[Lookup, ...]:
        """The lookups that know more than the events told."""
        return tuple(x for x in self.lookups if getattr(x, "remote", True))

    @property
    def polled(self) -> tuple[Polled, ...]:
        """The lookups that are asked for what webhooks may have lost."""
        return tuple(cast("Polled", x) for x in self.lookups if getattr(x, "poll", None))

    @property
    def polled_every(self) -> timedelta | None:
        """How often they are asked; None where none is."""
        return min((cast("timedelta", getattr(x, "poll")) for x in self.polled), default=None)  # noqa: B009

    @property
    def repositories(self) -> tuple[str, ...]:
        """Every repository of a configured service, once."""
        return tuple(dict.fromkeys(s.repository for s in self.config.services if s.repository))

    def step(self, sli: Sli) -> timedelta:
        """The time between two samples of this SLI."""
        return sli.step or self.config.watch.unit

    def unit(self, sli: Sli) -> timedelta:
        """The time one sample of judgement spans for this SLI."""
        return self.config.watch.unit_for(sli.step)


def with_steps(config: Config, steps: Mapping[str, timedelta]) -> Config:
    """The configuration with a step for every SLI: its own, else the one given by name, else the watch's unit."""
    slis = tuple(
        s if s.step else replace(s, step=steps.get(s.name, config.watch.unit)) for s in config.slis
    )
    return replace(config, slis=slis)
