"""Which columns a file of samples must have, and which of them it has."""

from collections.abc import Sequence
from dataclasses import dataclass

from shipwake.sources.files.rows import FileError


@dataclass(frozen=True, slots=True)
class Columns:
    """The names of the columns that hold numbers, empty where the file has no such column."""

    value: str
    bad: str
    good: str
    total: str

    @property
    def names(self) -> list[str]:
        """All columns that are read."""
        return ["sli", "at", *filter(None, (self.value, self.bad, self.good, self.total))]


def columns_of(file: str, names: Sequence[str]) -> Columns:
    """The columns among `names`; others are left alone. Raises FileError where they are not enough."""
    there = {name: name if name in names else "" for name in ("value", "bad", "good", "total")}
    columns = Columns(**there)
    lacking = [name for name in ("sli", "at") if name not in names]
    counts = bool(columns.total) and bool(columns.bad or columns.good)
    if (
        lacking
        or not (columns.value or counts)
        or (bool(columns.total) != bool(columns.bad or columns.good))
    ):
        read = ", ".join(map(repr, names)) or "none"
        allowed = "sli, at, and value, or bad (or good) and total"
        raise FileError(f"{file} columns: read {read[:300]}; allowed {allowed}")
    if len(set(names)) < len(names):
        raise FileError(f"{file} columns: read a name twice; allowed each once")
    return columns
