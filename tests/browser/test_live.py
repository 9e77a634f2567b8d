"""News reaches an open page: it is told, and no row moves until the viewer asks."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from shipwake.web import keys
from tests.flow.town import BOB
from tests.pages.story import Story, deploys, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def moving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A story of its own, since these walks let time pass."""
    with told(tmp_path_factory.mktemp("live")) as made:
        yield made


@pytest.fixture
def page(chrome: "Browser", moving: Story) -> Iterator["Page"]:
    """A signed-in page on the moving story."""
    context = chrome.new_context(base_url=moving.here.url)
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.goto(keys.new_link(moving.here.river))
    opened.get_by_role("button", name="Sign in here").click()
    opened.wait_for_url("**/")
    yield opened
    context.close()


def test_news_waits_at_the_top(moving: Story, page: "Page") -> None:
    """A verdict on a new change shows as a bar at the top; the rows stay until it is pressed, then have it."""
    page.locator("#live:not(.lost):not([hidden])").wait_for()
    before = page.locator(".row").count()
    deploys(moving.here.town, BOB, "mail", "#8 Another subject")
    moving.here.town.minutes(3)
    bar = page.locator("#fresh:visible")
    bar.wait_for()

    assert "new" in (bar.text_content() or "")
    assert page.locator(".row").count() == before
    bar.click()
    page.locator(".row", has_text="#8 Another subject").wait_for()
    assert page.locator("#fresh:visible").count() == 0


def test_a_change_follows_its_verdicts(moving: Story, page: "Page") -> None:
    """An open change shows its next verdict by itself, announces it, and keeps what is being typed."""
    page.goto(f"/changes/{moving.hurting}")
    page.locator("#live:not(.lost):not([hidden])").wait_for()
    count = page.locator("#looks summary").text_content()
    page.fill("#text", "half a thought")
    moving.here.town.minutes(6)
    page.wait_for_function(
        "(was) => document.querySelector('#looks summary')?.textContent !== was", arg=count
    )

    assert page.text_content("#announce") != ""
    assert page.input_value("#text") == "half a thought"
