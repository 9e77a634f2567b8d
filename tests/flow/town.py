"""A small town for stories: a real store and flow on a clock the story winds, Alice and Bob, and a post box."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from shipwake.app import compose
from shipwake.config import Config, parse
from shipwake.domain import (
    ChangeKind,
    Event,
    Exposure,
    Facts,
    Floats,
    Notice,
    Person,
    Ref,
    Says,
    Verdict,
)
from shipwake.flow import Batch, Channel, River, announce, push, step
from shipwake.wire.clock import ManualClock

MINUTE = timedelta(minutes=1)
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ALICE = Person(name="Alice", email="alice@example.com")
BOB = Person(name="Bob", email="bob@example.com")
SETTINGS = """
services: [{name: checkout, repository: acme/checkout}, {name: mail, repository: acme/mail}]
environments: [{name: production, aliases: ["prod-*"]}]
slis:
  - {name: checkout latency, service: checkout, environment: production, step: 60s, better: lower, unit: ms}
  - {name: checkout errors, service: checkout, environment: production, kind: ratio, step: 60s,
     better: lower, unit: "%", bad: b, total: t}
  - {name: mail delivered, service: mail, environment: production, kind: gauge, step: 60s, better: higher, unit: "%"}
watch: {later: []}
"""


@dataclass
class PostBox:
    """A channel that can be searched, as Slack can: it keeps each message under its key and counts the posts."""

    messages: dict[str, list[Notice]] = field(default_factory=dict)
    posted: int = 0

    def find(self, key: str) -> Ref | None:
        """The message of this key, where it was posted."""
        return Ref(key) if key in self.messages else None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        """Post, or edit in place."""
        if ref is None:
            self.posted += 1
            self.messages[notice.key] = []
        self.messages[notice.key].append(notice)
        return Ref(notice.key)


@dataclass
class Town:
    """The river, its clock and the weather on it: quiet traffic unless the story says otherwise."""

    river: River
    clock: ManualClock
    box: PostBox
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(5))
    slower: float = 0.0
    failing: float = 0.0
    dark: bool = False

    def minutes(self, count: int) -> None:
        """Let time pass: samples arrive, and the loop turns at each minute at which it has something to do."""
        self.work()
        while count > 0:
            stretch = min(count, self._minutes_of_rest())
            self._pass(stretch, at_once=1)
            self.work()
            count -= stretch

    def _minutes_of_rest(self) -> int:
        """Whole minutes until a look is due, at least one; a long time where none is."""
        with self.river.store.read() as tx:
            due = tx.looks.next_due()
        if due is None:
            return 24 * 60
        return max(1, -((self.clock.now() - due) // MINUTE))

    def history(self, minutes: int) -> None:
        """Let a quiet past arrive at once, ending now."""
        self._pass(minutes, at_once=minutes)

    def work(self) -> None:
        """Turn the loop until nothing is left."""
        while step(self.river):
            pass

    def _pass(self, count: int, *, at_once: int) -> None:
        start = self.clock.now()
        self.clock.advance(count * MINUTE)
        if not self.dark:
            self._push([self._drawn(start + i * MINUTE, at_once) for i in range(0, count, at_once)])

    def samples(self, start: datetime, count: int) -> None:
        """The samples of `count` minutes from `start` arrive now."""
        self._push([self._drawn(start, count)])

    def _drawn(self, start: datetime, count: int) -> list[Floats]:
        """What `count` minutes bring: times of shape [n], and the columns of each SLI, of shape [n, columns]."""
        times: Floats = start.timestamp() + 60.0 * np.arange(count, dtype=np.float64)
        latency = self.rng.normal(100 + self.slower, 5, count)
        total = self.rng.poisson(600, count).astype(float)
        bad = self.rng.binomial(total.astype(int), 0.01 + self.failing).astype(float)
        delivered = self.rng.normal(99, 0.2, count)
        return [times, latency[:, None], np.column_stack([bad, total]), delivered[:, None]]

    def _push(self, drawn: Sequence[list[Floats]]) -> None:
        times, *columns = [np.concatenate(part) for part in zip(*drawn, strict=True)]
        names = ("checkout latency", "checkout errors", "mail delivered")
        push(
            self.river,
            [
                Batch(sli=name, times_s=times, values=values)
                for name, values in zip(names, columns, strict=True)
            ],
        )

    def deploys(self, who: Person, revision: str, *, environment: str = "production") -> str:
        """Somebody deploys `revision` of checkout now; returns the change's id."""
        now = self.clock.now()
        facts = Facts(
            service="checkout",
            environment=environment,
            revision=revision,
            authors=(who,),
            title=f"checkout {revision}",
        )
        key = f"checkout-{revision}-{now:%d%H%M}"
        event = Event(
            source="story", key=key, says=Says.LIVE, at=now, received=now, text="", facts=facts
        )
        return announce(self.river, event).id

    def announces(self, service: str) -> str:
        """Something of that service changes now; returns the change's id."""
        now = self.clock.now()
        facts = Facts(id=f"{service}-{now:%d%H%M}", service=service, environment="production")
        event = Event(
            source="story", key=facts.id, says=Says.LIVE, at=now, received=now, text="", facts=facts
        )
        return announce(self.river, event).id

    def ramps(self, who: Person, flag: str, steps: list[tuple[datetime, float]]) -> str:
        """Somebody raises a flag's exposure; all steps so far are told each time."""
        now = self.clock.now()
        exposure = tuple(Exposure(at=at, share=share) for at, share in steps)
        facts = Facts(
            id=flag,
            kind=ChangeKind.FLAG,
            service="checkout",
            environment="production",
            title=flag,
            authors=(who,),
            exposure=exposure,
        )
        event = Event(
            source="story",
            key=f"{flag}-{len(steps)}",
            says=Says.LIVE,
            at=now,
            received=now,
            text="",
            facts=facts,
        )
        return announce(self.river, event).id

    def verdicts(self, change: str) -> list[Verdict]:
        """Every verdict on the change, oldest first."""
        with self.river.store.read() as tx:
            return list(tx.verdicts.of(change))

    def word(self, change: str) -> str:
        """The newest word on the change."""
        return self.verdicts(change)[-1].health.value


def settings() -> Config:
    """The town's configuration."""
    return parse(SETTINGS, name="town.yaml", environ={})


@contextmanager
def town(place: Path, config: Config | None = None, *, database: str = "") -> Iterator[Town]:
    """A fresh town with two days of quiet history, in a file of its own unless a database is given."""
    clock, box = ManualClock(START), PostBox()
    config = replace(config or settings(), database=database or f"sqlite:///{place}/town.db")
    river = replace(compose(config, clock=clock), channels=(Channel(name="box", teller=box),))
    try:
        here = Town(river=river, clock=clock, box=box)
        here.history(2 * 24 * 60)
        yield here
    finally:
        river.store.close()
