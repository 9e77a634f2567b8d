"""The loop on its own thread: trouble with one piece of work is no other's trouble, and news wakes it."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event as Flag

import pytest

from shipwake.domain import Event, Heard, Notice, Ref, Samples, Sli
from shipwake.flow import Channel, River, hear, step
from shipwake.flow.learn import learn_ahead
from shipwake.flow.room import AT_HAND
from shipwake.intake import Intake
from shipwake.sources import Source
from shipwake.store import HeardRow, UnreachableError
from tests.flow.town import ALICE, BOB, PostBox, Town, town
from tests.flow.turning import turning
from tests.web.site import until


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town with a quiet past."""
    with town(tmp_path) as made:
        yield made


class Poisoned:
    """An intake with a mistake of its own."""

    def verify(self, heard: Heard) -> None:
        """Everybody may send."""

    def events(self, heard: Heard) -> Sequence[Event]:
        raise ZeroDivisionError


@dataclass
class Breaking:
    """A source with a mistake of its own for one SLI."""

    source: Source
    sli: str

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        if sli.name == self.sli:
            raise ZeroDivisionError
        return self.source.samples(sli, start, end)


@dataclass
class Away:
    """A source behind which the database fails the first times that it is asked."""

    source: Source
    times: int

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        self.times -= 1
        if self.times >= 0:
            raise UnreachableError("the database does not answer")
        return self.source.samples(sli, start, end)


@dataclass
class Slow:
    """A source that answers only when the gate is open."""

    gate: Flag = field(default_factory=Flag)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        self.gate.wait(20)
        return Samples.nothing(start, timedelta(minutes=1), sli.columns)


@dataclass
class Deaf(PostBox):
    """A channel with a mistake of its own for one recipient."""

    deaf_to: str = ""
    asked: list[str] = field(default_factory=list)

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        self.asked.append(notice.recipient)
        if notice.recipient == self.deaf_to:
            raise ZeroDivisionError
        return super().put(notice, ref)


def _says(river: River, name: str, hook: str = "", *, service: str = "checkout") -> None:
    body = json.dumps({"id": name, "service": service, "environment": "production"}).encode()
    assert hear(river, "plain", hook, {}, body, vouched=True).status == 202


def _known(river: River, name: str) -> bool:
    with river.store.read() as tx:
        return tx.changes.get(name) is not None


def _heard(river: River) -> list[HeardRow]:
    with river.store.read() as tx:
        return list(tx.heard.page().rows)


def test_a_poisonous_delivery_ends_as_unreadable(here: Town) -> None:
    """A delivery on which an intake breaks is given up with a reason, and those around it are understood."""
    hooks = {**here.river.hooks, ("plain", "bad"): Poisoned()}
    river = replace(here.river, hooks=hooks)
    _says(river, "before")
    _says(river, "poison", "bad")
    _says(river, "after")
    with turning(river):
        until(lambda: _known(river, "after"))
        until(lambda: all(row.outcome != "kept" for row in _heard(river)))

    outcomes = {(row.source, row.outcome.value) for row in _heard(river)}
    assert outcomes == {("", "understood"), ("bad", "unreadable")}
    assert _known(river, "before")
    assert not _known(river, "poison")


@dataclass
class Interrupted:
    """An intake in the middle of which the database goes away, the first time."""

    real: Intake
    asked: int = 0

    def verify(self, heard: Heard) -> None:
        """Everybody may send."""

    def events(self, heard: Heard) -> Sequence[Event]:
        self.asked += 1
        if self.asked == 1:
            raise UnreachableError("the database does not answer")
        return self.real.events(heard)


def test_a_delivery_waits_for_the_database(here: Town) -> None:
    """A delivery on which the database failed is read again, never given up."""
    intake = Interrupted(here.river.hooks["plain", ""])
    river = replace(here.river, hooks={**here.river.hooks, ("plain", ""): intake})
    _says(river, "patient")
    with turning(river):
        until(lambda: _known(river, "patient"), 30)

    assert intake.asked == 2
    assert [row.outcome.value for row in _heard(river)] == ["understood"]


def test_a_look_that_breaks_holds_up_no_other(here: Town) -> None:
    """Where one SLI's source breaks, the changes on other sources are looked at and told all the same."""
    sick = [
        replace(s, source="sick") if s.name == "mail delivered" else s
        for s in here.river.config.slis
    ]
    broken = Breaking(here.river.sources["push"], "mail delivered")
    river = replace(
        here.river,
        config=replace(here.river.config, slis=tuple(sick)),
        sources={**here.river.sources, "sick": broken},
    )
    now = here.clock.now()
    with turning(river):
        for service in ("mail", "checkout"):
            body = {"id": service, "service": service, "environment": "production"}
            told = json.dumps(body | {"at": now.isoformat()}).encode()
            hear(river, "plain", "", {}, told, vouched=True)
        until(lambda: _known(river, "checkout") and _known(river, "mail"))
        here.samples(now, 3)
        here.clock.advance(timedelta(minutes=3))
        river.wake.set()
        until(lambda: here.verdicts("checkout"))
        until(lambda: here.box.posted == 1)

    assert here.verdicts("mail") == []


