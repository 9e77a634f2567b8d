"""What a change holds is looked up once, told to its authors, and asked again where that failed; polls fill holes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from shipwake.domain import Change, Commit, Contents, Event, Facts, Heard, Link, Person, Says
from shipwake.flow import announce
from shipwake.flow.duties import owe
from shipwake.lookup import LookupFailedError
from tests.flow.town import Town, town

REPOSITORY = "acme/checkout"
CONTENTS = Contents(
    commits=(Commit(sha="c" * 40, title="Cheaper carts"),),
    authors=(Person(name="Alice", email="alice@example.com"),),
    links=(Link(kind="pull request", title="Cheaper carts", number="12"),),
)


@dataclass
class Host:
    """A code host that knows one pull request, whoever asks; it remembers what it was asked, and can refuse."""

    refuses: LookupFailedError | None = None
    poll: timedelta | None = None
    lost: Sequence[Heard] = ()
    asked: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)

    def commits(self, change: Change) -> Contents:
        self.asked.append(f"{change.previous_revision}..{change.revision}")
        if self.refuses:
            raise self.refuses
        return CONTENTS

    def person(self, identity: Person) -> Person:
        self.people.append(identity.key)
        return replace(identity, email=identity.email or f"{identity.login}@example.com")

    def deliveries(self, repository: str, since: datetime) -> Sequence[Heard]:
        self.asked.append(repository)
        if self.refuses:
            raise self.refuses
        return self.lost


@dataclass
class Place:
    """A town whose changes a code host can describe."""

    town: Town
    host: Host

    def deploys(self, revision: str) -> Change:
        """A bot deploys `revision` of checkout now."""
        now = self.town.clock.now()
        facts = Facts(
            service="checkout",
            repository=REPOSITORY,
            environment="production",
            revision=revision,
            authors=(Person(login="deployer[bot]", bot=True),),
        )
        event = Event(
            source="story",
            key=f"{revision}-{now:%d%H%M}",
            says=Says.LIVE,
            at=now,
            received=now,
            text="",
            facts=facts,
        )
        return announce(self.town.river, event)

    def change(self, id: str) -> Change:
        """It as it stands."""
        with self.town.river.store.read() as tx:
            stored = tx.changes.get(id)
        assert stored is not None
        return stored.change

    def why(self, id: str) -> tuple[str, bool]:
        """Why it is not described yet, and whether it still will be."""
        with self.town.river.store.read() as tx:
            duty = tx.duties.get("describe", id)
        assert duty is not None
        return duty.why, duty.open


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Place]:
    """A town with a code host beside it."""
    with town(tmp_path) as made:
        host = Host()
        yield Place(replace(made, river=replace(made.river, lookups=(host,))), host)


def test_a_deploy_is_described_from_the_one_before(here: Place) -> None:
    """What lies between the revision that was live and the new one is asked for once, and belongs to the change."""
    here.deploys("a" * 40)
    here.town.minutes(1)
    second = here.deploys("b" * 40)
    here.town.minutes(70)
    change = here.change(second.id)

    assert here.host.asked == [f"..{'a' * 40}", f"{'a' * 40}..{'b' * 40}"]
    assert (change.commits, change.links) == (CONTENTS.commits, CONTENTS.links)
    assert [p.email for p in change.people] == ["alice@example.com"]


def test_its_author_is_told_though_a_bot_deployed(here: Place) -> None:
    """The message goes to whom the code host names."""
    here.deploys("a" * 40)
    here.town.minutes(15)

    assert [key.rpartition("|")[2] for key in here.town.box.messages] == ["alice@example.com"]


def test_a_person_is_asked_for_once_in_a_while(here: Place) -> None:
    """A login is completed by its address, and not asked for again at every look."""
    now = here.town.clock.now()
    facts = Facts(
        id="x", service="checkout", environment="production", authors=(Person(login="bob"),)
    )
    announce(
        here.town.river,
        Event(source="s", key="x", says=Says.LIVE, at=now, received=now, text="", facts=facts),
    )
    here.town.minutes(30)

    assert [key.rpartition("|")[2] for key in here.town.box.messages] == ["bob@example.com"]
    assert here.host.people.count("bob") == 1


def test_a_rate_limit_puts_it_off(here: Place) -> None:
    """A host that asks to wait is asked again then; the reason stands until it answers."""
    limit = LookupFailedError("rate limit", permanent=False, retry_after=timedelta(minutes=20))
    here.host.refuses = limit
    change = here.deploys("a" * 40)
    here.town.minutes(12)
    waiting = here.why(change.id)
    here.host.refuses = None
    here.town.minutes(20)

    assert waiting == ("rate limit", True)
    assert len(here.host.asked) == 2
    assert here.why(change.id) == ("", False)
    assert here.change(change.id).commits == CONTENTS.commits


def test_what_cannot_be_described_is_judged_all_the_same(here: Place) -> None:
    """A host that refuses for good is not asked again, its reason is kept, and the verdict comes."""
    here.host.refuses = LookupFailedError("the token may not see acme/checkout", permanent=True)
    change = here.deploys("a" * 40)
    here.town.minutes(70)

    assert here.why(change.id) == ("the token may not see acme/checkout", False)
    assert len(here.host.asked) == 1
    assert here.town.verdicts(change.id)


def test_a_lost_delivery_is_heard_by_asking(here: Place) -> None:
    """What a poll finds is heard as if it had been delivered, once, however often it is found."""
    river = here.town.river
    now = here.town.clock.now()
    body = {"id": "lost", "service": "checkout", "environment": "production", "at": now.isoformat()}
    here.host.poll = timedelta(minutes=5)
    here.host.lost = [
        Heard(
            kind="plain",
            source="",
            headers={"idempotency-key": "lost-1"},
            body=json.dumps(body).encode(),
            received=now,
        )
    ]
    owe(river)
    here.town.minutes(21)
    with river.store.read() as tx:
        heard = list(tx.heard.page().rows)

    assert here.host.asked.count(REPOSITORY) >= 3
    assert [row.outcome.value for row in heard] == ["understood"]
    assert here.change("lost").service == "checkout"


def test_a_poll_that_fails_comes_again(here: Place) -> None:
    """A host that does not answer a poll is asked again, and nothing else waits for it."""
    here.host.poll = timedelta(minutes=5)
    here.host.refuses = LookupFailedError("no answer", permanent=False)
    owe(here.town.river)
    here.town.minutes(1)
    here.host.refuses = None
    here.town.minutes(10)

    assert here.host.asked.count(REPOSITORY) >= 2
