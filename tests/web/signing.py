"""A server and the provider that it trusts, for the tests of signing in."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import httpx
import pytest

from shipwake.config import Secret, SignIn, Team
from shipwake.web.oidc import Provider as Asked
from shipwake.wire.clock import SystemClock
from tests.flow.town import settings
from tests.web.provider import CLIENT, SECRET, Provider, provider
from tests.web.site import Site, site

TEAMS = (
    Team(
        name="shop", services=("checkout",), members=("alice@example.com",), admins=("group:leads",)
    ),
    Team(name="everything", admins=("group:platform",)),
)


@dataclass
class Place:
    """A server, and the provider that it trusts."""

    here: Site
    there: Provider
    seconds: float = 0.0

    def forgets(self) -> None:
        """The server knows nothing of its provider yet."""
        config = self.here.river.config
        assert config.sign_in is not None
        known = Asked(config.sign_in, config.url, lambda: self.seconds)
        self.here.app.state.provider = known

    def goes(self, client: httpx.Client, onward: str = "/changes") -> str:
        """The browser goes to the provider and signs in there; the address that it comes back to."""
        led = client.get("/sign-in/provider", params={"next": onward})
        assert led.status_code == 303, led.text
        back = httpx.get(led.headers["location"])
        assert back.status_code == 302
        return back.headers["location"]

    def enters(
        self, client: httpx.Client | None = None, onward: str = "/changes"
    ) -> httpx.Response:
        """The whole way."""
        client = client or self.here.client(Accept="application/json")
        return client.get(self.goes(client, onward))


@pytest.fixture(scope="module")
def trusting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A server and its provider on one clock."""
    with provider(SystemClock()) as there:
        asked = SignIn(
            issuer=there.url, client_id=CLIENT, client_secret=Secret(SECRET), name="Acme"
        )
        made = replace(settings(), sign_in=asked, teams=TEAMS)
        with site(tmp_path_factory.mktemp("oidc"), made) as here:
            there.clock = here.town.clock
            yield Place(here, there)


@pytest.fixture
def place(trusting: Place) -> Place:
    """The same with an honest provider, and its keys known."""
    fresh = Provider(trusting.there.clock, key=trusting.there.key)
    for name in ("email", "groups", "claims", "drop", "about", "sign", "answer", "leads", "slow_s"):
        setattr(trusting.there, name, getattr(fresh, name))
    trusting.forgets()
    return trusting


def deeds(place: Place) -> list[tuple[str, str, str]]:
    """The newest deeds: what, by whom, about what."""
    with place.here.river.store.read() as tx:
        return [(d.deed.what, d.deed.who, d.deed.about) for d in tx.audit.page(None, 5)]
