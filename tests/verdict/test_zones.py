"""Times move to a reader's zone, and names stay as they are."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from shipwake.verdict import in_zone

NOW = datetime(2026, 2, 3, 20, 0, tzinfo=UTC)
KOLKATA = ZoneInfo("Asia/Kolkata")
NEWFOUNDLAND = ZoneInfo("America/St_Johns")


@pytest.mark.parametrize(
    ("text", "moved"),
    [
        ("since 19:02 (2 min after)", "since 00:32 (2 min after)"),
        ("since 18:02, next look 20:08:05", "since 3 Feb 23:32, next look 01:38:05"),
        ("since 1 Feb 23:30", "since 2 Feb 05:00"),
        ("since 31 Dec 2025 19:00", "since 1 Jan 00:30"),
        ("1 time in 3,300, 12 ms, 99:99", "1 time in 3,300, 12 ms, 99:99"),
        ("since 25:10", "since 25:10"),
        ("since 31 Feb 10:00", "since 31 Feb 10:00"),
        ("", ""),
    ],
)
def test_in_zone(text: str, moved: str) -> None:
    """A time is dated where the reader's today is another day; what is no time stays."""
    assert in_zone(text, NOW, KOLKATA) == moved


def test_half_hours_west() -> None:
    """Zones west of Greenwich with half hours agree to the minute."""
    assert in_zone("since 19:02", NOW, NEWFOUNDLAND) == "since 15:32"


def test_names_are_left_alone() -> None:
    """A job that is called by a time keeps its name."""
    text = "10:30 backup rose 1 → 2 since 19:02"

    assert (
        in_zone(text, NOW, KOLKATA, names=["10:30 backup"]) == "10:30 backup rose 1 → 2 since 00:32"
    )


def test_utc_stays() -> None:
    """Times in UTC stay as they are for a reader in UTC."""
    assert in_zone("since 19:02, 1 Feb 23:30", NOW, UTC) == "since 19:02, 1 Feb 23:30"
