"""The pages as a browser gets them from the real server: readable without scripts, and the same as JSON."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote

import httpx
import pytest

from tests.pages.story import TITLE, Story, told

PATHS = (
    "/",
    "/changes",
    "/slis",
    "/slis/checkout%20errors",
    "/backtest",
    "/heard",
    "/sources",
    "/keys",
)
HEAVIEST = 200_000


class _Page(HTMLParser):
    """What a page is made of: its tags with their attributes, its text, its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a tag."""
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Keep what is said."""
        self.words.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of each tag of this name."""
        return [a for t, a in self.tags if t == tag]

    def values(self, name: str) -> list[str]:
        """The values of every attribute of this name."""
        return [value for _, a in self.tags if (value := a.get(name))]

    @property
    def text(self) -> str:
        """All that is said, in one line."""
        return " ".join(" ".join(self.words).split()).replace(" :", ":")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """The story, told once."""
    with told(tmp_path_factory.mktemp("story")) as made:
        yield made


@pytest.fixture(scope="module")
def browser(story: Story) -> httpx.Client:
    """A signed-in browser."""
    return story.here.browser()


def _paths(story: Story) -> list[str]:
    change = story.path(story.hurting)
    return [
        *PATHS,
        change,
        story.path(story.calm),
        story.path(story.nasty),
        f"{change}/slis/checkout%20errors/table",
    ]


def _get(browser: httpx.Client, path: str) -> _Page:
    response = browser.get(path)
    assert response.status_code == 200, f"{path}: {response.text}"
    assert response.headers["content-type"].startswith("text/html")
    return _Page(response.text)


def test_each_page_has_one_first_heading(story: Story, browser: httpx.Client) -> None:
    """Every page has one h1, a title, a language and a way past its head."""
    for path in _paths(story):
        page = _get(browser, path)
        assert len(page.of("h1")) == 1, path
        assert page.of("html")[0]["lang"] == "en"
        assert page.of("main")[0]["id"] == "main"
        assert any(a.get("href") == "#main" for a in page.of("a")), path


def test_no_page_needs_an_exception_to_the_policy(story: Story, browser: httpx.Client) -> None:
    """No page has an inline script, an inline style or a handler in an attribute."""
    for path in _paths(story):
        page = _get(browser, path)
        assert all(a.get("src") for a in page.of("script")), path
        assert page.of("style") == [], path
        faults = [(t, k) for t, a in page.tags for k in a if k == "style" or k.startswith("on")]
        assert faults == [], path


def test_ids_are_unique(story: Story, browser: httpx.Client) -> None:
    """No id stands twice on a page, so that every hatching and label finds its own."""
    for path in _paths(story):
        ids = _get(browser, path).values("id")
        assert sorted(ids) == sorted(set(ids)), path


def test_every_reference_on_a_page_is_there(story: Story, browser: httpx.Client) -> None:
    """Each label, link within the page, sign and hatching points at an id that the page has."""
    for path in _paths(story):
        page = _get(browser, path)
        wanted = set(page.values("for"))
        wanted |= {href[1:] for href in page.values("href") if href.startswith("#")}
        wanted |= set(re.findall(r"url\(#([\w-]+)\)", " ".join(page.values("fill"))))
        assert wanted - set(page.values("id")) == set(), path


def test_titles_and_names_from_outside_are_words(story: Story, browser: httpx.Client) -> None:
    """A title with markup in it is shown as it was written, on every page that shows it."""
    for path in ("/", story.path(story.nasty)):
        page = _get(browser, path)
        assert page.of("img") == []
        assert TITLE in page.text


def test_the_list_says_how_production_is(story: Story, browser: httpx.Client) -> None:
    """The list's first sentence names the environment, its word, the numbers and the change."""
    text = _get(browser, "/").text

    assert re.search("production is unhealthy: checkout (errors|latency) [0-9]", text)
    assert "since #412 at 08:01" in text
    assert "is not mapped yet: see Heard." in text


def test_a_change_is_readable_without_scripts(story: Story, browser: httpx.Client) -> None:
    """The page of a change has its verdict, its chart as SVG, how we know, and a form that posts."""
    page = _get(browser, story.path(story.hurting))

    assert "unhealthy: checkout errors rose" in page.text
    assert len([a for a in page.of("svg") if "around" in (a.get("class") or "")]) >= 2
    assert "How we know" in page.text
    assert [a["action"] for a in page.of("form") if a.get("id") == "reply"] == [
        f"{story.path(story.hurting)}/replies"
    ]


def test_each_page_has_its_twin(story: Story, browser: httpx.Client) -> None:
    """The JSON under the page's own link says the sentence that the page says first."""
    for path in (story.path(story.hurting), story.path(story.calm), "/slis/checkout%20errors"):
        page = _get(browser, path)
        (twin,) = [a["href"] for a in page.of("link") if a.get("type") == "application/json"]
        said = browser.get(twin or "").json()
        squeezed = page.text.replace(" ", "")
        assert said["sentence"].replace(" ", "") in squeezed
    listed = browser.get("/changes.json").json()
    text = _get(browser, "/changes").text
    assert all(r["title"] in text and r["why"].split(":")[0] in text for r in listed["rows"])


