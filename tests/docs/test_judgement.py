"""The pages of mathematics keep to the code: each idea has its page, and each worked example comes out as written."""

import doctest
import re

import pytest

from tests.docs.pages import DOCS, Block, in_language, rows
from tests.house.tree import ROOT, under

PAGES = DOCS / "explain" / "judgement"
JUDGE = ROOT / "src" / "shipwake" / "judge"
WHOLE = {"__init__.py", "learn.py", "assess.py", "normal.py"}
"""What puts the ideas together, and holds none of its own."""
EXAMPLES = [b for b in in_language("python") if b.page.parent == PAGES]
LINK = re.compile(r"src/shipwake/judge/(\w+\.py)")


def test_each_idea_has_its_page() -> None:
    """The table of ideas names every file of the judge once, but for those that put them together."""
    table = rows(PAGES / "README.md", "The ideas")
    named = [name.strip("` ") for row in table for name in row[2].split(",")]
    files = [path.name for path in under("src", suffix=".py") if path.parent == JUDGE]

    assert sorted(named) == sorted({*files} - WHOLE)


def test_each_page_says_what_carries_it() -> None:
    """Where the table sends for an idea, the page links to every file that carries it."""
    missing = [
        (page, name)
        for _, where, carried in rows(PAGES / "README.md", "The ideas")
        if (page := where.partition("(")[2].partition(")")[0].partition("#")[0])
        for name in (cell.strip("` ") for cell in carried.split(","))
        if name not in LINK.findall((PAGES / page).read_text(encoding="utf-8"))
    ]

    assert missing == []


@pytest.mark.parametrize("block", EXAMPLES, ids=str)
def test_each_worked_example_comes_out_as_written(block: Block) -> None:
    """What a page shows after a prompt is what the code says to it, after all that the page showed before."""
    earlier = [b for b in EXAMPLES if b.page == block.page and b.line <= block.line]
    text = "".join(b.text for b in earlier)
    example = doctest.DocTestParser().get_doctest(text, {}, str(block), str(block.page), block.line)
    said: list[str] = []
    doctest.DocTestRunner(verbose=False).run(example, out=said.append)

    assert "".join(said) == ""


def test_there_are_worked_examples() -> None:
    """Most pages show an example, so that the test above is not empty."""
    assert len({block.page for block in EXAMPLES}) >= 6
