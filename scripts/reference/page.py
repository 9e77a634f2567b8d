"""A page of which the first part is written by hand, and the rest, below a mark, by `make docs`."""

import re
from collections.abc import Iterable
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "reference"
MARK = "<!-- Below this line `make docs` writes from the code. -->"


def stale(name: str, title: str, generated: str) -> tuple[Path, str] | None:
    """The page's path and what it should hold, or None where it holds that already."""
    path = FOLDER / f"{name}.md"
    written = path.read_text() if path.is_file() else f"# {title}\n\n"
    prose = written.partition(MARK)[0].rstrip()
    spaced = re.sub(r"\n{3,}", "\n\n", generated.strip())
    wanted = f"{prose}\n\n{MARK}\n\n{spaced}\n"
    return None if written == wanted else (path, wanted)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, or nothing where there are no rows."""
    lines = [_row(row) for row in rows]
    return "\n".join([_row(head), _row(("---",) * len(head)), *lines, ""]) if lines else ""


def _row(cells: tuple[str, ...]) -> str:
    plain = (" ".join(cell.split()).replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(plain)} |"


def sentences(docstring: str | None) -> str:
    """A docstring as paragraphs of Markdown: its first line, then the rest."""
    lines = (docstring or "").strip().splitlines()
    return "\n".join(line.strip() for line in lines)
