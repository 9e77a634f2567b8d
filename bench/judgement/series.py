"""Real series from a folder that the reader brings; refuses to go on without one, for the repository has no data.

The folder holds `index.json`, a list of `{"dataset", "id", "kind"}`, and for each dataset an archive `<dataset>.npz`
with the arrays `<id>/t` (epoch seconds), `<id>/v` and, where anomalies are known, `<id>/label` (1 where one is).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from shipwake.domain import Floats

CARRIED = 3
"""Slots over which the last value is carried; a longer hole stays one."""
SPARSEST = 5
"""Slots of its own step per sample beyond which a series is no series."""
SHORTEST = 1500
"""Slots: of a shorter series the moments with enough before them lie so close that they are one."""


class NoSeriesError(Exception):
    """There are no series to measure on."""


class Half(StrEnum):
    """The half of all series that may be tuned on, and the half that is reported."""

    TUNING = "tuning"
    REPORT = "report"
    BOTH = "both"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """One series on the grid of its median step: `values` [n], NaN in holes; `odd` [n] marks known anomalies.

    `host` is what other series share with it: the machine it was measured on, or nothing.
    """

    id: str
    dataset: str
    kind: str
    t0_s: float
    step_s: float
    values: Floats
    odd: npt.NDArray[np.bool_]

    @property
    def host(self) -> str:
        """The name before the last dot; empty where there is none."""
        return self.id.rpartition(".")[0]

    def __len__(self) -> int:
        return len(self.values)


def half_of(name: str) -> Half:
    """The half a series is in, by the SHA-256 of its id: the same for ever, on every machine."""
    return Half.REPORT if hashlib.sha256(name.encode()).digest()[0] & 1 else Half.TUNING


def read_series(folder: Path, half: Half) -> list[Series]:
    """The usable series of one half, in order of their ids; raises NoSeriesError that says what to do."""
    index = folder / "index.json"
    if not index.is_file():
        message = (
            f"{folder} holds no index.json, so there is nothing to measure on: the repository carries no data.\n"
            "Give a folder of series with `--data FOLDER` (docs/how-to/measure-the-judge.md says what it holds),\n"
            "or measure on made-up ones with `--generated`."
        )
        raise NoSeriesError(message)
    rows = json.loads(index.read_text(encoding="utf-8"))
    wanted = [r for r in rows if half in (Half.BOTH, half_of(r["id"]))]
    found = [s for s in _read(folder, wanted) if s is not None]
    if not found:
        message = (
            f"{folder}/index.json names no series of {SHORTEST:,} samples in the half called {half}; "
            "give more series, or `--half both`"
        )
        raise NoSeriesError(message)
    return sorted(found, key=lambda s: (s.dataset, s.id))


def _read(folder: Path, rows: list[dict[str, Any]]) -> Iterator[Series | None]:
    for dataset in sorted({r["dataset"] for r in rows}):
        with np.load(folder / f"{dataset}.npz") as arrays:
            for row in rows:
                if row["dataset"] == dataset:
                    yield _series(row, arrays)


def _series(row: dict[str, Any], arrays: Any) -> Series | None:  # noqa: ANN401 - numpy's archive has no type
    name = row["id"]
    times = np.asarray(arrays[f"{name}/t"], dtype=np.float64)
    values = np.asarray(arrays[f"{name}/v"], dtype=np.float64)
    odd = np.asarray(arrays[f"{name}/label"]) > 0 if f"{name}/label" in arrays else np.zeros(1) > 0
    step_s = float(np.median(np.diff(times)))
    slots = np.round((times - times[0]) / step_s).astype(np.int64)
    n = int(slots[-1]) + 1
    if step_s <= 0 or n > SPARSEST * len(times) or n < SHORTEST:
        return None
    laid, marked = np.full(n, np.nan), np.zeros(n, bool)
    laid[slots] = values
    marked[slots] = odd if len(odd) == len(slots) else False
    return Series(
        id=name,
        dataset=row["dataset"],
        kind=row.get("kind", ""),
        t0_s=float(times[0]),
        step_s=step_s,
        values=carried(laid, CARRIED),
        odd=marked,
    )


def carried(values: Floats, furthest: int) -> Floats:
    """`values` [n] with holes of at most `furthest` slots, and the beginnings of longer ones, filled from before."""
    here = np.where(np.isfinite(values), np.arange(len(values)), -1)
    last = np.maximum.accumulate(here)
    age = np.arange(len(values)) - last
    return np.asarray(np.where((last >= 0) & (age <= furthest), values[last], np.nan))
