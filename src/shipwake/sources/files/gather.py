"""Rows gathered by SLI as they are read, in pieces of their own memory, so that batches can be let go."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats
from shipwake.sources.files.rows import FileError, Rows, Times


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """Rows of one SLI in the order of the file: values of shape [n, columns], and times.

    Evenly spaced times are kept as start and step (µs), which halves the memory of a gauge.
    """

    start_us: int
    step_us: int
    uneven: Times | None
    values: Floats

    @property
    def times_us(self) -> Times:
        """Epoch microseconds, shape [n]."""
        if self.uneven is not None:
            return self.uneven
        return self.start_us + self.step_us * np.arange(len(self.values), dtype=np.int64)


def gather(batches: Iterable[Rows], only: Collection[str] | None = None) -> dict[str, list[Piece]]:
    """The pieces of each SLI (of those in `only`); raises FileError for rows that cannot be samples."""
    found: dict[str, list[Piece]] = {}
    for rows in batches:
        rows.check()
        order, starts, ends = _runs(rows.codes, len(rows.names))
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            which = slice(start, end) if order is None else order[start:end]
            name = rows.names[int(rows.codes[start if order is None else order[start]])]
            if only is None or name in only:
                found.setdefault(name, []).append(_piece(rows, name, which))
    return found


Indices = npt.NDArray[np.intp]


def _runs(codes: npt.NDArray[np.int32], names: int) -> tuple[Indices | None, Indices, Indices]:
    """Runs of equal codes as [start, end), in an order that brings them together where they lie mixed."""
    order = None
    edges = np.flatnonzero(np.diff(codes)) + 1
    if len(edges) > 2 * names:
        order = np.argsort(codes, kind="stable")
        edges = np.flatnonzero(np.diff(codes[order])) + 1
    if not len(codes):
        return None, edges, edges
    return order, np.concatenate(([0], edges)), np.concatenate((edges, [len(codes)]))


def _piece(rows: Rows, name: str, which: slice | Indices) -> Piece:
    times = rows.times_us[which]
    step = int(times[1] - times[0]) if len(times) > 1 else 0
    even = step > 0 and bool((np.diff(times) == step).all())
    return Piece(int(times[0]), step, None if even else times.copy(), _values(rows, name, which))


def _values(rows: Rows, name: str, which: slice | Indices) -> Floats:
    """Two columns where the rows hold counts, else one; rows that hold neither are gaps of either."""
    value = _held(rows.value, which)
    part, total = _held(rows.part, which), _held(rows.total, which)
    counted = part is not None or total is not None
    if counted and value is not None:
        raise FileError(
            f"{rows.file}: some rows of {name!r} have a value and some have counts; write one or the other"
        )
    if not counted:
        return (
            np.full((_length(rows, which), 1), np.nan)
            if value is None
            else value.reshape(-1, 1).copy()
        )
    if part is None or total is None:
        raise FileError(
            f"{rows.file}: rows of {name!r} have a part or a total alone; write bad (or good) and total"
        )
    return np.column_stack((part, total))


def _held(column: Floats | None, which: slice | Indices) -> Floats | None:
    """The column's rows, None where all of them are empty."""
    if column is None:
        return None
    rows = column[which]
    return None if np.isnan(rows).all() else rows


def _length(rows: Rows, which: slice | Indices) -> int:
    return len(rows.codes[which])
