"""What is written for people holds together: links lead somewhere, pages keep their form."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.house.tree import ROOT, committed, named

README_LINES = 120
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
KINDS = {"added", "changed", "deprecated", "removed", "fixed", "security"}


def _pages() -> list[Path]:
    return [path for path in committed() if path.suffix == ".md"]


def _prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text())


def _anchors(page: Path) -> set[str]:
    """The anchors that a page's headings make on the usual code hosts."""
    plain = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(_prose(page)))
    return {heading.strip().replace(" ", "-") for heading in plain}


def _links(page: Path) -> Iterator[str]:
    """The targets of a page's links, but those to other sites."""
    for target in LINK.findall(_prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield target


def _is_dead(page: Path, target: str) -> bool:
    place, _, anchor = target.partition("#")
    there = (page.parent / place).resolve() if place else page
    if not there.exists():
        return True
    return bool(anchor) and there.suffix == ".md" and anchor not in _anchors(there)


def test_every_link_leads_somewhere() -> None:
    """Each relative link in each page names a file that exists, and a heading that is in it."""
    dead = [
        f"{named(page)} links to {target}"
        for page in _pages()
        for target in _links(page)
        if _is_dead(page, target)
    ]

    assert dead == []


def test_the_readme_is_short() -> None:
    """The README has at most 120 lines, for it says where to read on."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= README_LINES


def test_every_docs_page_can_be_reached() -> None:
    """Each page under docs is linked from some page; decisions are found by their folder."""
    linked = {
        (page.parent / target.partition("#")[0]).resolve()
        for page in _pages()
        for target in _links(page)
    }
    lost = [
        named(page)
        for page in _pages()
        if page.is_relative_to(ROOT / "docs")
        and page.parent.name != "decisions"
        and page not in linked
    ]

    assert lost == []


def test_decisions_have_numbers_and_form() -> None:
    """Each decision has a number of its own and says context, decision and consequences."""
    pages = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    formless = [
        named(page)
        for page in pages
        if HEADING.findall(page.read_text())[1:4] != ["Context", "Decision", "Consequences"]
        or not page.read_text().startswith(f"# {page.name[:4]} ")
    ]

    assert sorted(set(numbers)) == numbers
    assert formless == []


def test_fragments_are_named_by_kind() -> None:
    """Each changelog fragment is named `<what>.<kind>.md` and says something."""
    fragments = [page for page in (ROOT / "changelog.d").iterdir() if page.name != "README.md"]
    odd = [
        page.name
        for page in fragments
        if not re.fullmatch(rf"[\w-]+\.({'|'.join(KINDS)})\.md", page.name)
        or not page.read_text().strip()
    ]

    assert odd == []
