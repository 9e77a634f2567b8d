"""One Chromium, one server and one signed-in browser for all walks; each walk has a page of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from shipwake.web import keys
from tests.needs import chromium
from tests.pages.story import Story, told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

WIDE, PHONE = (1280, 900), (390, 844)
PATIENCE_MS = 20_000
"""Long enough for a machine that does other things too."""


@pytest.fixture(scope="module")
def chrome() -> Iterator["Browser"]:
    """The system's Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(chromium()), args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, told once for all walks."""
    with told(tmp_path_factory.mktemp("walks")) as made:
        yield made


@pytest.fixture(scope="module")
def session(chrome: "Browser", story: Story, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cookies of a browser that signed in by its one-time link."""
    kept = tmp_path_factory.mktemp("session") / "state.json"
    context = chrome.new_context()
    page = context.new_page()
    page.goto(keys.new_link(story.here.river))
    page.get_by_role("button", name="Sign in here").click()
    page.wait_for_url("**/")
    context.storage_state(path=kept)
    context.close()
    return kept


@pytest.fixture
def visit(chrome: "Browser", story: Story, session: Path) -> Iterator["Visit"]:
    """Opens pages as a signed-in viewer of any size, theme and zone; all are closed at the end."""
    opened = Visit(chrome, story, session)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def visits(chrome: "Browser", story: Story, session: Path) -> Iterator["Visit"]:
    """The same for a whole file."""
    opened = Visit(chrome, story, session)
    yield opened
    opened.close()


class Visit:
    """Call it with a path and a viewer's settings to get a page."""

    def __init__(self, chrome: "Browser", story: Story, session: Path) -> None:
        self._chrome = chrome
        self._story = story
        self._session = session
        self._contexts: list[object] = []
        self.complaints: list[str] = []

    def __call__(
        self,
        path: str,
        *,
        size: tuple[int, int] = WIDE,
        dark: bool = False,
        scripts: bool = True,
        zone: str = "UTC",
        still: bool = False,
    ) -> "Page":
        """A page at `path`; what its console complains of is kept in `complaints`."""
        context = self._chrome.new_context(
            base_url=self._story.here.url,
            storage_state=self._session,
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            java_script_enabled=scripts,
            timezone_id=zone,
            reduced_motion="reduce" if still else "no-preference",
            has_touch=size == PHONE,
        )
        context.set_default_timeout(PATIENCE_MS)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", lambda m: self.complaints.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda e: self.complaints.append(str(e)))
        page.goto(path)
        return page

    def close(self) -> None:
        """Close everything that was opened."""
        for context in self._contexts:
            context.close()  # type: ignore[attr-defined]
