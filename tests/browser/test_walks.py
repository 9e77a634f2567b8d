"""A person's ways through the pages, in a real browser on the real server."""

import re
from typing import TYPE_CHECKING

import pytest

from tests.pages.story import Story

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = (390, 844)


def _h1(page: "Page") -> str:
    return " ".join((page.text_content("h1") or "").split())


def test_from_the_list_to_a_reply(story: Story, visit: "Visit") -> None:
    """List, filter, open, reply: the filter is in the address, and the reply stands there without a reload."""
    page = visit("/")
    page.get_by_role("navigation", name="Filters").get_by_role(
        "link", name=re.compile("^unhealthy")
    ).click()
    page.wait_for_url("**/changes?health=unhealthy")
    page.get_by_role("link", name="#412 Quote in parallel").first.click()
    page.wait_for_url(f"**/changes/{story.hurting}")
    page.evaluate("window.same = true")
    page.get_by_label("Reply", exact=True).fill("Looking at it.")
    page.get_by_label("as").fill("Alice")
    page.get_by_role("button", name="Not mine").click()
    said = page.locator("#talk li", has_text="Looking at it.")
    said.wait_for()

    assert "not mine" in (said.text_content() or "")
    assert page.evaluate("window.same")
    assert page.input_value("#text") == ""
    assert visit.complaints == []


def test_by_keys_alone(story: Story, visit: "Visit") -> None:
    """From the list to a sent comment in at most twelve keys beside the words typed."""
    page = visit("/changes?health=unhealthy")
    pressed = 0
    for key in ("j", "Enter"):
        page.keyboard.press(key)
        pressed += 1
    page.wait_for_url(f"**/changes/{story.hurting}")
    page.keyboard.press("c")
    page.keyboard.type("By keys, j and k and / and ? too.")
    for key in ("Tab", "Tab", "Enter"):
        page.keyboard.press(key)
        pressed += 1
    page.locator("#talk li", has_text="By keys, j and k and / and ? too.").wait_for()

    assert pressed + 1 <= 12
    assert page.url.endswith(story.hurting)


def test_keys_move_and_search_and_help(visit: "Visit") -> None:
    """The slash goes to the search, Escape leaves it, j and k choose rows, and ? lists all keys."""
    page = visit("/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.type("jk?")
    assert page.input_value("#search") == "jk?"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    assert page.locator(".row.chosen").count() == 1
    assert page.evaluate("document.querySelector('.row').classList.contains('chosen')")
    page.keyboard.press("?")
    page.wait_for_url("**/keys")


def test_everything_reads_without_scripts(story: Story, visit: "Visit") -> None:
    """Without scripts the list, a change and a sent reply all work, and nothing that needs them shows."""
    page = visit("/", scripts=False)
    assert _h1(page).startswith("production is unhealthy")
    assert page.locator(".needs-js:visible").count() == 0
    page.locator(".row", has_text="#412").get_by_role("link").click()
    assert _h1(page).startswith("unhealthy: checkout errors rose")
    assert page.locator("svg.around:visible").count() >= 1
    page.fill("#text", "No scripts here.")
    page.get_by_role("button", name="Expected").click()
    assert page.url.endswith(f"{story.hurting}#conversation")
    assert page.locator("#talk li", has_text="No scripts here.").count() == 1


def test_the_theme_is_chosen_and_kept(visit: "Visit") -> None:
    """A page follows the system's theme until the switch is pressed, and keeps the choice on the next page."""
    page = visit("/", dark=True)
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.click("#theme")
    light = page.evaluate(ground)
    page.goto("/slis")

    assert dark == "rgb(13, 20, 26)"
    assert light == "rgb(246, 247, 246)"
    assert page.evaluate(ground) == light


def test_times_follow_the_viewer(visit: "Visit") -> None:
    """Times are in UTC until the viewer asks for the own zone; then all of them move and the zone is named."""
    page = visit("/", zone="Asia/Kolkata")
    first = page.locator(".row .when time").last
    before = first.text_content()
    page.keyboard.press("t")
    after = first.text_content()

    assert (before, after) == ("08:00", "13:30")
    assert "Asia/Calcutta" in (page.text_content(".tail") or "") or "Asia/Kolkata" in (
        page.text_content(".tail") or ""
    )
    assert "at 13:31" in _h1(page)


def test_the_hand_reads_the_chart(story: Story, visit: "Visit") -> None:
    """On the chart the arrows move a crosshair sample by sample, and its numbers stand below in words."""
    page = visit(f"/changes/{story.hurting}")
    page.keyboard.press("o")
    page.locator(".hand:focus").wait_for()
    page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    readout = page.locator(".readout").first
    first = readout.text_content() or ""
    page.keyboard.press("ArrowRight")

    assert "expected" in first
    assert any(unit in first for unit in ("%", "ms"))
    assert readout.text_content() != first
    assert visit.complaints == []


def test_the_pointer_reads_all_charts_at_once(story: Story, visit: "Visit") -> None:
    """A pointer over one chart shows the same instant on the others that were opened."""
    page = visit(f"/changes/{story.hurting}")
    for figure in page.locator("figure.drawn").all():
        figure.hover()
        figure.locator(".hand .u-over").wait_for(state="attached")
    page.locator("figure.drawn").first.hover()
    times = [(t or "").partition(" ")[0] for t in page.locator(".readout").all_text_contents()]

    assert len(times) >= 2
    assert set(times) == {times[0]} != {""}


def test_the_first_screen_of_a_phone(story: Story, visit: "Visit") -> None:
    """On a phone the verdict and the one chart are on the first screen."""
    page = visit(f"/changes/{story.hurting}", size=PHONE)
    chart = page.locator("svg.around:visible").first.bounding_box()
    sentence = page.locator("h1").bounding_box()

    assert sentence is not None
    assert chart is not None
    assert chart["y"] + chart["height"] <= PHONE[1]
    assert sentence["y"] < chart["y"]


def test_a_filter_opens_on_a_phone(visit: "Visit") -> None:
    """On a phone a filter's menu opens within the screen and its choice is followed."""
    page = visit("/", size=PHONE)
    page.get_by_text("+ service").tap()
    choice = page.get_by_role("link", name="mail", exact=True)
    box = choice.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE[0]
    choice.tap()
    page.wait_for_url("**/changes?service=mail")


def test_a_drag_on_the_band_filters(visit: "Visit") -> None:
    """A drag over the band leaves the changes of that time, by since and until in the address."""
    page = visit("/")
    box = page.locator(".band-of-day:visible").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 60, steps=4)
    page.mouse.up()
    page.wait_for_url("**/changes?since=*")

    assert "until=" in page.url
    assert page.get_by_text("since Wed 4 Mar").count() == 1


def test_nothing_moves_for_those_who_ask(visit: "Visit") -> None:
    """With reduced motion the live dot, the only thing that moves, is still."""
    page = visit("/", still=True)
    page.locator("#live:not([hidden])").wait_for()

    assert (
        page.evaluate("getComputedStyle(document.querySelector('.live i')).animationName") == "none"
    )


def test_a_new_name_is_mapped(visit: "Visit") -> None:
    """The form on the page of what was heard maps a name, and the page then asks for nothing more."""
    page = visit("/heard")
    page.keyboard.press("m")
    page.select_option("#map-1", "checkout")
    page.get_by_role("button", name="Map", exact=True).click()
    page.wait_for_url("**/heard")

    assert page.locator("#names").count() == 0
    assert visit.complaints == []
