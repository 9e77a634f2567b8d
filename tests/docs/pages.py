"""The pages that people read, cut into what a test can hold them to: code blocks, tables, inline code."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.house.tree import ROOT, committed, named

DOCS = ROOT / "docs"
DECISIONS = DOCS / "decisions"
"""What was decided stays as it was written, so no test holds it to the present."""
FENCE = re.compile(
    r"^(?P<mark>```|~~~)(?P<language>\w*)[^\n]*\n(?P<text>.*?)^(?P=mark)", re.MULTILINE | re.DOTALL
)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
CELL = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: the page it stands on, its first line there, its language and its text."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        """Where it stands, as a test's name shows it."""
        return f"{named(self.page)}:{self.line}"


@cache
def pages() -> tuple[Path, ...]:
    """Every page below docs but the decisions, and the front page."""
    markdown = [p for p in committed() if p.suffix == ".md" and DECISIONS not in p.parents]
    return tuple(p for p in markdown if DOCS in p.parents or p == ROOT / "README.md")


def blocks(page: Path) -> Iterator[Block]:
    """The fenced blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Block(page, line, found["language"], found["text"])


def in_language(*languages: str) -> list[Block]:
    """All blocks of these languages on all pages."""
    return [b for page in pages() for b in blocks(page) if b.language in languages]


def inline(page: Path) -> list[str]:
    """What stands between single backticks in a page's prose."""
    return INLINE.findall(FENCE.sub("", page.read_text(encoding="utf-8")))


def rows(page: Path, heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    _, found, below = page.read_text(encoding="utf-8").partition(f"# {heading}\n")
    assert found, f"{named(page)} has no heading {heading!r}"
    lines = iter(below.splitlines())
    table = [line for line in _until_it_ends(lines) if not set(line) <= set("|- ")]
    return [[cell.strip() for cell in CELL.split(line)[1:-1]] for line in table[1:]]


def _until_it_ends(lines: Iterator[str]) -> Iterator[str]:
    begun = False
    for line in lines:
        if line.startswith("|"):
            begun = True
            yield line
        elif begun or line.startswith("#"):
            return
