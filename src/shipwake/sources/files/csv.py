"""samples.csv and samples.csv.gz in batches, by the standard library alone."""

import csv
import gzip
import zlib
from collections.abc import Iterable, Iterator, Sequence
from itertools import count, islice
from pathlib import Path
from typing import TextIO, cast

import numpy as np

from shipwake.domain import BadInputError, Floats, parse_rfc3339
from shipwake.sources.files.columns import columns_of
from shipwake.sources.files.rows import MICROSECONDS, FileError, Rows

BATCH = 200_000
LONGEST_LINE = 1 << 20
"""Characters of one line: a small packed file may unfold to one that has no end."""


def batches(path: Path) -> Iterator[Rows]:
    """The rows of a CSV file with a header; raises FileError that names the line that cannot be read."""
    with _opened(path) as text:
        lines = csv.reader(_bounded(path, text), strict=True)
        try:
            header = [name.strip() for name in next(lines, [])]
            columns_of(path.name, header)
            reader = _Reader(path, header)
            first = 2
            while rows := list(islice(lines, BATCH)):
                yield reader.rows(rows, first)
                first += len(rows)
        except (csv.Error, UnicodeDecodeError, EOFError, OSError, zlib.error) as error:
            raise FileError(
                f"{path.name} line {lines.line_num}: it cannot be read ({error}); write it again"
            ) from error


def _opened(path: Path) -> TextIO:
    if path.suffix == ".gz":
        return cast("TextIO", gzip.open(path, "rt", encoding="utf-8-sig", newline=""))
    return path.open(encoding="utf-8-sig", newline="")


def _bounded(path: Path, text: TextIO) -> Iterator[str]:
    """Its lines, none of them without end."""
    for number in count(1):
        line = text.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise FileError(
                f"{path.name} line {number}: it has more than {LONGEST_LINE} characters; write one sample a line"
            )
        if not line:
            return
        yield line


class _Reader:
    """One file's header and the times and names seen so far: each is written many times."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.width = len(header)
        self.places = {name: i for i, name in enumerate(header)}
        self.codes: dict[str, int] = {}
        self.times: dict[str, int] = {}

    def rows(self, rows: list[list[str]], first: int) -> Rows:
        rows = [self.whole(row, first + i) for i, row in enumerate(rows)]
        bad, good = self.numbers(rows, "bad", first), self.numbers(rows, "good", first)
        part = good if bad is None else bad if good is None else np.where(np.isnan(bad), good, bad)
        codes = [self.codes.setdefault(row[self.places["sli"]], len(self.codes)) for row in rows]
        return Rows(
            names=list(self.codes),
            codes=np.array(codes, dtype=np.int32),
            times_us=np.array(list(self.moments(rows, first)), dtype=np.int64),
            value=self.numbers(rows, "value", first),
            part=part,
            total=self.numbers(rows, "total", first),
            first=first,
            unit="line",
            file=self.path.name,
        )

    def whole(self, row: list[str], line: int) -> list[str]:
        if len(row) != self.width:
            raise FileError(
                f"{self.path.name} line {line}: read {len(row)} cells; allowed {self.width}, as in the header"
            )
        return row

    def moments(self, rows: Iterable[list[str]], first: int) -> Iterator[int]:
        place = self.places["at"]
        for i, row in enumerate(rows):
            written = row[place]
            if written not in self.times:
                try:
                    self.times[written] = round(parse_rfc3339(written).timestamp() * MICROSECONDS)
                except BadInputError as error:
                    raise FileError(
                        f"{self.path.name} line {first + i} at: {error.message}"
                    ) from error
            yield self.times[written]

    def numbers(self, rows: Iterable[list[str]], name: str, first: int) -> Floats | None:
        """A column, NaN where a cell is empty; None where the file has no such column."""
        place = self.places.get(name)
        if place is None:
            return None
        cells = [row[place] for row in rows]
        try:
            return np.array([float(cell) if cell else np.nan for cell in cells])
        except ValueError:
            line, cell = next(
                (first + i, c) for i, c in enumerate(cells) if c and not _is_number(c)
            )
            message = f"{self.path.name} line {line} {name}: read {cell[:80]!r}; allowed a number, or nothing for a gap"
            raise FileError(message) from None


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
