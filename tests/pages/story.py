"""A short story for the served pages: Alice's deploy hurts checkout, Bob's of mail does not, one name is not known."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shipwake.domain import Event, Facts, Person, Says
from shipwake.flow import announce, hear
from tests.flow.town import ALICE, BOB, Town
from tests.pages.backtested import backtested
from tests.web.site import Site, site

NASTY = Person(name="<b>Mallory</b>")
TITLE = "<img src=x onerror=alert(1)> & co"


@dataclass(frozen=True, slots=True)
class Story:
    """The running server and the ids of its changes."""

    here: Site
    hurting: str
    calm: str
    nasty: str

    def path(self, change: str) -> str:
        """The page of a change."""
        return f"/changes/{change}"


def deploys(town: Town, who: Person, service: str, title: str) -> str:
    """Somebody deploys a service to production now; returns the change's id."""
    now = town.clock.now()
    facts = Facts(
        service=service,
        environment="production",
        revision=f"{title[1:4]}-{now:%H%M}",
        authors=(who,),
        title=title,
    )
    said = Event(
        source="story", key=title, says=Says.LIVE, at=now, received=now, text=title, facts=facts
    )
    return announce(town.river, said).id


@contextmanager
def told(place: Path, *, auth: str = "tokens") -> Iterator[Story]:
    """The story, twenty-five minutes in; the clock stands still from then on."""
    with site(place, auth=auth) as here:
        town = here.town
        nasty = deploys(town, NASTY, "mail", TITLE)
        town.minutes(1)
        hurting = deploys(town, ALICE, "checkout", "#412 Quote in parallel")
        town.failing, town.slower = 0.05, 40.0
        town.minutes(3)
        calm = deploys(town, BOB, "mail", "#7 Escape subject lines")
        town.minutes(18)
        for body in (
            b'{"service": "cart-svc", "environment": "production", "title": "cart 3.2.1"}',
            b'{"service": "cart", "at": "2026-03-04 10:00"}',
        ):
            hear(here.river, "plain", "", {"content-type": "application/json"}, body, vouched=True)
        town.work()
        with here.river.store.write() as tx:
            tx.backtests.add(backtested())
        yield Story(here=here, hurting=hurting, calm=calm, nasty=nasty)
