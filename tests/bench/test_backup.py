"""A backup that is taken under load is what was acknowledged by then, on a real server of each kind."""

import os

import pytest

from bench import backup
from bench.backing import compared

LONG = pytest.mark.skipif(
    os.environ.get("BACKUP") != "long",
    reason="`make backup` runs it; tests/store/test_pg_dump.py is its short form",
)


@pytest.mark.parametrize(
    "kind", ["SQLite", pytest.param("PostgreSQL", marks=[pytest.mark.postgres, LONG])]
)
def test_a_backup_under_load_is_what_was_acknowledged(kind: str) -> None:
    """Nothing acknowledged before it began is missing, nothing differs after going back, nothing is foreign."""
    said = list(backup.measure(load_s=1.0, series=2, only=[kind], watched=False))

    assert "none" in next(line for line in said if "that differ from" in line)
    assert next(line for line in said if "out of order" in line).endswith(": 0")
    assert "none" in next(line for line in said if "never had" in line)


@pytest.mark.parametrize(
    ("held", "odd"),
    [
        ("ab", {}),
        ("abc", {}),
        ("a", {"missing": 1}),
        ("ac", {"missing": 1, "out of order": 1}),
        ("abcd", {"too late": 1}),
    ],
)
def test_a_copy_that_is_not_a_snapshot_is_noticed(held: str, odd: dict[str, int]) -> None:
    """What is left out, what has a gap before it and what came afterwards are three faults."""
    assert compared.odd(list("abcd"), set(held), before=list("ab"), after=["d"]) == odd
