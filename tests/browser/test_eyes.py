"""Every page in both themes and on a phone: contrast, names, sizes, headings, and no sideways scroll."""

import itertools
from typing import TYPE_CHECKING

import pytest

from tests.browser import eye
from tests.pages.story import Story

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PHONE = (390, 844)
PATHS = (
    "/",
    "/changes?q=nothing",
    "/slis",
    "/slis/checkout%20errors",
    "/heard",
    "/keys",
    "/changes/none",
)


def _paths(story: Story) -> list[str]:
    hurting = f"/changes/{story.hurting}"
    return [*PATHS, hurting, f"/changes/{story.calm}", f"{hurting}/slis/checkout%20errors/table"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_words_stand_out(story: Story, visit: "Visit", dark: bool) -> None:
    """Every word has a contrast of 4.5 (3 where it is large) with its ground, in both themes."""
    faults = {path: visit(path, dark=dark).evaluate(eye.CONTRAST) for path in _paths(story)}

    assert {path: found for path, found in faults.items() if found} == {}


def test_everything_has_a_name(story: Story, visit: "Visit") -> None:
    """Every control, picture and landmark has a name for those who do not see it."""
    faults = {path: visit(path).evaluate(eye.NAMELESS) for path in _paths(story)}

    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize(
    ("width", "height"), [PHONE, (320, 640), (640, 800), (900, 900), (1280, 900)]
)
def test_no_page_scrolls_sideways(story: Story, visit: "Visit", width: int, height: int) -> None:
    """No page is wider than its screen: on phones, at 200 % zoom of a usual window, and between."""
    faults = {
        path: visit(path, size=(width, height)).evaluate(eye.SIDEWAYS) for path in _paths(story)
    }

    assert {path: by for path, by in faults.items() if by > 0} == {}


@pytest.mark.parametrize(("size", "least"), [(PHONE, 44), ((1280, 900), 24)])
def test_targets_are_large_enough(
    story: Story, visit: "Visit", size: tuple[int, int], least: int
) -> None:
    """What can be pressed is at least 44 px high on a phone and 24 px elsewhere."""
    faults = {path: visit(path, size=size).evaluate(eye.SMALL, least) for path in _paths(story)}

    assert {path: found for path, found in faults.items() if found} == {}


@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_no_words_are_tiny(story: Story, visit: "Visit", size: tuple[int, int]) -> None:
    """No words on a page are smaller than 12 px."""
    faults = {path: visit(path, size=size).evaluate(eye.TINY) for path in _paths(story)}

    assert {path: found for path, found in faults.items() if found} == {}


def test_headings_step_down_one_at_a_time(story: Story, visit: "Visit") -> None:
    """Each page has one heading of the first level, first, and none skips a level."""
    for path in _paths(story):
        levels = visit(path).evaluate(eye.LEVELS)
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(b - a <= 1 for a, b in itertools.pairwise(levels)), path


def test_no_page_breaks_its_own_policy(story: Story, visit: "Visit") -> None:
    """No page makes the browser complain of its policy, a script or a missing file."""
    for path in _paths(story):
        visit(path).wait_for_load_state("load")
    complaints = [c for c in visit.complaints if "404" not in c]

    assert complaints == []


def test_focus_can_be_seen(visit: "Visit") -> None:
    """What has the keyboard's focus has a ring of two pixels around it."""
    page = visit("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"
