"""samples.parquet in batches, so that memory does not grow with the file's row groups; pyarrow is loaded only here."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from shipwake.domain import BadInputError, Floats, parse_rfc3339
from shipwake.sources.files.columns import Columns, columns_of
from shipwake.sources.files.rows import LATEST_US, MICROSECONDS, NO_TIME, FileError, Rows, Times

BATCH = 1 << 18
TICKS = {"s": 1, "ms": 1_000, "us": MICROSECONDS, "ns": 1_000 * MICROSECONDS}


def batches(path: Path, only: Collection[str] | None = None) -> Iterator[Rows]:
    """The rows of a Parquet file; raises FileError that names what cannot be read.

    With `only`, row groups whose statistics say that they hold none of these SLIs are left out.
    """
    with _opened(path) as file:
        columns = columns_of(path.name, file.schema_arrow.names)
        _check_types(path, file.schema_arrow, columns)
        first = 1
        for groups, skipped in _wanted(file, only):
            first += skipped
            for batch in file.iter_batches(BATCH, row_groups=groups, columns=columns.names):
                yield _rows(path, batch, columns, first)
                first += len(batch)


def apart(path: Path) -> bool:
    """Whether no two row groups hold rows of different SLIs mixed, as far as their statistics tell."""
    with _opened(path) as file:
        place = file.schema_arrow.get_field_index("sli")
        if place < 0:
            return False
        spans = [_span(file, group) for group in range(file.num_row_groups)]
    known = sorted(span for span in spans if span is not None)
    if len(known) < len(spans):
        return False
    return all(one[1] <= next_[0] for one, next_ in pairwise(known))


@contextmanager
def _opened(path: Path) -> Iterator[pq.ParquetFile]:
    try:
        with pq.ParquetFile(
            path, read_dictionary=["sli"], buffer_size=1 << 20, pre_buffer=False
        ) as file:
            yield file
    except (pa.ArrowException, OSError) as error:
        reason = str(error).partition("\n")[0][:200]
        raise FileError(
            f"{path.name} is no Parquet that can be read ({reason}); write it again"
        ) from error


def _span(file: pq.ParquetFile, group: int) -> tuple[str, str] | None:
    """The first and last SLI of a row group by name; None where its statistics do not tell."""
    metadata = file.metadata.row_group(group)
    names = [metadata.column(i).path_in_schema for i in range(metadata.num_columns)]
    found = metadata.column(names.index("sli")).statistics
    if found is None or not found.has_min_max or found.null_count:
        return None
    low, high = found.min, found.max
    return (low, high) if isinstance(low, str) and isinstance(high, str) else None


def _wanted(file: pq.ParquetFile, only: Collection[str] | None) -> Iterator[tuple[list[int], int]]:
    """Runs of row groups to read, each with how many rows before it are left out."""
    run: list[int] = []
    skipped = 0
    for group in range(file.num_row_groups):
        span = None if only is None else _span(file, group)
        if span is None or any(span[0] <= name <= span[1] for name in only or ()):
            run.append(group)
            continue
        if run:
            yield run, skipped
            run, skipped = [], 0
        skipped += file.metadata.row_group(group).num_rows
    if run:
        yield run, skipped


def _rows(path: Path, batch: pa.RecordBatch, columns: Columns, first: int) -> Rows:
    column = batch.column("sli")
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)
    sli = cast("pa.DictionaryArray[Any, Any]", encoded)
    codes = sli.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    return Rows(
        names=[str(name) for name in sli.dictionary.to_pylist()],
        codes=codes,
        times_us=_times(path, batch.column("at"), first),
        value=_numbers(batch, columns.value),
        part=_part(batch, columns),
        total=_numbers(batch, columns.total),
        first=first,
        unit="row",
        file=path.name,
    )


def _check_types(path: Path, schema: pa.Schema, columns: Columns) -> None:
    for name in columns.names:
        kind = schema.field(name).type
        inner = kind.value_type if pa.types.is_dictionary(kind) else kind
        text = pa.types.is_string(inner) or pa.types.is_large_string(inner)
        number = (
            pa.types.is_floating(inner) or pa.types.is_integer(inner) or pa.types.is_decimal(inner)
        )
        fits = {"sli": text, "at": text or pa.types.is_timestamp(inner)}.get(
            name, number or pa.types.is_null(inner)
        )
        if not fits:
            allowed = {"sli": "text", "at": "timestamps in UTC"}.get(name, "numbers")
            raise FileError(f"{path.name} column {name}: read {kind}; allowed {allowed}")


def _times(path: Path, column: "pa.Array[Any]", first: int) -> Times:
    """Epoch microseconds. A timestamp without a zone is in UTC, as the column is defined to be; text must say so."""
    if not pa.types.is_timestamp(column.type):
        rows = enumerate(column.to_pylist(), first)
        return np.array([_parsed(path, written, row) for row, written in rows], dtype=np.int64)
    ticks = np.asarray(column.cast(pa.int64()).fill_null(NO_TIME).to_numpy(zero_copy_only=False))
    a_second = TICKS[column.type.unit]
    if a_second > MICROSECONDS:
        return np.where(ticks == NO_TIME, NO_TIME, ticks // (a_second // MICROSECONDS))
    each = MICROSECONDS // a_second
    # Beyond these no check of the range would see that the product had overflown.
    bounded = np.clip(ticks, -(LATEST_US // each), LATEST_US // each)
    return np.where(ticks == NO_TIME, NO_TIME, bounded * each)


@cache
def _micros(written: str) -> int:
    return round(parse_rfc3339(written).timestamp() * MICROSECONDS)


def _parsed(path: Path, written: str | None, row: int) -> int:
    try:
        return NO_TIME if written is None else _micros(written)
    except BadInputError as error:
        raise FileError(f"{path.name} row {row} at: {error.message}") from error


def _numbers(batch: pa.RecordBatch, name: str) -> Floats | None:
    if not name:
        return None
    column = batch.column(name).cast(pa.float64(), safe=False)
    return column.to_numpy(zero_copy_only=False)


def _part(batch: pa.RecordBatch, columns: Columns) -> Floats | None:
    """`bad` or `good`, whichever a row has."""
    bad, good = _numbers(batch, columns.bad), _numbers(batch, columns.good)
    if bad is None or good is None:
        return good if bad is None else bad
    return np.where(np.isnan(bad), good, bad)
