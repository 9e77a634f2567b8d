"""Every page in both themes and at each width: contrast, names, sizes, headings, and no sideways scroll."""

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import eye
from tests.pages.story import Story

if TYPE_CHECKING:
    from tests.browser.conftest import Visit

pytestmark = pytest.mark.browser
PATHS = (
    "/",
    "/changes?q=nothing",
    "/slis",
    "/slis/checkout%20errors",
    "/backtest",
    "/heard",
    "/sources",
    "/keys",
    "/audit",
    "/changes/none",
)
WIDTHS = (320, 390, 640, 900, 1280)
"""Phones, a usual window at 200 % zoom, and between."""
Seen = dict[str, dict[str, Any]]
"""What was measured of each page, by the name of the measure."""


def _paths(story: Story) -> list[str]:
    hurting = f"/changes/{story.hurting}"
    return [*PATHS, hurting, f"/changes/{story.calm}", f"{hurting}/slis/checkout%20errors/table"]


@pytest.fixture(scope="module")
def seen(story: Story, visits: "Visit") -> Seen:
    """Every page, looked at once in each theme and at each width."""
    light, dark = visits("/"), visits("/", dark=True)
    found: Seen = {}
    for path in _paths(story):
        light.goto(path)
        dark.goto(path)
        found[path] = {
            "light": light.evaluate(eye.CONTRAST),
            "dark": dark.evaluate(eye.CONTRAST),
            "nameless": light.evaluate(eye.NAMELESS),
            "levels": light.evaluate(eye.LEVELS),
            "small": light.evaluate(eye.SMALL, 24),
        }
        for width in WIDTHS:
            light.set_viewport_size({"width": width, "height": 844})
            found[path][f"sideways at {width}"] = light.evaluate(eye.SIDEWAYS)
            found[path][f"tiny at {width}"] = light.evaluate(eye.TINY)
            found[path][f"small at {width}"] = light.evaluate(eye.SMALL, 44)
    return found | {"complaints": {"all": [c for c in visits.complaints if "404" not in c]}}


def _faults(seen: Seen, measure: str) -> dict[str, object]:
    return {path: m[measure] for path, m in seen.items() if m.get(measure)}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_words_stand_out(seen: Seen, theme: str) -> None:
    """Every word has a contrast of 4.5 (3 where it is large) with its ground, in both themes."""
    assert _faults(seen, theme) == {}


def test_everything_has_a_name(seen: Seen) -> None:
    """Every control, picture and landmark has a name for those who do not see it."""
    assert _faults(seen, "nameless") == {}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(seen: Seen, width: int) -> None:
    """No page is wider than its screen, from a small phone to a wide window."""
    assert _faults(seen, f"sideways at {width}") == {}


def test_targets_are_large_enough(seen: Seen) -> None:
    """What can be pressed is at least 44 px high on a phone and 24 px elsewhere."""
    assert _faults(seen, "small at 390") == {}
    assert _faults(seen, "small") == {}


@pytest.mark.parametrize("width", [390, 1280])
def test_no_words_are_tiny(seen: Seen, width: int) -> None:
    """No words on a page are smaller than 12 px."""
    assert _faults(seen, f"tiny at {width}") == {}


def test_headings_step_down_one_at_a_time(seen: Seen) -> None:
    """Each page has one heading of the first level, first, and none skips a level."""
    for path, measured in seen.items():
        levels: list[int] = measured.get("levels", [1])
        assert levels[0] == 1, path
        assert levels.count(1) == 1, path
        assert all(b - a <= 1 for a, b in pairwise(levels)), path


def test_no_page_breaks_its_own_policy(seen: Seen) -> None:
    """No page makes the browser complain of its policy, a script or a missing file."""
    assert seen["complaints"]["all"] == []


def test_focus_can_be_seen(visit: "Visit") -> None:
    """What has the keyboard's focus has a ring of two pixels around it."""
    page = visit("/")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")

    assert page.evaluate("getComputedStyle(document.activeElement).outlineWidth") == "2px"
