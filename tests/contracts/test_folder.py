"""Samples in files: Parquet says what CSV says, memory is shared, and what is mended is counted."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shipwake.config import Adapter
from shipwake.domain import BadInputError, Samples, Sli, SliKind, Slot
from shipwake.sources import connect
from shipwake.sources.files import Mended
from shipwake.sources.folder import Folder

START = datetime(2026, 2, 3, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
P95 = Sli(name="checkout p95", step=MINUTE)
ERRORS = Sli(name="checkout errors", kind=SliKind.RATIO, step=MINUTE)


def _times(*minutes: float) -> list[datetime]:
    return [START + m * MINUTE for m in minutes]


def _written(folder: Path, columns: dict[str, Any], **options: Any) -> Folder:  # noqa: ANN401
    pq.write_table(pa.table(columns), folder / "samples.parquet", **options)
    return Folder(folder)


def _all(folder: Folder, sli: Sli) -> Samples:
    return folder.samples(sli, START - timedelta(days=1), START + timedelta(days=400))


def test_looks_share_the_memory_of_the_grid(folder: Path) -> None:
    """A look is a view: no sample is copied for it."""
    source = _written(
        folder,
        {"sli": ["checkout p95"] * 5, "at": _times(0, 1, 2, 3, 4), "value": [1.0, 2, 3, 4, 5]},
    )
    whole, part = _all(source, P95), source.samples(P95, START + MINUTE, START + 3 * MINUTE)

    assert part.values[:, 0].tolist() == [2, 3]
    assert np.shares_memory(whole.values, part.values)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", None])
def test_timestamps_of_every_unit_are_the_same_moment(
    unit: Literal["s", "ms", "us", "ns"], zone: str | None, folder: Path
) -> None:
    """Seconds to nanoseconds, in any zone; without one the column is in UTC, as it is defined."""
    at: Any = pa.array([t.replace(tzinfo=None) if zone is None else t for t in _times(0, 1)])
    at = at.cast(pa.timestamp(unit, zone))
    source = _written(folder, {"sli": ["checkout p95"] * 2, "at": at, "value": [1.0, 2.0]})

    assert _all(source, P95).t0_s == START.timestamp()


def test_rows_in_any_order_and_many_groups_are_gathered(folder: Path) -> None:
    """SLIs that lie mixed, in row groups of three rows, give the same as if they lay apart."""
    names = ["a", "b", "checkout p95"] * 4
    columns = {
        "sli": names,
        "at": [t for t in _times(3, 2, 1, 0) for _ in range(3)],
        "value": np.arange(12.0),
    }
    source = _written(folder, columns, row_group_size=3)

    assert _all(source, P95).values[:, 0].tolist() == [11, 8, 5, 2]
    assert source.mended(P95) == Mended(out_of_order=3)
    assert source.names == ["a", "b", "checkout p95"]


def test_dictionaries_integers_and_other_columns_are_read(folder: Path) -> None:
    """Encoded names, whole numbers and columns that are not ours are no obstacle."""
    source = _written(
        folder,
        {
            "host": ["x", "y"],
            "sli": pa.array(["checkout errors"] * 2).dictionary_encode(),
            "at": _times(0, 1),
            "bad": pa.array([1, None], pa.int32()),
            "good": pa.array([None, 7], pa.int64()),
            "total": pa.array([10, 8], pa.int64()),
        },
    )

    assert _all(source, ERRORS).values.tolist() == [[1, 10], [7, 8]]


def test_times_as_text_need_a_zone(folder: Path) -> None:
    """Text is read as in CSV, and a time without a zone is refused with its row."""
    source = _written(
        folder, {"sli": ["checkout p95"], "at": ["2026-02-03T11:00:00+01:00"], "value": [1.0]}
    )

    assert _all(source, P95).t0_s == START.timestamp()
    with pytest.raises(BadInputError, match=r"row 1 at: .*no zone"):
        _written(folder, {"sli": ["checkout p95"], "at": ["2026-02-03T11:00:00"], "value": [1.0]})


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"sli": [1], "at": _times(0), "value": [1.0]}, "column sli: read int64; allowed text"),
        ({"sli": ["a"], "at": [7], "value": [1.0]}, "column at: read int64; allowed timestamps"),
        (
            {"sli": ["a"], "at": _times(0), "value": ["x"]},
            "column value: read string; allowed numbers",
        ),
        ({"sli": ["a", None], "at": _times(0, 1), "value": [1.0, 2.0]}, "row 2 sli: read nothing"),
        ({"sli": ["a", "a"], "at": [START, None], "value": [1.0, 2.0]}, "row 2 at: read nothing"),
        (
            {"sli": ["a"], "at": pa.array([2**62], pa.timestamp("ms", "UTC")), "value": [1.0]},
            "from 2000 to 2100",
        ),
        (
            {"sli": ["a"], "at": pa.array([-(2**62)], pa.timestamp("ms", "UTC")), "value": [1.0]},
            "from 2000 to 2100",
        ),
    ],
)
def test_what_no_row_may_hold_is_named(columns: dict[str, Any], said: str, folder: Path) -> None:
    """A column of another type, a missing name or time, and an impossible time are named by column or row."""
    with pytest.raises(BadInputError, match=said):
        _written(folder, columns)


def test_only_some_indicators_can_be_kept(folder: Path) -> None:
    """A process that judges a share of the SLIs keeps the rows of that share."""
    columns = {"sli": ["a", "checkout p95"], "at": _times(0, 0), "value": [1.0, 2.0]}
    pq.write_table(pa.table(columns), folder / "samples.parquet")
    source = connect(
        Adapter(kind="folder", name="x", settings={"path": str(folder), "only": ["checkout p95"]})
    )

    assert isinstance(source, Folder)
    assert source.names == ["checkout p95"]


@pytest.mark.parametrize(
    ("minutes", "step"),
    [
        ((0, 1, 2, 3), 60),
        ((0, 1.01, 1.99, 3), 60),
        ((0, 1, 2, 30, 31), 60),
        ((0, 1 / 60, 2 / 60), 1),
        ((0,), None),
    ],
)
def test_the_step_is_measured(minutes: tuple[float, ...], step: int | None, folder: Path) -> None:
    """The distance of the rows is the step, in whole seconds where that is meant; one row tells none."""
    source = _written(
        folder, {"sli": ["a"] * len(minutes), "at": _times(*minutes), "value": [1.0] * len(minutes)}
    )

    assert source.step("a") == (None if step is None else timedelta(seconds=step))
    assert source.step("nobody") is None


def test_without_a_step_the_measured_one_holds(folder: Path) -> None:
    """An SLI that names no step lies on the grid of its rows."""
    source = _written(folder, {"sli": ["a"] * 3, "at": _times(0, 5, 10), "value": [1.0, 2.0, 3.0]})
    found = _all(source, Sli(name="a"))

    assert (found.step_s, found.values[:, 0].tolist()) == (300, [1, 2, 3])


def test_two_rows_of_one_slot_are_counted_and_the_last_wins(folder: Path) -> None:
    """Of two rows for a moment the later one in the file is kept; infinite numbers are errors, and all is counted."""
    columns = {
        "sli": ["checkout p95"] * 4,
        "at": _times(0, 0, 1, 2),
        "value": [1.0, 2.0, float("inf"), 4.0],
    }
    source = _written(folder, columns)
    found = _all(source, P95)

    assert found.states.tolist() == [Slot.VALUE, Slot.ERROR, Slot.VALUE]
    assert found.values[0, 0] == 2
    assert source.mended(P95) == Mended(duplicates=1, not_finite=1)


def test_csv_is_read_without_pyarrow(folder: Path) -> None:
    """Who has no Parquet does not pay for its library."""
    text = b"sli,at,value\na,2026-02-03T10:00:00Z,1\n"
    (folder / "samples.csv.gz").write_bytes(gzip.compress(text))
    code = (
        "import sys; from pathlib import Path; from shipwake.sources.folder import Folder; "
        "names = Folder(Path('.')).names; sys.exit(0 if names == ['a'] and 'pyarrow' not in sys.modules else 1)"
    )

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "checkout p95"]),
            st.integers(0, 50),
            st.none() | st.floats(-1e6, 1e6) | st.just(float("inf")),
        ),
        min_size=1,
        max_size=40,
    )
)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=50
)
def test_parquet_says_what_csv_says(
    rows: list[tuple[str, int, float | None]], tmp_path: Path
) -> None:
    """Whatever the rows, both forms of the file give the same samples, and each slot its last row."""
    at = _times(*(minute for _, minute, _ in rows))
    lines = [
        f"{name},{when.isoformat()},{'' if v is None else repr(v)}"
        for (name, _, v), when in zip(rows, at, strict=True)
    ]
    (tmp_path / "samples.csv").write_text("\n".join(["sli,at,value", *lines]))
    table = pa.table(
        {
            "sli": [r[0] for r in rows],
            "at": at,
            "value": pa.array([r[2] for r in rows], pa.float64()),
        }
    )
    pq.write_table(table, tmp_path / "samples.parquet", row_group_size=7)
    by_csv, by_parquet = Folder(tmp_path / "samples.csv"), Folder(tmp_path / "samples.parquet")
    expected = {minute: v for name, minute, v in rows if name == "checkout p95"}
    one, other = _all(by_csv, P95), _all(by_parquet, P95)

    assert one.states.tolist() == other.states.tolist()
    assert np.array_equal(one.values, other.values, equal_nan=True)
    assert by_csv.mended(P95) == by_parquet.mended(P95)
    first = min(expected, default=0)
    for minute, v in expected.items():
        state = Slot.GAP if v is None else Slot.ERROR if v == float("inf") else Slot.VALUE
        assert one.states[minute - first] == state
        if state is Slot.VALUE:
            assert one.values[minute - first, 0] == v
