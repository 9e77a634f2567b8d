"""Hostile words in a real Chromium: nothing of theirs runs, nothing is fetched from elsewhere, no policy is broken."""

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from shipwake.web import keys
from tests.browser.conftest import chrome
from tests.hostile.test_pages import paths
from tests.hostile.told import Told

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage

__all__ = ["chrome"]
LISTEN = """window.broken = [];
document.addEventListener("securitypolicyviolation", (e) => window.broken.push(e.blockedURI + e.violatedDirective));"""


def _complains(message: "ConsoleMessage") -> bool:
    """Whether it is an error: of a script, of a policy, or of a request that failed, such as for an icon."""
    return message.type == "error"


def test_nothing_runs_and_nothing_is_fetched(chrome: "Browser", made: Told) -> None:
    """Every kind of page, opened with its scripts: no request elsewhere, no violation, no word of theirs run."""
    context = chrome.new_context(base_url=made.here.url)
    context.add_init_script(LISTEN)
    asked, said, broken, refused = [], [], [], []
    context.on("request", lambda r: asked.append(r.url))
    context.on("response", lambda r: refused.append((r.status, r.url)) if r.status >= 400 else None)
    page = context.new_page()
    page.on(
        "console",
        lambda m: said.append(f"{m.text} {m.location} on {page.url}") if _complains(m) else None,
    )
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("dialog", lambda d: said.append(f"dialog {d.message}"))
    page.goto(keys.new_link(made.here.river))
    page.get_by_role("button", name="Sign in here").click()
    page.wait_for_url("**/")
    walked = [*paths(made)[:24], *paths(made)[24::16]]
    for path in walked:
        page.goto(path)
        broken += page.evaluate("window.broken")
        assert page.title() not in ("ran", "1"), path
    context.close()

    assert {urlsplit(url).netloc for url in asked} == {urlsplit(made.here.url).netloc}
    assert (broken, said, refused) == ([], [], [])
    assert len(walked) > 20
