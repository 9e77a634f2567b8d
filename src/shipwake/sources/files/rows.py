"""A batch of rows as columns; refuses rows that name no SLI or time, or hold a value and counts at once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import BadInputError, Floats, from_epoch, rfc3339

Times = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
NO_TIME = np.iinfo(np.int64).min
MICROSECONDS = 1_000_000
EARLIEST_US = 946_684_800 * MICROSECONDS
"""2000-01-01T00:00:00Z."""
LATEST_US = 4_102_444_800 * MICROSECONDS
"""2100-01-01T00:00:00Z."""


class FileError(BadInputError):
    """A file of samples cannot be read: correct the rows that are named, or write the file again."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Columns of equal length n. `codes` index `names`, −1 where no SLI is named; times are epoch microseconds.

    `value`, `part` and `total` are NaN where a row has none, or None where the file has no such column. `first` is the
    number of the first row as `unit` (row or line) counts.
    """

    names: Sequence[str]
    codes: npt.NDArray[np.int32]
    times_us: Times
    value: Floats | None
    part: Floats | None
    total: Floats | None
    first: int
    unit: str
    file: str

    def check(self) -> None:
        """Raise FileError with the first row of each kind of mistake, and how many there are."""
        mistakes = [
            f"{self.file} {self.unit} {self.first + int(np.argmax(wrong))} {column}: read "
            f"{self._read(column, int(np.argmax(wrong)))}; allowed {allowed}{_more(wrong)}"
            for column, wrong, allowed in self._wrong()
            if wrong.any()
        ]
        if mistakes:
            raise FileError("\n".join(mistakes))

    def _wrong(self) -> Iterator[tuple[str, Mask, str]]:
        blank = [i for i, name in enumerate(self.names) if not name.strip()]
        yield "sli", (self.codes < 0) | np.isin(self.codes, blank), "the name of an SLI"
        yield "at", self.times_us == NO_TIME, "a time with a zone, such as 2026-02-03T10:00:00Z"
        outside = (self.times_us < EARLIEST_US) | (self.times_us >= LATEST_US)
        yield "at", outside & (self.times_us != NO_TIME), "a time from 2000 to 2100"
        if self.value is not None and self.total is not None:
            both = ~np.isnan(self.value) & ~np.isnan(self.total)
            yield "value", both, "a value, or counts, not both in one row"

    def _read(self, column: str, row: int) -> str:
        if column == "sli":
            return "nothing"
        if column == "value":
            return "both"
        time = int(self.times_us[row])
        return "nothing" if time == NO_TIME else _shown(time)


def _shown(time_us: int) -> str:
    try:
        return rfc3339(from_epoch(time_us / MICROSECONDS))
    except BadInputError:
        return f"{time_us} µs since 1970"


def _more(wrong: Mask) -> str:
    more = int(wrong.sum()) - 1
    return f" ({more} more like it)" if more else ""
