"""A table of figures, as text on a screen and as Markdown; it knows nothing of what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

FIGURE = "0123456789+-–−≤≥×<"
"""What a figure begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """`rows` under a `head` of the same length; `says` stands above them and `note` below."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    says: str = ""
    note: str = ""
    pictures: tuple[str, ...] = field(default=())
    """Pictures that belong to it, by the names of their files without ending."""

    def text(self) -> str:
        """For a terminal: columns as wide as their widest cell."""
        widths = [
            max(len(row[i]) for row in (self.head, *self.rows)) for i in range(len(self.head))
        ]
        lines = [_aligned(row, widths) for row in (self.head, *self.rows)]
        above = [self.title, *([self.says] if self.says else [])]
        return "\n".join([*above, *(f"  {line}" for line in lines), *_noted(self.note)])

    def markdown(self) -> str:
        """For a page: a heading, what it says, the table, the note, the pictures."""
        lines = [
            _row(self.head),
            _row([_ruled([row[i] for row in self.rows]) for i in range(len(self.head))]),
            *map(_row, self.rows),
        ]
        shown = [f"![{self.title}](measured/{name}.svg)" for name in self.pictures]
        parts = [f"## {self.title}", self.says, "\n".join(lines), self.note, *shown]
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What one measure found: its tables, and the points that pictures are drawn from, by picture."""

    tables: tuple[Table, ...]
    points: dict[str, Any] = field(default_factory=dict)


def percent(share: float) -> str:
    """A share as a number of percent; a dash where there was no case."""
    return "–" if share != share else f"{100 * share:.1f}"  # noqa: PLR0124 - NaN is unlike itself


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.rjust(w) if i else cell.ljust(w)
        for i, (cell, w) in enumerate(zip(row, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _ruled(cells: Sequence[str]) -> str:
    """The rule under a column's head: figures to the right, words to the left."""
    told = [cell for cell in cells if cell]
    return "---:" if told and all(cell[0] in FIGURE for cell in told) else "---"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _noted(note: str) -> list[str]:
    return [f"  {line}" for line in note.splitlines()]
