"""What became of each notice, from the outbox to the page and its JSON."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from shipwake.domain import Notice, Ref
from shipwake.flow import Channel
from shipwake.tell import TellError
from tests.flow.town import ALICE
from tests.web.site import Site, site

WAIT = timedelta(minutes=9)
LATER = TellError("the list answers <nobody>", permanent=False, retry_after=WAIT)
NEVER = TellError("no such mailbox; correct `owners`", permanent=True)


@dataclass(frozen=True)
class _Refusing:
    """A channel that takes nothing, for this reason."""

    error: TellError

    def find(self, key: str) -> Ref | None:
        return None

    def put(self, notice: Notice, ref: Ref | None) -> Ref:
        raise self.error


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A town with one channel that works, one that will, and one that never does."""
    with site(tmp_path_factory.mktemp("telling"), auth="none") as opened:
        town = opened.town
        channels = (
            *town.river.channels,
            Channel(name="list", teller=_Refusing(LATER), everybody=True),
            Channel(name="mail", teller=_Refusing(NEVER)),
        )
        # The server and the town turn the same river.
        object.__setattr__(opened.river, "channels", channels)
        town.river = replace(town.river, channels=channels)
        yield opened


def test_the_page_and_its_twin_say_what_became_of_each_notice(here: Site) -> None:
    """Told, waiting and not told stand there with time, next try and reason, in both forms alike."""
    id = here.deploys(ALICE, "r-412")
    here.town.failing = 0.05
    here.town.minutes(4)
    with here.client(Accept="text/html") as browser:
        page = browser.get(f"/changes/{id}").text
        told = {
            t["channel"] or t["whom"]: t for t in browser.get(f"/changes/{id}.json").json()["told"]
        }

    assert told["box"]["state"] == "told"
    assert told["box"]["at"]
    assert (told["mail"]["state"], told["mail"]["why"]) == ("not told", f"{NEVER.message}.")
    assert (told["list"]["state"], told["list"]["why"]) == ("waiting", f"{LATER.message}.")
    assert told["list"]["again"]
    assert "because no such mailbox; correct <code>owners</code>." in page
    assert "because the list answers &lt;nobody&gt;." in page
