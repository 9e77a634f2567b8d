"""Samples in a file of a folder, read once, for a replay; asks nobody and notices no later change of the file."""

from collections.abc import Collection
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock

from shipwake.config import Adapter, Setting, read
from shipwake.domain import Samples, Sli
from shipwake.sources import Reader, files
from shipwake.sources.files import Gridded, Mended, find, gather, lay, measured_step_s, rows_of

SETTINGS = (
    Setting(
        "path",
        read.expanded,
        "A folder with samples.parquet, samples.csv or samples.csv.gz, or one of these files.",
        required=True,
    ),
)
NEEDS_QUERY = False
"""The rows name the SLI, so there is nothing to ask."""
MINUTE = timedelta(minutes=1)


class Folder:
    """The samples of one file. An SLI's rows lie on a grid from its first look on, and looks are slices of that.

    `only` limits what is kept to these SLIs, for a process that judges a share of them. Raises FileError.
    """

    def __init__(self, path: Path, only: Collection[str] | None = None) -> None:
        self._pieces = gather(rows_of(find(path), only), only)
        self._gridded: dict[tuple[str, int], Gridded] = {}
        self._steps: dict[str, float] = {}
        self._lock = RLock()

    @property
    def names(self) -> list[str]:
        """The SLIs that the file has rows of, in order."""
        with self._lock:
            return sorted({*self._pieces, *(name for name, _ in self._gridded)})

    def step(self, name: str) -> timedelta | None:
        """The distance of an SLI's rows; None where fewer than two tell it."""
        with self._lock:
            if name not in self._steps:
                pieces = self._pieces.get(name)
                self._steps[name] = measured_step_s(pieces) if pieces else 0.0
            return timedelta(seconds=self._steps[name]) or None

    def samples(self, sli: Sli, start: datetime, end: datetime) -> Samples:
        """A view of the slots from `start` to `end` that the file covers; before and after it there are none.

        Raises SourceError where the rows are of another kind than the SLI, or its step cannot be meant.
        """
        gridded = self._grid(sli)
        if gridded is None:
            return Samples.nothing(start, sli.step or MINUTE, sli.columns)
        return gridded.samples.between(start, end)

    def mended(self, sli: Sli) -> Mended:
        """What was put right in the SLI's rows: rows out of order, duplicates, numbers that are not finite."""
        gridded = self._grid(sli)
        return gridded.mended if gridded else Mended()

    def _grid(self, sli: Sli) -> Gridded | None:
        with self._lock:
            done = self._gridded.get((sli.name, sli.columns))
            if done is not None or sli.name not in self._pieces:
                return done
            measured = self.step(sli.name) or timedelta(0)
            step_s = sli.step.total_seconds() if sli.step else None
            laid = lay(
                sli.name, self._pieces[sli.name], sli.columns, step_s, measured.total_seconds()
            )
            # The rows are in the grid now; keeping both would double the memory.
            del self._pieces[sli.name]
            self._gridded[sli.name, sli.columns] = laid
            return laid


def connect(adapter: Adapter, _reader: Reader | None) -> Folder:
    """The samples at the adapter's path; raises FileError where they cannot be read."""
    return Folder(Path(adapter.settings["path"]), adapter.settings.get("only"))


def apart(adapter: Adapter) -> bool:
    """Whether the file keeps the rows of an SLI together, so that `only` reads little else."""
    return files.apart(find(Path(adapter.settings["path"])))
