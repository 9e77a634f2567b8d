"""Looks that are due at once are committed together, as if one after another, and none waits long for the rest."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from shipwake.config import parse
from shipwake.domain import Event, Facts, Person, Samples, Says, Sli
from shipwake.flow import Channel, River, announce, lease, look
from shipwake.flow.look import Group
from shipwake.flow.together import MOST, PROMPT_S, bunches
from shipwake.lookup import Lookup
from shipwake.sources import Source
from shipwake.store import Leased
from shipwake.wire.clock import pause
from tests.flow.town import ALICE, BOB, MINUTE, SETTINGS, Town, town

DEFAULTS = SETTINGS.replace("watch: {later: []}", "watch: {looks: [3, 5, 8], later: []}")
SPREAD = DEFAULTS.replace("service: checkout, environment", "service: shop, environment", 1)
"""Three services with an indicator each: `shop`, `checkout` and `mail`."""


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Town]:
    """A town of three services, with a quiet past."""
    with town(tmp_path, _parsed()) as made:
        yield made


def _parsed() -> Any:  # noqa: ANN401 - what the town is made of
    named = SPREAD.replace("services: [", "services: [{name: shop}, ")
    return parse(named, name="town.yaml", environ={})


def _goes_live(here: Town, id: str, service: str, who: Person = ALICE) -> str:
    now = here.clock.now()
    facts = Facts(
        id=id, service=service, environment="production", revision=id, authors=(who,), title=id
    )
    event = Event(
        source="story", key=id, says=Says.LIVE, at=now, received=now, text="", facts=facts
    )
    return announce(here.river, event).id


def _pass(here: Town, minutes: int) -> None:
    here.samples(here.clock.now(), minutes)
    here.clock.advance(minutes * MINUTE)


def _alone(river: River, groups: list[Group]) -> None:
    for group in groups:
        look(river, [group])


def _story(here: Town, make: Callable[[River, list[Group]], None]) -> dict[str, list[Any]]:
    """Harm under three services at once, two changes in one of them, and what it leaves in the database."""
    for id, service in (("s1", "shop"), ("c1", "checkout"), ("m1", "mail")):
        _goes_live(here, id, service)
    here.slower, here.failing = 40.0, 0.02
    _pass(here, 2)
    _goes_live(here, "s2", "shop", BOB)
    for minutes in (1, 2, 2, 1, 2, 2):
        _pass(here, minutes)
        make(here.river, lease(here.river))
    return _left(here)


def _left(here: Town) -> dict[str, list[Any]]:
    asked = {
        "verdicts": "SELECT global_seq, change_id, seq, at, health, body FROM verdicts ORDER BY 1",
        "assessments": "SELECT change_id, sli, look, at, health, body, evidence FROM assessments ORDER BY 1, 2, 3",
        "outbox": "SELECT id, key, revision, body, post, not_before FROM outbox ORDER BY 1",
        "levels": "SELECT change_id, early, later FROM levels ORDER BY 1",
        "changes": "SELECT id, health, verdict_seq, said FROM changes ORDER BY 1",
        "looks": "SELECT change_id, sli, open, number, due, anchor, lease, hurting, done_number FROM due_looks "
        "ORDER BY 1, 2",
    }
    url = here.river.config.database.replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.connect() as connection:
        left = {
            name: [tuple(row) for row in connection.execute(text(said))]
            for name, said in asked.items()
        }
    engine.dispose()
    return left


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def database(request: pytest.FixtureRequest) -> str:
    """Where the looks are made together; empty for a file."""
    if request.param == "sqlite":
        return ""
    address: str = request.getfixturevalue("postgres_url")
    return address


def test_together_or_alone_is_the_same(tmp_path: Path, database: str) -> None:
    """Verdicts, evidence, messages, their order and the looks to come are the same to the last bit."""
    with town(tmp_path, _parsed()) as here:
        alone = _story(here, _alone)
    (tmp_path / "again").mkdir()
    with town(tmp_path / "again", _parsed(), database=database) as here:
        together = _story(here, look)

    assert {row[4] for row in alone["verdicts"]} >= {"unhealthy", "healthy"}
    assert len(alone["verdicts"]) == 12
    assert len(alone["outbox"]) == 4
    for name, rows in alone.items():
        assert [_plain(r) for r in together[name]] == [_plain(r) for r in rows], name


def _plain(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """SQLite says 1 where PostgreSQL says true, which are equal; bytes come as they are."""
    return tuple(bytes(v) if isinstance(v, memoryview) else v for v in row)


@dataclass
class Witness:
    """A source that notes how many verdicts each change had when it was asked for an SLI, and may take its time."""

    source: Source
    here: Town
    changes: tuple[str, ...]
    slow_s: float = 0.0
    breaks: str = ""
    saw: dict[str, list[int]] = field(default_factory=dict)

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        self.saw[sli.name] = [len(self.here.verdicts(c)) for c in self.changes]
        if sli.name == self.breaks:
            raise ZeroDivisionError
        pause(self.slow_s)
        return self.source.samples(sli, start, end)


def _watched(here: Town, witness: Witness) -> River:
    return replace(here.river, sources={**here.river.sources, "push": witness})


def test_those_due_at_once_are_committed_at_once(here: Town) -> None:
    """While the last of three is read, the first two have no verdict yet; then all have one."""
    changes = ("c1", "m1", "s1")
    for id, service in zip(changes, ("checkout", "mail", "shop"), strict=True):
        _goes_live(here, id, service)
    witness = Witness(here.river.sources["push"], here, changes)
    _pass(here, 3)
    look(_watched(here, witness), lease(here.river))

    assert witness.saw["checkout latency"] == [0, 0, 0]
    assert [len(here.verdicts(c)) for c in changes] == [1, 1, 1]


def test_the_first_waits_no_longer_than_a_moment(here: Town) -> None:
    """Where reading is slow, what was found is committed before the next change is read."""
    changes = ("c1", "m1", "s1")
    for id, service in zip(changes, ("checkout", "mail", "shop"), strict=True):
        _goes_live(here, id, service)
    witness = Witness(here.river.sources["push"], here, changes, slow_s=PROMPT_S)
    _pass(here, 3)
    look(_watched(here, witness), lease(here.river))

    assert witness.saw["mail delivered"] == [0, 0, 0]
    assert witness.saw["checkout latency"] == [1, 1, 0]


def test_a_change_learns_from_what_was_just_found(here: Town) -> None:
    """Of two changes of one service that are due at once, the later learns when the earlier has its verdict."""
    _goes_live(here, "c1", "checkout")
    _pass(here, 2)
    _goes_live(here, "c2", "checkout")
    witness = Witness(here.river.sources["push"], here, ("c1", "c2"))
    _pass(here, 3)
    look(_watched(here, witness), lease(here.river))

    assert witness.saw["checkout errors"] == [1, 0]
    assert [len(here.verdicts(c)) for c in ("c1", "c2")] == [1, 1]


@dataclass
class Directory:
    """A lookup over a network that notes how many verdicts a change had when it was asked for a person."""

    here: Town
    change: str
    remote: bool = True
    saw: dict[str, int] = field(default_factory=dict)

    def commits(self, _change: object) -> tuple[()]:
        return ()

    def person(self, person: Person) -> Person:
        self.saw[person.name] = len(self.here.verdicts(self.change))
        return person


def test_nobody_waits_for_a_directory(here: Town) -> None:
    """What was found is committed before somebody is looked up over a network for the next change."""
    _goes_live(here, "c1", "checkout", ALICE)
    _goes_live(here, "m1", "mail", BOB)
    directory = Directory(here, "c1")
    lookups: tuple[Lookup, ...] = (directory,)  # type: ignore[assignment]
    _pass(here, 3)
    look(replace(here.river, lookups=lookups), lease(here.river))

    assert directory.saw == {"Alice": 0, "Bob": 1}


def test_one_that_breaks_takes_no_other_along(here: Town) -> None:
    """What one source breaks on is raised at the end, and the other changes have their verdicts."""
    changes = ("c1", "m1", "s1")
    for id, service in zip(changes, ("checkout", "mail", "shop"), strict=True):
        _goes_live(here, id, service)
    witness = Witness(here.river.sources["push"], here, changes, breaks="mail delivered")
    _pass(here, 3)
    with pytest.raises(ZeroDivisionError):
        look(_watched(here, witness), lease(here.river))

    assert [len(here.verdicts(c)) for c in changes] == [1, 0, 1]


class Touchy(tuple[str, ...]):
    """The environments of a channel that break when it is asked for a change for the second time."""

    __slots__ = ()
    asked: list[str] = []  # noqa: RUF012 - one for the one test

    def __contains__(self, environment: object) -> bool:
        self.asked.append(str(environment))
        if len(self.asked) in (2, 4):
            raise ZeroDivisionError
        return True


def test_what_cannot_be_committed_together_is_committed_alone(here: Town) -> None:
    """Where the words on one change break the batch, the others are committed without it."""
    changes = ("c1", "m1", "s1")
    for id, service in zip(changes, ("checkout", "mail", "shop"), strict=True):
        _goes_live(here, id, service)
    here.slower, here.failing = 60.0, 0.05
    touchy = Touchy(("production",))
    channel = Channel(name="box", teller=here.box, environments=touchy)
    _pass(here, 3)
    with pytest.raises(ZeroDivisionError):
        look(replace(here.river, channels=(channel,)), lease(here.river))

    assert sorted(len(here.verdicts(c)) for c in changes) == [0, 1, 1]


def _group(change: str, source: str, looks: int) -> Group:
    row: Leased = None  # type: ignore[assignment]
    return Group(change=change, source=source, rows=(row,) * looks)


def test_bunches_keep_sources_apart_and_an_order() -> None:
    """Each portion is of one source and of at most so many looks, unless one change alone has more."""
    groups = [
        _group("a", "push", 40),
        _group("b", "prom", 1),
        _group("c", "push", 24),
        _group("d", "push", 1),
        _group("e", "prom", MOST + 1),
    ]

    assert [[g.change for g in bunch] for bunch in bunches(groups)] == [
        ["a", "c"],
        ["b"],
        ["d"],
        ["e"],
    ]


def test_a_merged_change_goes_on_under_its_older_id(here: Town) -> None:
    """A look that was leased for a change that turned out to be another one writes nothing."""
    _goes_live(here, "c1", "checkout")
    _goes_live(here, "m1", "mail")
    _pass(here, 3)
    groups = lease(here.river)
    with here.river.store.write() as tx:
        tx.changes.rename("m1", "c1")
    look(here.river, groups)

    assert [len(here.verdicts(c)) for c in ("c1", "m1")] == [1, 0]
    assert here.clock.now() - here.verdicts("c1")[0].at < timedelta(minutes=1)
