"""Anything that could ever reach the room: hostile names, numbers that are none, odd times.

A case is large, and drawing it piece by piece costs more than judging it: one drawn number seeds it.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import numpy as np
from hypothesis import strategies as st

from shipwake.domain import (
    Assessment,
    Band,
    Better,
    Change,
    ChangeKind,
    Commit,
    Effect,
    Evidence,
    Exposure,
    Health,
    Link,
    NoticeSize,
    Onset,
    Person,
    Reason,
    Sli,
    SliKind,
    State,
)
from shipwake.verdict import Other

NOON = datetime(2026, 2, 3, 12, 0, tzinfo=UTC)
# No letter of "nan", "inf" or a forbidden word, so that those can only be the room's own.
LETTERS = (
    "abdeghlmopqrtuvxyzABXYZ0123456789 .,:;%/_-#@{}[]()<>&\"'\\\n\r\t\0\x1b"
    "\u202e\u2066\ufeff\ud800سلة注🚀❤️é\u0301"
)
NAMES = ("checkout errors", "search p95", "mail delivered", "", "{name}", "😀", "\u202e", "10:30")
NUMBERS = (0.0, -0.0, 1.0, 0.01, 99.97, 1e-9, 1e18, -5.0, float("nan"), float("inf"), -float("inf"))
NOTHING = np.empty(0)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws parts of a case from one seed."""

    chance: random.Random

    def one(self, among: Sequence[T]) -> T:
        return self.chance.choice(among)

    def maybe(self, value: T) -> T | None:
        return value if self.chance.random() < 0.7 else None

    def name(self) -> str:
        if self.chance.random() < 0.05:
            return self.one(LETTERS) * 10_000
        if self.chance.random() < 0.5:
            return self.one(NAMES)
        return "".join(self.chance.choices(LETTERS, k=self.chance.randrange(14)))

    def number(self) -> float:
        if self.chance.random() < 0.4:
            return self.one(NUMBERS)
        return self.chance.gauss(0, 1) * 10 ** self.chance.uniform(-6, 9)

    def share(self) -> float:
        return self.one((0.0, 0.1, 0.5, 1.0, self.chance.random()))

    def at(self) -> datetime:
        near = timedelta(seconds=self.chance.randrange(-7200, 7200))
        far = timedelta(hours=self.chance.randrange(-9000, 9000))
        return NOON + (near if self.chance.random() < 0.8 else far)

    def person(self) -> Person:
        return Person(name=self.name(), email=self.name(), bot=self.chance.random() < 0.2)

    def change(self) -> Change:
        steps = [
            Exposure(at=self.at(), share=self.share()) for _ in range(self.chance.randrange(4))
        ]
        exposure = tuple(sorted(steps))
        return Change(
            id=self.one("abcdefgh"),
            kind=self.one(list(ChangeKind)),
            state=self.one(list(State)),
            service=self.one(("checkout", "front", "", self.name())),
            environment=self.one(("production", "staging", "", self.name())),
            heard_service=self.one(("chekout", "")),
            title=self.name(),
            revision=self.name(),
            started_at=self.maybe(self.at()),
            at=exposure[0].at if exposure else self.maybe(self.at()),
            ended_at=self.maybe(self.at()),
            exposure=exposure,
            authors=(self.person(),) if self.chance.random() < 0.5 else (),
            commits=(Commit(sha=self.name(), author=self.maybe(self.person())),),
            links=(Link(kind=self.one(("pull request", "page")), title="", number=self.name()),),
            affects=(self.one(NAMES),) if self.chance.random() < 0.3 else (),
            rolls_back=self.one("abcdefgh") if self.chance.random() < 0.3 else "",
        )

    def sli(self, name: str) -> Sli:
        return Sli(
            name=name,
            service=self.one(("checkout", "front", "")),
            environment=self.one(("production", "")),
            kind=self.one(list(SliKind)),
            better=self.one(list(Better)),
            unit=self.one(("%", "ms", "s", "MiB", "bytes", "", "1", "\u202e🚀" * 20)),
            step=self.one((None, timedelta(seconds=1), timedelta(hours=1), timedelta(0))),
            notice=self.one((NoticeSize(), NoticeSize(relative=0.1))),
            objective=self.maybe(self.number()),
            required=self.chance.random() < 0.2,
            good=self.chance.random() < 0.5,
        )

    def assessment(self, name: str) -> Assessment:
        effect = Effect(
            estimate=self.number(),
            low=self.number(),
            high=self.number(),
            relative=self.maybe(self.number()),
            unit=self.one(("ms", "%", "")),
        )
        return Assessment(
            change="a",
            sli=name,
            look=self.chance.randrange(1, 20),
            at=self.at(),
            anchor=self.at(),
            health=self.one(list(Health)),
            reason=self.one(list(Reason)),
            p_worse=self.one((0.0, 0.001, 0.5, 1.0, self.number())),
            p_better=self.one((0.0, 0.001, 0.5, 1.0, self.number())),
            level=self.one((0.0, 0.01)),
            effect=self.maybe(effect),
            expected=self.maybe(Band(low=self.number(), high=self.number())),
            before=self.maybe(self.number()),
            after=self.maybe(self.number()),
            onset=self.maybe(Onset(at=self.at(), low=self.at(), high=self.at())),
            recovered_at=self.maybe(self.at()),
            noticeable=self.maybe(self.number()),
            noticeable_relative=self.maybe(self.number()),
            degree=self.number(),
            excess=self.maybe(self.number()),
            seen=self.chance.randrange(-1, 10_000),
            wanted=self.chance.randrange(-1, 10_000),
            detail=self.name(),
            evidence=self._evidence(),
        )

    def _evidence(self) -> Evidence | None:
        none = NOTHING
        step_s = self.one((1.0, 60.0, 1e-9, 1e300))
        found = Evidence(
            t0_s=0.0, step_s=step_s, before=0, values=none, total=none, low=none, high=none
        )
        return self.maybe(found)


@dataclass(frozen=True, slots=True)
class Case:
    """All that one verdict is folded from."""

    change: Change
    newest: list[Assessment]
    slis: dict[str, Sli]
    others: list[Other]
    next_look: datetime | None


def case(seed: int) -> Case:
    """The case of one seed."""
    drawn = Drawn(random.Random(seed))
    names = list({drawn.name() for _ in range(4)})
    others = {c.id: Other(c, drawn.maybe(drawn.one(list(Health)))) for c in drawn_changes(drawn)}
    return Case(
        change=drawn.change(),
        newest=[drawn.assessment(n) for n in names if drawn.chance.random() < 0.7],
        slis={n: drawn.sli(n) for n in names if drawn.chance.random() < 0.9},
        others=list(others.values()),
        next_look=drawn.maybe(NOON),
    )


def drawn_changes(drawn: Drawn) -> list[Change]:
    """A few changes that may overlap."""
    return [drawn.change() for _ in range(drawn.chance.randrange(9))]


def cases() -> st.SearchStrategy[Case]:
    """Any case."""
    return st.integers(0, 2**32).map(case)
