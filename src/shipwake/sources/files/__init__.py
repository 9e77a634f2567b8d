"""Samples in files: rows are read in batches, gathered by SLI, and laid on a grid when first asked for."""

from collections.abc import Collection, Iterator
from pathlib import Path

from shipwake.sources.files import csv
from shipwake.sources.files.gather import Piece, gather
from shipwake.sources.files.grid import Gridded, Mended, lay, measured_step_s
from shipwake.sources.files.rows import FileError, Rows

NAMES = ("samples.parquet", "samples.csv", "samples.csv.gz")

__all__ = [
    "FileError",
    "Gridded",
    "Mended",
    "Piece",
    "apart",
    "find",
    "gather",
    "lay",
    "measured_step_s",
    "rows_of",
]


def find(path: Path) -> Path:
    """The file of samples at `path`, itself or in that folder; raises FileError where there is none."""
    candidates = (
        [path / name for name in NAMES]
        if path.is_dir()
        else [path]
        if path.name.endswith(NAMES)
        else []
    )
    for candidate in candidates:
        if candidate.is_file():
            return candidate
    raise FileError(f"{path} holds no samples; put {', '.join(NAMES[:-1])} or {NAMES[-1]} there")


def rows_of(file: Path, only: Collection[str] | None = None) -> Iterator[Rows]:
    """The rows of a file in batches, by its ending; parts of it that hold no SLI of `only` may be left out."""
    if file.suffix == ".parquet":
        # Loading pyarrow takes 80 MB, which no server without such a file should pay.
        from shipwake.sources.files import parquet  # noqa: PLC0415

        return parquet.batches(file, only)
    return csv.batches(file)


def apart(file: Path) -> bool:
    """Whether the rows of a few SLIs can be read without those of all others."""
    if file.suffix == ".parquet":
        from shipwake.sources.files import parquet  # noqa: PLC0415

        return parquet.apart(file)
    return False
