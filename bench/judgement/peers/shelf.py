"""Cases laid in a file by one process and read by another, whatever packages either has; it holds no truth."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from bench.judgement.peers.seen import Floats, Seen

AFTER = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One case on the shelf: where its samples begin, how many lie before the change, what is known of them.

    `sampled` says that slow methods are asked of it as well.
    """

    start: int
    before: int
    step_s: float
    past: list[int]
    sampled: bool


class Shelf:
    """A folder of cases: the samples of all, and one row for each."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._values = np.memmap(folder / "values.f64", dtype=np.float64, mode="r")
        with (folder / "rows.jsonl").open() as lines:
            self.rows = [Row(**json.loads(line)) for line in lines]

    def seen(self, row: Row) -> Seen:
        """The samples before the change."""
        values = np.array(self._values[row.start : row.start + row.before])
        return Seen(before=values, step_s=row.step_s, past=np.array(row.past, dtype=np.int64))

    def after(self, row: Row) -> Floats:
        """The sixty samples from the change on."""
        start = row.start + row.before
        return np.array(self._values[start : start + AFTER])


class Laying:
    """Lays cases on a shelf, one after the other."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._values = (folder / "values.f64").open("wb")
        self._rows = (folder / "rows.jsonl").open("w")
        self._laid = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._values.close()
        self._rows.close()

    def lay(
        self, values: Floats, before: int, step_s: float, past: list[int], *, sampled: bool
    ) -> None:
        """One case: its samples, upward worse, `before` of them before the change."""
        kept = np.asarray(values[: before + AFTER], dtype=np.float64)
        row = Row(start=self._laid, before=before, step_s=step_s, past=past, sampled=sampled)
        self._rows.write(json.dumps(asdict(row)) + "\n")
        kept.tofile(self._values)
        self._laid += len(kept)
