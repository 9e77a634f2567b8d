"""A replay in portions says what a whole one says, and reads from the file little but what each portion needs."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shipwake.app import compose
from shipwake.domain import rfc3339
from shipwake.replay import read_folder, replay
from shipwake.replay.portions import portions
from shipwake.replay.run import _judged, _parted
from shipwake.sources.files import FileError, apart, gather, rows_of
from tests.replay.made import CHANGES, LIVE, START, change, jsonl, write

SETTINGS = """\
false_alarms: 20 per month
environments: [{name: production, aliases: ["prod-*"]}]
slis:
  - {name: a1, service: a, step: 60s, better: lower}
  - {name: a2, service: a, step: 60s, better: lower}
  - {name: b1, service: b, step: 60s, better: lower}
  - {name: c1, service: c, step: 60s, better: lower}
"""
NAMES = ("a1", "a2", "b1", "c1")
AFTER: list[Mapping[str, object]] = [
    change("a-first", "a", LIVE - timedelta(hours=3)),
    change("a-again", "a", LIVE) | {"environment": "prod-1"},
    change("b", "b", LIVE),
    change("b-known", "b", LIVE - timedelta(hours=1), judge=False),
    {
        "id": "all",
        "kind": "infrastructure",
        "environment": "production",
        "at": rfc3339(LIVE + timedelta(minutes=1)),
        "affects": ["a1", "c"],
    },
    change("c-known", "c", LIVE - timedelta(hours=2), judge=False),
    change("nobody", "unwatched", LIVE),
]
Line = dict[str, Any]


def _parquet(place: Path, names: Sequence[str], *, mixed: bool = False) -> Path:
    """A folder of these SLIs, each in a row group of its own, or all mixed by time."""
    place.mkdir()
    (place / "shipwake.yaml").write_text(SETTINGS)
    (place / "changes.jsonl").write_text(jsonl(AFTER))
    rng = np.random.default_rng(3)
    count = 14 * 60
    at = [START + timedelta(minutes=i) for i in range(count)]
    harm = 30.0 * (np.arange(count) >= 13 * 60)
    tables = [
        pa.table({"sli": [n] * count, "at": at, "value": rng.normal(100, 5, count) + harm})
        for n in names
    ]
    with pq.ParquetWriter(place / "samples.parquet", tables[0].schema) as out:
        if mixed:
            out.write_table(pa.concat_tables(tables).sort_by("at"), row_group_size=500)
        else:
            for table in tables:
                out.write_table(table)
    return place


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which each SLI's rows lie together."""
    return _parquet(tmp_path_factory.mktemp("portions") / "apart", NAMES)


def test_portions_hold_whole_places(folder: Path) -> None:
    """A place is never parted, names that mean the same are one, and what is not judged anywhere is left out."""
    parts = portions(read_folder(folder, later=False), 9)
    found = [
        ([e.facts.id for e in p.folder.changes], [s.name for s in p.folder.config.slis])
        for p in parts
    ]

    assert found == [
        (["a-first", "a-again"], ["a1", "a2"]),
        (["b-known", "b"], ["b1"]),
        (["all"], ["a1", "c1"]),
    ]
    assert {len(p.recorded) for p in parts} == {4}


def test_small_portions_say_what_a_whole_one_says(folder: Path) -> None:
    """Each place alone, two processes, or all at once: the lines are the same."""
    read = read_folder(folder, later=False)
    (whole,) = portions(read, 1)
    lines = list(_judged(whole, compose, None))
    apart_ = [line for p in portions(read, 9) for line in _judged(p, compose, None)]

    def key(line: Line) -> tuple[str, str]:
        return line["change"], line["sli"]

    assert sorted(apart_, key=key) == sorted(lines, key=key)
    assert {line["health"] for line in lines} >= {"unhealthy"}
    assert list(replay(folder, compose, later=False)) == lines
    assert list(replay(folder, compose, later=False, jobs=2)) == lines


def test_a_mixed_file_is_read_once_a_process(tmp_path: Path, folder: Path) -> None:
    """Where rows of all SLIs lie mixed there are no more portions than processes, and the lines are the same."""
    mixed = _parquet(tmp_path / "mixed", NAMES, mixed=True)
    read = read_folder(mixed, later=False)

    assert not apart(mixed / "samples.parquet")
    assert [len(_parted(read, jobs)) for jobs in (1, 2)] == [1, 2]
    assert list(replay(mixed, compose, later=False)) == list(replay(folder, compose, later=False))


def test_what_is_not_asked_for_is_not_read(folder: Path) -> None:
    """Of a file whose SLIs lie apart, the rows of those that are wanted are read, and keep their numbers."""
    file = folder / "samples.parquet"
    read = list(rows_of(file, {"a2", "c1"}))

    assert apart(file)
    assert [[rows.names[c] for c in sorted(set(rows.codes.tolist()))] for rows in read] == [
        ["a2"],
        ["c1"],
    ]
    assert [rows.first for rows in read] == [14 * 60 + 1, 3 * 14 * 60 + 1]
    assert list(rows_of(file, set())) == []


def test_rows_without_a_name_are_always_read(tmp_path: Path) -> None:
    """A row group in which a row names no SLI is read, and refused, whatever is asked for."""
    file = tmp_path / "samples.parquet"
    table = pa.table({"sli": ["x", None], "at": [START, START], "value": [1.0, 2.0]})
    pq.write_table(table, file)

    assert not apart(file)
    with pytest.raises(FileError, match="row 2 sli"):
        gather(rows_of(file, {"y"}))


def test_text_files_are_read_once_a_process(tmp_path: Path) -> None:
    """A CSV file is not read again for each portion."""
    read = read_folder(write(tmp_path / "text", CHANGES), later=False)

    assert [len(_parted(read, jobs)) for jobs in (1, 2)] == [1, 2]
