"""The script of a recording, drawn from a seed; refuses to look at a clock.

The same seed, length and choice of troubles give the same script.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from shop import stories
from shop.traffic import Rhythm

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator

    from shop.stories import Story

PEOPLE = ("Alice", "Bob", "Carol")
SERVICES = ("front", "checkout", "mail")
SPIKE_S = 70.0
SPIKE_FACTOR = 4.0
RAMP = ((0.0, 0.1), (50.0, 0.5), (95.0, 1.0))
LAST_START_S = 75.0  # before the end, so that the last watch is whole


@dataclass(frozen=True, slots=True)
class Planned:
    """One change of the script; times are seconds after the recording's start.

    `undo_at` is when it is taken back, None when it stays.
    """

    at: float
    story: Story
    service: str
    author: str
    title: str
    judge: bool
    undo_at: float | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """The whole recording: its rhythm and its changes in the order of their times."""

    seed: int
    minutes: float
    history_minutes: float
    rhythm: Rhythm
    changes: tuple[Planned, ...]


@dataclass(frozen=True, slots=True)
class Pace:
    """Pauses in seconds, all times `factor` (a dry run uses less than 1)."""

    factor: float = 1.0

    def draw(self, rng: Generator, low: float, high: float) -> float:
        """Draw one pause."""
        return float(rng.uniform(low, high)) * self.factor


class Titles:
    """Titles of plain deploys, each used once before any comes again."""

    def __init__(self, rng: Generator) -> None:
        """Shuffle them."""
        self._left = {
            name: [str(t) for t in rng.permutation(titles)]
            for name, titles in stories.PLAIN_TITLES.items()
        }

    def next(self, service: str) -> str:
        """Take the next title of this service."""
        title = self._left[service].pop(0)
        self._left[service].append(title)
        return title


def script(
    seed: int,
    minutes: float,
    history_minutes: float = 30,
    pace: Pace | None = None,
    only: Sequence[str] = (),
) -> Script:
    """Draw the script; `only` keeps these stories alone (by name) in the judged part."""
    pace = pace or Pace()
    rng = np.random.default_rng([seed, 1])
    rhythm = Rhythm(period_s=float(rng.uniform(900, 1200)), phase=float(rng.uniform()))
    titles = Titles(rng)
    changes = history(rng, titles, history_minutes * 60, pace)
    order = running_order(rng, only)
    changes += judged(rng, titles, order, history_minutes * 60, minutes * 60, pace)
    changes = quiet_spikes(changes, rhythm)
    return Script(
        seed, minutes, history_minutes, rhythm, tuple(sorted(changes, key=lambda c: c.at))
    )


def history(rng: Generator, titles: Titles, length_s: float, pace: Pace) -> list[Planned]:
    """Plan plain deploys of each service in turn, and one flag without effect."""
    gap_s = 112.0 * pace.factor
    count = int((length_s - 80) // gap_s) + 1 if length_s > 80 else 0
    turns = [str(name) for _ in range(count // 3 + 1) for name in rng.permutation(SERVICES)][:count]
    changes = [
        plain(
            rng,
            titles,
            40 + number * gap_s + float(rng.uniform(-8, 8)),
            stories.PLAIN,
            service,
            judge=False,
        )
        for number, service in enumerate(turns)
    ]
    if count > 2:
        at = changes[count // 2].at + gap_s / 2
        changes.append(Planned(at, stories.FLAG, "front", person(rng), "short-titles", judge=False))
    return changes


def running_order(rng: Generator, only: Sequence[str]) -> list[Story]:
    """Shuffle troubles and harmless ones and mix them, a harmless one first."""
    troubles = [stories.TROUBLES[i] for i in rng.permutation(len(stories.TROUBLES))]
    harmless = [stories.HARMLESS[i] for i in rng.permutation(len(stories.HARMLESS))]
    if only:
        return [s for s in (*stories.TROUBLES, *stories.HARMLESS) if s.name in only]
    places = [True] * len(troubles) + [False] * (len(harmless) - 1)
    turns = [False, *rng.permutation(places).tolist()]
    mixed = [troubles.pop() if trouble else harmless.pop() for trouble in turns]
    return [*mixed, *stories.SPARE]


def judged(
    rng: Generator, titles: Titles, order: Sequence[Story], begin_s: float, end_s: float, pace: Pace
) -> list[Planned]:
    """Lay the changes in a row; once, a plain deploy of another service overlaps a trouble."""
    changes: list[Planned] = []
    at = begin_s + pace.draw(rng, 20, 45)
    beside = False
    for story in order:
        change = judged_one(rng, titles, story, at, pace)
        ends = change.undo_at or at
        if ends > end_s - LAST_START_S * pace.factor:
            continue
        changes.append(change)
        if story.truth == "harmful" and story.kind == "deploy" and not beside and len(changes) > 2:
            beside = True
            other = str(
                rng.choice([name for name in SERVICES if name not in {change.service, "front"}])
            )
            start = at + pace.draw(rng, 18, 35)
            changes.append(plain(rng, titles, start, stories.PLAIN, other, judge=True))
        at = ends + (pace.draw(rng, 95, 115) if change.undo_at else pace.draw(rng, 125, 150))
    return changes


def judged_one(rng: Generator, titles: Titles, story: Story, at: float, pace: Pace) -> Planned:
    """Draw service, author and the time of its undoing."""
    service = str(rng.choice(story.services))
    if not story.title:
        return plain(rng, titles, at, story, service, judge=True)
    undo_at = None
    if story.undo:
        hold = pace.draw(rng, 90, 115)
        if story.name == "ramp":
            hold += RAMP[1][0]
        undo_at = at + hold
    return Planned(at, story, service, person(rng), story.title, judge=True, undo_at=undo_at)


def plain(
    rng: Generator, titles: Titles, at: float, story: Story, service: str, *, judge: bool
) -> Planned:
    """Make a deploy that only has its title."""
    return Planned(at, story, service, person(rng), titles.next(service), judge=judge)


def person(rng: Generator) -> str:
    """Draw an author."""
    return str(rng.choice(PEOPLE))


def quiet_spikes(changes: list[Planned], rhythm: Rhythm) -> list[Planned]:
    """Swap the spike with the change at the calmest time, so that it is no overload."""
    spike = next((c for c in changes if c.story.name == "spike"), None)
    if spike is None:
        return changes
    alone = [c for c in changes if c.judge and c.undo_at is None and c.story.name != "improvement"]
    calmest = min(alone, key=lambda c: rhythm.rate(c.at) + rhythm.rate(c.at + SPIKE_S))
    moved = {spike: replace(spike, at=calmest.at), calmest: replace(calmest, at=spike.at)}
    return [moved.get(change, change) for change in changes] if calmest is not spike else changes
