"""Signing in through a provider, out again and everywhere, in a real browser: with the strict policy, and by hand."""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from shipwake.config import Secret, SignIn, Team
from shipwake.web.door import COOKIE
from shipwake.wire.clock import SystemClock
from tests.flow.town import ALICE, settings
from tests.web.provider import CLIENT, SECRET, Provider, provider
from tests.web.site import Site, site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Provider]]:
    """A server whose provider asks for a press of a button."""
    with provider(SystemClock()) as there:
        asked = SignIn(
            issuer=there.url, client_id=CLIENT, client_secret=Secret(SECRET), name="Acme"
        )
        shop = Team(name="shop", services=("checkout",), members=("alice@example.com",))
        everything = Team(name="platform", admins=("bob@example.com",))
        made = replace(settings(), sign_in=asked, teams=(shop, everything))
        with site(tmp_path_factory.mktemp("provider"), made) as here:
            there.clock, there.asks = here.town.clock, True
            yield here, there


def _enters(page: "Page", here: Site, email: str, path: str) -> None:
    page.goto(f"{here.url}{path}")
    page.get_by_role("link", name="Sign in").first.click()
    page.get_by_role("link", name="Sign in with Acme").click()
    page.get_by_role("button", name=f"I am {email}").click()
    page.wait_for_url(f"**{path}")


def test_alice_comes_in_and_writes_of_her_own(
    chrome: "Browser", place: tuple[Site, Provider]
) -> None:
    """From a link in a message by the provider to that very change; she may reply to hers, and only read Bob's."""
    here, there = place
    there.email = "alice@example.com"
    hers = here.deploys(ALICE, "walk-1", title="Alice's deploy")
    his = here.deploys(ALICE, "walk-1", service="mail", title="Somebody's mail")
    page = chrome.new_page()
    complaints: list[str] = []
    page.on("console", lambda m: complaints.append(m.text) if "Policy" in m.text else None)
    _enters(page, here, there.email, f"/changes/{hers}")
    page.get_by_label("Reply", exact=True).fill("Mine, and fine.")
    page.get_by_role("button", name="Comment").or_(
        page.get_by_role("button", name="Seen")
    ).first.click()
    said = page.locator("#talk li", has_text="alice@example.com")
    said.first.wait_for()
    page.goto(f"{here.url}/changes/{his}")

    assert page.locator("form.reply").count() == 0
    assert "You may read here" in (page.text_content("main") or "")
    assert page.get_by_role("link", name="Who did what").count() == 0
    assert complaints == []
    page.context.close()


def test_bob_sees_who_did_what_and_signs_out_everywhere(
    chrome: "Browser", place: tuple[Site, Provider]
) -> None:
    """An admin reads the log, sees both of his browsers, ends them, and may leave the provider too."""
    here, there = place
    there.email = "bob@example.com"
    one, two = chrome.new_page(), chrome.new_page()
    for page in (one, two):
        _enters(page, here, there.email, "/slis")
    one.get_by_role("link", name="Who did what").click()
    assert "signed in" in (one.text_content("main") or "")
    one.get_by_role("link", name="bob@example.com").click()
    one.get_by_role("button", name="Sign out there").wait_for()
    one.get_by_role("button", name="Sign out everywhere").click()
    one.get_by_role("link", name="Sign out of Acme too").click()
    one.get_by_role("heading", name="Signed out there").wait_for()
    two.reload()

    assert two.get_by_role("heading", name="Sign in or send a token").count() == 1
    assert COOKIE not in {c["name"] for c in one.context.cookies(here.url)}
    for page in (one, two):
        page.context.close()
