"""Hostile words on pages and in their JSON: shown as words, never as marks, scripts or links that lead astray."""

import json
import re
from html.parser import HTMLParser
from urllib.parse import quote, urlsplit

import httpx

from tests.hostile.told import SLIS, Told

ADDRESSES = {
    "href",
    "src",
    "action",
    "formaction",
    "data",
    "poster",
    "srcset",
    "xlink:href",
    "ping",
}
NEVER = {"iframe", "object", "embed", "base", "img", "style", "applet", "frame", "foreignobject"}
SCHEMES = ("http", "https", "mailto", "")


class Marks(HTMLParser):
    """What a page holds that a page of ours never does."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.faults: list[str] = []
        self.links = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Hold a tag and its attributes to the rules."""
        given = dict(attrs)
        if tag in NEVER or (
            tag == "script" and not (given.get("src") or "").startswith("/static/")
        ):
            self.faults.append(f"<{tag} {given}>")
        for name, value in attrs:
            if name.startswith("on") or name in ("style", "srcdoc"):
                self.faults.append(f"{tag} has {name}={value!r}")
            if name in ADDRESSES:
                self.links += 1
                if not _leads_well(tag, value or ""):
                    self.faults.append(f"{tag} leads to {value!r}")


def _leads_well(tag: str, address: str) -> bool:
    """Within our own pages, or, of an `a` alone, to a whole address that a browser reads as we do."""
    if re.search(r"[\x00-\x20\x7f\\]", address):
        return False
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return tag == "a" and parts.scheme in SCHEMES[:3] and bool(parts.netloc or parts.path)
    return not address.startswith("//")


def paths(made: Told) -> list[str]:
    """Every page there is: each change's, each SLI's, the table of each judged one, and those of their own."""
    names = [quote(name, safe="") for name in SLIS]
    judged = f"/changes/{made.ids[0]}"
    own = ("/", "/changes", "/slis", "/backtest", "/heard", "/sources", "/keys", "/audit", "/api")
    lists = [f"/changes?q={quote(name)}" for name in SLIS]
    return [
        *own,
        *lists,
        *(f"/slis/{name}" for name in names),
        *(f"{judged}/slis/{name}/table" for name in names),
        *(f"/changes/{quote(id, safe='')}" for id in dict.fromkeys(made.ids)),
    ]


def test_no_page_holds_a_mark_that_somebody_wrote(made: Told, browser: httpx.Client) -> None:
    """No page has a script, a handler, a style or a frame of somebody else's, and each link is one to follow."""
    faults, links = [], 0
    for path in paths(made):
        answer = browser.get(path)
        assert answer.status_code == 200, (path, answer.text[:500])
        page = Marks(answer.text)
        links += page.links
        faults += [f"{path}: {fault}" for fault in page.faults]

    assert faults == []
    assert links > 1000
    assert len(set(made.ids)) > 100


def test_a_planted_mark_is_seen() -> None:
    """Each kind of mark that is looked for is found where it stands."""
    planted = (
        "<script>x</script>",
        "<script src=//evil.example/x></script>",
        "<b onclick=x>",
        "<a href=javascript:x>",
        "<a href=//evil.example>",
        "<img src=x>",
        '<a href="/\\evil.example">',
        "<form action=https://evil.example>",
    )

    assert [len(Marks(text).faults) > 0 for text in planted] == [True] * len(planted)


def test_no_twin_is_a_page(made: Told, browser: httpx.Client) -> None:
    """The JSON of each page is JSON by its type too, is not sniffed, and holds whole characters alone."""
    # Every page of its own, and of the changes one in four: they are all made by the same function.
    for path in [p for p in paths(made)[:24] if p not in ("/keys", "/api")] + paths(made)[24::4]:
        base, mark, query = path.partition("?")
        twin = (
            "/changes.json" if base == "/" else f"{base.removesuffix('/table')}.json{mark}{query}"
        )
        answer = browser.get(twin)
        assert answer.status_code == 200, (twin, answer.text[:300])
        assert answer.headers["content-type"].startswith("application/json"), twin
        assert answer.headers["x-content-type-options"] == "nosniff", twin
        json.loads(answer.content.decode("utf-8"))
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", answer.content), twin


def test_what_cannot_be_kept_is_refused_in_words(made: Told) -> None:
    """Control characters and halves of characters are refused as the sender's mistake."""
    assert set(made.refused) == {400}
    assert 50 < len(made.refused) < len(made.ids)


def test_a_refusal_repeats_nothing_as_a_page(browser: httpx.Client) -> None:
    """What an address holds is words in the page that refuses it."""
    for words in SLIS:
        for path in (f"/changes/{quote(words, safe='')}", f"/changes?health={quote(words)}"):
            answer = browser.get(path)
            assert answer.status_code in (400, 404)
            assert Marks(answer.text).faults == [], path