def test_a_notice_that_breaks_holds_up_no_other(here: Town) -> None:
    """A channel that breaks on Alice's message still gets Bob's."""
    box = Deaf(deaf_to="alice@example.com")
    river = replace(here.river, channels=(Channel(name="box", teller=box),))
    for who in (ALICE, BOB):
        here.deploys(who, f"of-{who.name}")
    here.samples(here.clock.now(), 3)
    here.clock.advance(timedelta(minutes=3))
    with turning(river):
        until(lambda: box.posted == 1)

    assert list(box.asked) == ["alice@example.com", "bob@example.com"]
    assert [key.rpartition("|")[2] for key in box.messages] == ["bob@example.com"]


def test_news_wakes_the_loop(here: Town) -> None:
    """What is heard is understood long before the loop's own rest of half a second is over."""
    took = []
    with turning(here.river):
        for number in range(5):
            name = f"news-{number}"
            begun = time.monotonic()
            _says(here.river, name, service="elsewhere")
            until(partial(_known, here.river, name))
            took.append(time.monotonic() - begun)

    assert sorted(took)[2] < 0.25


def test_idle_moments_go_into_learning(here: Town) -> None:
    """The loop has learned what a first look will need before that look is due."""
    with turning(here.river):
        change = here.deploys(ALICE, "a1")
        until(lambda: _level(here, change))

    assert here.verdicts(change) == []


def test_what_was_learned_ahead_is_what_the_look_would_have_learned(tmp_path: Path) -> None:
    """A level set before the first look is the one the look would set, and stays through the watch."""
    levels, words = [], []
    for name in ("ahead", "late"):
        place = tmp_path / name
        place.mkdir()
        with town(place) as here:
            change = here.deploys(ALICE, "a1")
            if name == "ahead":
                assert not learn_ahead(here.river, timedelta(minutes=2))
                assert learn_ahead(here.river, timedelta(minutes=3))
                assert _level(here, change)
                assert not learn_ahead(here.river, timedelta(minutes=3))
            here.minutes(5)
            levels.append(_level(here, change))
            with here.river.store.read() as tx:
                words.append([(a.sli, a.look, a.p_worse) for a in tx.verdicts.history(change)])

    assert levels[0] == levels[1]
    assert words[0] == words[1]
    assert len(words[0]) == 4


def _level(here: Town, change: str) -> tuple[float, float] | None:
    with here.river.store.read() as tx:
        return tx.levels.get(change)


def test_without_a_guard_a_mistake_is_seen(here: Town) -> None:
    """A single turn by hand does not hide what broke."""
    river = replace(here.river, hooks={("plain", "bad"): Poisoned()})
    _says(river, "poison", "bad")

    with pytest.raises(ZeroDivisionError):
        step(river)


def test_looks_that_only_the_database_failed_wait_for_no_lease(here: Town) -> None:
    """When the database is back, what it failed is looked at at once, not when the lease of two minutes has ended."""
    away = Away(here.river.sources["push"], times=3)
    one, other = here.deploys(ALICE, "a1"), here.announces("mail")
    here.minutes(3)
    here.deploys(BOB, "b1")
    started = time.monotonic()
    here.samples(here.clock.now(), 3)
    here.clock.advance(timedelta(minutes=3))
    with turning(replace(here.river, sources={"push": away})):
        until(lambda: away.times < 0 and len(here.verdicts(one)) > 1, 60)

    assert here.verdicts(other)
    assert time.monotonic() - started < 60


def test_a_worker_leaves_to_others_what_it_cannot_make_soon(here: Town) -> None:
    """Of many looks that are due at once one worker takes two bunches; another gets the rest at once."""
    slow = Slow()
    for number in range(AT_HAND):
        here.deploys(ALICE, f"a{number}")
    here.clock.advance(timedelta(minutes=3))
    with turning(replace(here.river, sources={"push": slow})):
        time.sleep(0.5)
        with here.river.store.write() as tx:
            free = tx.looks.lease(here.clock.now(), limit=9 * AT_HAND, worker="bob", seconds=9)
        slow.gate.set()

    assert 2 * AT_HAND - len(free) == AT_HAND