def test_the_table_is_the_chart(story: Story, browser: httpx.Client) -> None:
    """The table one link away has a row for each sample that the chart's own data has."""
    base = f"{story.path(story.hurting)}/slis/checkout%20errors"
    page = _get(browser, f"{base}/table")
    data = browser.get(f"{base}.json").json()

    assert len(page.of("tr")) - 1 == len(data["times_s"]) == len(data["values"]) > 30


def test_a_filter_narrows_the_list(story: Story, browser: httpx.Client) -> None:
    """A word in the address leaves only the changes of that word, and the chip to undo it."""
    rows = browser.get("/changes.json?health=unhealthy").json()["rows"]

    assert [r["id"] for r in rows] == [story.hurting]
    assert "Clear filter" in _get(browser, "/changes?q=nothing+like+it").text


def test_each_row_has_its_strip(story: Story, browser: httpx.Client) -> None:
    """A row's strip has the word of each look that was made, and none for those to come."""
    (row,) = browser.get("/changes.json?health=unhealthy").json()["rows"]
    words = [m["health"] for m in row["marks"]]

    assert words[:4] == ["unhealthy"] * 4
    assert words[-1] is None


def test_a_mistaken_filter_is_told(browser: httpx.Client) -> None:
    """A filter that does not exist is refused with a page that says what is allowed."""
    response = browser.get("/changes?health=sick")

    assert response.status_code == 400
    assert "unhealthy" in response.text


def test_a_reply_needs_no_script(story: Story, browser: httpx.Client) -> None:
    """A form sent by hand keeps the reply and leads back to the conversation, where it stands escaped."""
    path = story.path(story.hurting)
    form = {
        "csrf": story.here.proof(browser),
        "kind": "expected",
        "text": "We <em>know</em>.",
        "author": "Alice",
    }
    answer = browser.post(f"{path}/replies", data=form)
    page = _get(browser, path)

    assert (answer.status_code, answer.headers["location"]) == (303, f"{path}#conversation")
    assert "We <em>know</em>." in page.text
    assert page.of("em") == []
    assert "expected, says Alice" in _get(browser, "/changes").text


def test_a_reply_without_its_proof_is_refused(story: Story, browser: httpx.Client) -> None:
    """A form that another site could have sent is refused and keeps nothing."""
    path = f"{story.path(story.calm)}/replies"
    answer = browser.post(path, data={"kind": "comment", "text": "from elsewhere"})

    assert answer.status_code == 403
    assert "from elsewhere" not in _get(browser, story.path(story.calm)).text


def test_an_unknown_kind_of_reply_is_told(story: Story, browser: httpx.Client) -> None:
    """A reply of a kind that does not exist is refused with those that do."""
    form = {"csrf": story.here.proof(browser), "kind": "like"}
    answer = browser.post(f"{story.path(story.calm)}/replies", data=form)

    assert answer.status_code == 400
    assert "not mine" in answer.text


def test_heard_says_what_became_of_everything(browser: httpx.Client) -> None:
    """The page of what was heard counts the two deliveries, and shows why one could not be read."""
    text = _get(browser, "/heard").text

    assert "1 name waits for a mapping" in text
    assert "cart-svc" in text
    assert "2026-03-04 10:00" in text


def test_what_is_not_there_says_where_to_look(story: Story, browser: httpx.Client) -> None:
    """An unknown change or indicator is a 404 with a sentence, as a page and as JSON."""
    for path in ("/changes/none", "/slis/none", f"{story.path(story.calm)}/slis/none/table"):
        assert browser.get(path).status_code == 404
        assert browser.get(path + ".json").json()["status"] == 404
    assert "There is no change" in browser.get("/changes/none").text


def test_pages_are_light(story: Story, browser: httpx.Client) -> None:
    """No page weighs more than 200 kB with its scripts and styles, before any compression."""
    for path in _paths(story):
        response = browser.get(path)
        page = _Page(response.text)
        parts = [a["src"] for a in page.of("script")]
        parts += [a["href"] for a in page.of("link") if a.get("rel") == "stylesheet"]
        sizes = [len(browser.get(quote(p or "", safe="/?=&.")).content) for p in parts]
        assert len(response.content) + sum(sizes) < HEAVIEST, (path, len(response.content), sizes)


def test_all_scripts_are_served(browser: httpx.Client) -> None:
    """Every module that a script of ours imports is served from beside it."""
    text = browser.get("/static/js/page.js").text
    for name in re.findall(r'from "\./([\w.]+)"', text):
        assert browser.get(f"/static/js/{name}").status_code == 200


def test_a_name_can_be_mapped(story: Story, browser: httpx.Client) -> None:
    """The form of a new name maps it, and the change under it waits no longer."""
    form = {
        "csrf": story.here.proof(browser),
        "what": "service",
        "heard": "cart-svc",
        "name": "checkout",
    }
    answer = browser.post("/heard/map", data=form)

    assert (answer.status_code, answer.headers["location"]) == (303, "/heard")
    assert browser.get("/heard.json").json()["names"] == []
